import { expect, test } from "vitest";
import { beside, count, grid, wrap } from "../../src/report/text/wrap.ts";

test("text is broken at spaces, and later lines hang", () => {
	expect(wrap("one two three four", 9)).toEqual(["one two", "three", "four"]);
	expect(wrap("one two three four", 9, 2)).toEqual(["one two", "  three", "  four"]);
	expect(wrap("  one two", 7, 4)).toEqual(["  one", "    two"]);
	expect(wrap("", 5)).toEqual([""]);
});

test("a word that is too long is broken inside a C expression, else anywhere", () => {
	expect(wrap("ret = !test_and_set_bit(WORK_STRUCT_PENDING_BIT)", 30, 4)).toEqual([
		"ret = !test_and_set_bit(",
		"    WORK_STRUCT_PENDING_BIT)",
	]);
	expect(wrap("list(batch->list,other->list)", 12)).toEqual(["list(batch", "->list,other", "->list)"]);
	expect(wrap("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
});

test("nothing is lost and nothing is wider than allowed", () => {
	const text = "schedule_work_on(cpu, &per_cpu_ptr(&bio_complete_batch, cpu)->work) && another_thing_to_do()";
	for (let width = 8; width < 100; width++) {
		const lines = wrap(text, width, 2);
		for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
		expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
	}
});

test("a label stands once beside its paragraph", () => {
	expect(beside("Why: ", "one two three", 12)).toEqual(["Why: one two", "     three"]);
});

test("a grid has as many columns as fit", () => {
	expect(grid(["a", "bb", "ccc", "d"], 8)).toEqual(["a    bb", "ccc  d"]);
	expect(grid(["too wide"], 3)).toEqual(["too wide"]);
	expect(grid([], 10)).toEqual([]);
});

test("counts", () => {
	expect([0, 1, 1_234_567].map((n) => count(n, "state"))).toEqual(["0 states", "1 state", "1,234,567 states"]);
});
