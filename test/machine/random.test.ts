// Random systems, of every kind of statement: both interpreters build the same graph, or meet the same model error.
import fc from "fast-check";
import { expect, test } from "vitest";
import { agree } from "../support/agree.ts";
import { buildProgram } from "../support/build-program.ts";
import { program } from "../support/programs.ts";

test("random systems have the same graph in both interpreters", () => {
	const seen = { complete: 0, errors: 0, faults: 0, states: 0 };
	fc.assert(
		fc.property(program, (source) => {
			const { complete, errors, violated, states } = agree(buildProgram(source), 200);
			if (complete) seen.complete++;
			if (errors.length > 0) seen.errors++;
			if (violated.length > 0) seen.faults++;
			seen.states += states;
		}),
		{ seed: 20_190_412, numRuns: 300 },
	);
	// The generator is of use only as long as most of its systems run, and some of them into trouble.
	expect(seen.complete).toBeGreaterThan(150);
	expect(seen.errors).toBeGreaterThan(20);
	expect(seen.faults).toBeGreaterThan(20);
	expect(seen.states).toBeGreaterThan(5_000);
});
