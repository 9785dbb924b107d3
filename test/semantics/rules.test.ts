// Every rule of the library has a litmus test, is cited where it is implemented, and has a switch that breaks it.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rules } from "../../src/kernel/index.ts";

const text = (folder: URL, ends: string): string =>
	readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(ends))
		.map((name) => readFileSync(new URL(name, folder), "utf8"))
		.join("\n");
const tests = text(new URL("./", import.meta.url), ".test.ts");
const library = text(new URL("../../src/kernel/", import.meta.url), ".ts");

test.each(rules)("%s", (rule) => {
	// litmus() itself demands that the mutant is noticed.
	expect(tests).toMatch(new RegExp(`\\blitmus\\(\\s*"${rule}"`));
	expect(library).toMatch(new RegExp(`(//|\\*).*\\b${rule}\\b`));
	expect(library).toMatch(new RegExp(`\\.obeys\\([^)]*"${rule}"`));
});
