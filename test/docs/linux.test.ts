// docs/linux.md has every rule of the library, and no other.
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import * as linux from "../../src/kernel/index.ts";
import { rules } from "../../src/kernel/rules.ts";
import { root } from "../support/check.ts";
import { page } from "./pages.ts";

const [, section = ""] = /\n## Rules\n(.*?)\n## /s.exec(page("docs/linux.md")) ?? [];
const entries = [...section.matchAll(/^- \*\*(\w+)\*\* (.*\n(?: {2}.*\n)*)/gm)].map(([, rule, text]) => ({
	rule: rule as string,
	text: (text as string).replace(/\s+/g, " "),
}));

const library = readdirSync(join(root, "src", "kernel"), { recursive: true, encoding: "utf8" }).map((path) =>
	basename(path),
);

test("all that preempt/linux exports is named, but what undoes something that is", () => {
	const isNamed = (name: string) => new RegExp(`(?<!\\w)${name}(?!\\w)`).test(page("docs/linux.md"));
	const undone = (name: string) =>
		name
			.replace("unlock", "lock")
			.replace("_irq_enable", "_irq_disable")
			.replace("_restore", "_save")
			.replace("put_cpu", "get_cpu");
	const missing = Object.keys(linux).filter(
		(name) => !isNamed(name) && !isNamed(undone(name).replace("irqrestore", "irqsave")),
	);
	expect(missing.filter((name) => !name.startsWith("bio_list_"))).toEqual([]);
});

test("every rule is there once", () => {
	expect(entries.map(({ rule }) => rule).sort()).toEqual([...rules].sort());
});

test("every rule says where it stands in the kernel and here, and where it is tested", () => {
	for (const { rule, text } of entries) {
		const [, here = "", litmus = ""] = / Linux: .+\. Here: (.*)\. Litmus: (.*)\.$/.exec(text.trim()) ?? [];
		const [files = [], tests = []] = [here, litmus].map((list) =>
			[...list.matchAll(/`([\w.-]+\.ts)`/g)].map(([, file]) => file as string),
		);
		expect(files.length, rule).toBeGreaterThan(0);
		for (const file of files) expect(library, `${rule}: ${file}`).toContain(file);
		expect(tests.length, rule).toBeGreaterThan(0);
		for (const file of tests)
			expect(page(`test/semantics/${file}`), rule).toMatch(new RegExp(`\\blitmus\\(\\s*"${rule}"`));
	}
});
