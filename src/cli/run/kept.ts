import type { Subject } from "../../trace/index.ts";
import type { Explored } from "../verify/explored.ts";

/**
 * What those scenarios were explored with whose counterexamples are the shortest so far. These are looked at again, and
 * a machine that has just searched is fast: its code is compiled.
 */
export class Kept {
	readonly #shortest = new Map<
		string,
		{ readonly length: number; readonly scenario: number; readonly subject: Subject }
	>();

	/** Keeps what scenario number `scenario` was explored with, if one of its counterexamples is such. */
	offer(scenario: number, { properties }: Explored, subject: Subject): void {
		for (const { id, counterexample, witness } of properties) {
			const length = (counterexample ?? witness)?.steps.length ?? Number.POSITIVE_INFINITY;
			if (length < (this.#shortest.get(id)?.length ?? Number.POSITIVE_INFINITY))
				this.#shortest.set(id, { length, scenario, subject });
		}
	}

	of(scenario: number): Subject | undefined {
		return [...this.#shortest.values()].find((kept) => kept.scenario === scenario)?.subject;
	}
}
