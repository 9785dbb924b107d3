// Of what scenarios were explored with, that is kept of which a counterexample is the shortest so far.
import { expect, test } from "vitest";
import { Kept } from "../../src/cli/run/kept.ts";
import type { Explored } from "../../src/cli/verify/explored.ts";
import type { Subject } from "../../src/trace/index.ts";

const came = (counterexamples: Readonly<Record<string, number>>, witnesses: Readonly<Record<string, number>> = {}) => {
	const way = (property: string, length: number) => ({ property, steps: Array(length).fill(0), message: undefined });
	return {
		properties: [
			...Object.entries(counterexamples).map(([id, length]) => ({ id, counterexample: way(id, length) })),
			...Object.entries(witnesses).map(([id, length]) => ({ id, witness: way(id, length) })),
			{ id: "holds" },
		],
	} as unknown as Explored;
};

test("the shortest of each property, the first of several, and no more", () => {
	const subjects = Array.from({ length: 5 }, (_, i) => ({ only: new Set([`${i}`]) }) as unknown as Subject);
	const kept = new Kept();
	const offer = (i: number, explored: Explored) => kept.offer(i, explored, subjects[i] as Subject);
	const left = () => subjects.map((_, i) => kept.of(i)).map((subject, i) => subject === subjects[i]);
	offer(0, came({ A: 5, B: 3 }));
	offer(1, came({ A: 5, B: 9 }));
	expect(left()).toEqual([true, false, false, false, false]);
	offer(2, came({ A: 4 }, { S: 7 }));
	expect(left()).toEqual([true, false, true, false, false]);
	offer(3, came({ B: 2 }));
	expect(left()).toEqual([false, false, true, true, false]);
	offer(4, came({ A: 1 }, { S: 6 }));
	expect(left()).toEqual([false, false, false, true, true]);
	expect(kept.of(0)).toBeUndefined();
});
