// The table of verdicts of the text report.
import { expect, test } from "vitest";
import { plain } from "../../src/report/paint.ts";
import type { ModelResult } from "../../src/report/result.ts";
import { matrix } from "../../src/report/text/matrix.ts";

/** A model of which everything holds, with these axes. */
function model(axes: Readonly<Record<string, readonly string[]>>): ModelResult {
	const names = Object.keys(axes);
	const combine = (i: number): string[][] =>
		i === names.length
			? [[]]
			: (axes[names[i] as string] ?? []).flatMap((value) => combine(i + 1).map((rest) => [value, ...rest]));
	const scenarios = combine(0).map((values) => ({
		name: values.join("/"),
		axes: Object.fromEntries(names.map((name, i) => [name, values[i]])),
		sizes: {},
		status: "holds",
		properties: [],
	}));
	return { scenarios } as never;
}
const drawn = (axes: Readonly<Record<string, readonly string[]>>, width: number) =>
	matrix(model(axes), width, plain).join("\n");
const axes = { use: ["one", "two"], design: ["csd", "irq_work", "static"] };

test("the last axis goes across, with its name where there is room", () => {
	expect(drawn(axes, 60)).toBe(`use  design csd  design irq_work  design static
---  ----------  ---------------  -------------
one  holds       holds            holds
two  holds       holds            holds`);
});

test("where there is none, the name stands in the corner, and at last each scenario on a line", () => {
	expect(drawn(axes, 40)).toBe(`use \\ design  csd    irq_work  static
------------  -----  --------  ------
one           holds  holds     holds
two           holds  holds     holds`);
	expect(drawn(axes, 36).split("\n")[0]).toBe("one/csd       holds");
});

test("an axis of more than eight values goes down", () => {
	const nine = Array.from({ length: 9 }, (_, i) => `v${i}`);
	expect(drawn({ use: ["one", "two"], version: nine }, 100).split("\n")[0]).toBe("version  use one  use two");
	expect(drawn({ use: ["one", "two"], version: nine.slice(1) }, 100).split("\n")[0]).toMatch(/^use {2}version v1/);
});
