// How many states there will be, from the levels so far.
import { expect, test } from "vitest";
import peterson from "../../bench/models/peterson.ts";
import { forecast } from "../../src/explore/forecast.ts";
import { Search } from "../../src/explore/search.ts";
import { compile } from "../../src/machine/index.ts";

/** The ends of the last levels up to number `level`, of those with these sizes. */
function endsAt(level: number, sizes: readonly number[]): number[] {
	const ends: number[] = [];
	for (const size of sizes.slice(0, level)) ends.push((ends.at(-1) ?? 0) + size);
	return ends.slice(-17);
}

test("levels that are the logarithm of a parabola are foreseen from before the middle on", () => {
	const sizes = Array.from({ length: 101 }, (_, d) => Math.round(1e6 * Math.exp(-(((d - 50) / 15) ** 2))));
	const all = sizes.reduce((sum, size) => sum + size, 0);
	for (const level of [40, 50, 60, 80]) expect((forecast(endsAt(level, sizes)) ?? 0) / all).toBeCloseTo(1, 1);
});

test("nothing is said of few levels, nor while they grow ever faster", () => {
	const doubling = Array.from({ length: 30 }, (_, d) => 2 ** d);
	expect(forecast(endsAt(10, doubling))).toBeUndefined();
	expect(forecast(endsAt(30, doubling))).toBeUndefined();
});

test("a search expects no less memory than it uses, and in the end about that", () => {
	const search = new Search(compile(peterson.build({ procs: 4, split: 1 })), {
		states: 1_000_000,
		time: 60,
		memory: 2 ** 28,
		depth: Number.POSITIVE_INFINITY,
	});
	const expected: number[] = [];
	while (search.slice(0)) {
		const { bytes, expectedBytes } = search.progress;
		if (expectedBytes === undefined) continue;
		expect(expectedBytes).toBeGreaterThanOrEqual(bytes);
		expected.push(expectedBytes);
	}
	expect(expected.length).toBeGreaterThan(10);
	expect((expected.at(-1) ?? 0) / search.store.bytes).toBeCloseTo(1, 1);
});
