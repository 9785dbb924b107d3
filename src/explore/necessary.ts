import { type Machine, PropertyError, StepError } from "../machine/index.ts";
import { atomic, type Kept } from "./atomic.ts";
import { Search } from "./search.ts";

/** Milliseconds of searching between looks at what was found. */
const SLICE = 20;

/** States that may still be looked at. Not seconds, so that the answer is the same on every machine. */
export interface Budget {
	states: number;
}

/** Why it was not found out. */
export type Undecided = "too many states" | "the model is wrong";

/**
 * Whether every counterexample to `property` needs a step of somebody else at one of `points`: with these made atomic
 * there is none. Not found out where the budget, from which what was looked at is taken, does not suffice, or the model is wrong.
 */
export function necessary(
	machine: Machine,
	property: string,
	points: Uint8Array,
	kept: Kept,
	budget: Budget,
): boolean | Undecided {
	if (budget.states <= 0) return "too many states";
	const unlimited = Number.POSITIVE_INFINITY;
	machine.out.count = 0;
	const search = new Search(atomic(machine, points, kept), {
		states: budget.states,
		memory: unlimited,
		depth: unlimited,
		time: unlimited,
	});
	try {
		while (!search.findings.has(property) && search.slice(SLICE));
	} catch (error) {
		// Beyond what a limit let be seen, the model may be wrong.
		if (error instanceof StepError || error instanceof PropertyError) return "the model is wrong";
		throw error;
	}
	machine.out.count = 0;
	const found = search.findings.get(property);
	budget.states -= found ? found.state : search.store.count;
	if (found) return false;
	return search.stopped ? "too many states" : true;
}
