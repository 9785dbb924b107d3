import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boxesOf, boxText, valuesText } from "../../scripts/verdicts/boxes.ts";

describe("boxes", () => {
	test("scenarios that differ in one axis alone are one", () => {
		expect(
			boxesOf([
				["v4", "task", "full"],
				["v4", "task", "rt"],
				["v4", "direct", "full"],
				["v4", "direct", "rt"],
			]),
		).toEqual([[["v4"], ["task", "direct"], ["full", "rt"]]]);
	});

	test("together they have every scenario once, and no other", () => {
		const tuple = fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.nat({ max: 2 }));
		fc.assert(
			fc.property(fc.uniqueArray(tuple, { selector: String }), (tuples) => {
				const inside = boxesOf(tuples).flatMap(([a = [], b = [], c = []]) =>
					a.flatMap((x) => b.flatMap((y) => c.map((z) => String([x, y, z])))),
				);
				expect(inside.sort()).toEqual(tuples.map(String).sort());
			}),
			{ numRuns: 200 },
		);
	});

	test("in words", () => {
		const all = [["a", "b"], [1, 2, 3], ["only"]];
		expect(boxText([["a", "b"], [1], ["only"]], ["x", "y", "z"], all)).toBe("y 1");
		expect(boxText([["a", "b"], [1, 2, 3], ["only"]], ["x", "y", "z"], all)).toBe("everywhere");
		expect(valuesText([3, 1], [1, 2, 3])).toBe("1, 3");
		expect(valuesText([2, 3, 1], [1, 2, 3])).toBe("any");
	});
});
