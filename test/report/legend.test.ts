// The lines under the table of verdicts: each property, and in how many of the scenarios it came out how.
import { expect, test } from "vitest";
import { plain } from "../../src/report/paint.ts";
import type { ModelResult } from "../../src/report/result.ts";
import { legend } from "../../src/report/text/summary.ts";

/** A model of three scenarios; of each the verdicts, by property, of those in `undeclared` where a step raised it alone. */
function model(
	scenarios: readonly Readonly<Record<string, string>>[],
	undeclared: readonly string[] = [],
): ModelResult {
	return {
		scenarios: scenarios.map((verdicts, i) => ({
			name: `s${i}`,
			properties: Object.entries(verdicts).map(([id, verdict]) => ({
				id,
				title: `the title of ${id}`,
				class: "error",
				verdict,
				declared: !undeclared.includes(id),
			})),
		})),
	} as never;
}
const lines = (...given: Parameters<typeof model>) => legend(model(...given), 100, plain).map((line) => line.trim());

test("how often each came out how, of the scenarios that have it", () => {
	expect(lines([{ a: "holds", b: "violated" }, { a: "holds", b: "holds" }, { a: "holds" }])).toEqual([
		"a  the title of a: holds",
		"b  the title of b: violated in 1 of 2",
	]);
});

test("what no scenario declares could have been raised in all of them", () => {
	expect(lines([{ P18: "violated" }, {}, { P18: "violated" }], ["P18"])).toEqual([
		"P18  the title of P18: violated in 2 of 3",
	]);
	expect(lines([{ P18: "violated" }], ["P18"])).toEqual(["P18  the title of P18: violated"]);
});
