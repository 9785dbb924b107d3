// Several explorers of one search, in every order: it comes to the same as with one.
import fc from "fast-check";
import { expect, test } from "vitest";
import bioTask from "../../bench/models/bio-task-twin.ts";
import peterson from "../../bench/models/peterson.ts";
import { compile } from "../../src/machine/index.ts";
import { buildProgram } from "../support/build-program.ts";
import { attempt } from "../support/outcomes.ts";
import { program } from "../support/programs.ts";
import { alone, together } from "../support/together.ts";

/** Numbers that look random and are the same in every run. */
function order(seed: number): (below: number) => number {
	let x = seed;
	return (below) => {
		x = (Math.imul(x, 1664525) + 1013904223) | 0;
		return (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 8) % below;
	};
}

test("random systems", () => {
	const seen = { violated: 0, failed: 0, limited: 0 };
	fc.assert(
		fc.property(
			program,
			fc.integer(),
			fc.integer({ min: 2, max: 4 }),
			fc.integer({ min: 1, max: 40 }),
			(source, seed, parties, cut) => {
				const build = () => buildProgram(source);
				if (attempt(() => compile(build())).error !== undefined) return;
				const limits = cut < 20 ? { states: cut * 3 } : cut < 25 ? { depth: cut - 18 } : { states: 2_000 };
				const expected = alone(build, limits);
				expect(together(build, parties, order(seed), limits)).toEqual(expected);
				if (expected.found.length > 0) seen.violated++;
				if (expected.failing) seen.failed++;
				if (expected.stopped) seen.limited++;
			},
		),
		{ seed: 20_261_121, numRuns: 150 },
	);
	// The generator is of use only as long as its systems end in every way.
	expect(Math.min(seen.violated, seen.failed, seen.limited)).toBeGreaterThan(10);
});

const twin = () => bioTask.build({ cpus: 2, tasks: 2, bios: 1, fix: 0, workfn: 0 });
const lock = () => peterson.build({ procs: 4, split: 0 });

test.each([
	["bio-task 2,2,1", twin, {}],
	["peterson 4,0", lock, {}],
	["peterson 4,0 up to a limit of states", lock, { states: 20_011 }],
	["peterson 4,0 up to a limit of memory", lock, { memory: 300_000 }],
	["peterson 4,0 up to a depth", lock, { depth: 20 }],
] as const)("%s, which outgrows its first table", (_, build, limits) => {
	for (const least of [1, 64]) {
		const expected = alone(build, limits, least);
		for (let seed = 0; seed < 4; seed++) {
			const parties = 2 + (seed % 3);
			expect(together(build, parties, order(seed), limits, least)).toEqual(expected);
		}
	}
});
