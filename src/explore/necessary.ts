import { type Machine, PropertyError, StepError } from "../machine/index.ts";
import { atomic, type Kept } from "./atomic.ts";
import { Timeout, within } from "./confine.ts";
import { Judge } from "./judge.ts";
import { Visited } from "./visited.ts";

/** States that are looked at between looks at the time, and milliseconds after which one of them must never end. */
const SLICE = 4096;
const PATIENCE = 60_000;

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
	const dive = new Dive(atomic(machine, points, kept), property, budget.states);
	try {
		while (dive.goesOn) within(PATIENCE, () => dive.go(SLICE));
		if (!dive.found && !dive.wrong && dive.isWhole) machine.settle();
	} catch (error) {
		if (!(error instanceof Timeout)) throw error;
		dive.wrong = true;
	} finally {
		machine.out.count = 0;
	}
	budget.states -= dive.states;
	if (dive.found) return false;
	if (!dive.isWhole) return "too many states";
	return dive.wrong ? "the model is wrong" : true;
}

/** Looks for a state or a step of which a property is false, whichever: depth first, for that comes to one soonest. */
class Dive {
	found = false;
	/** Whether somewhere the model is wrong: beyond what a limit let be seen, it may be. */
	wrong = false;
	readonly #visited: Visited;
	readonly #judge: Judge;
	/** Numbers of states that are still to be looked at. */
	readonly #open: number[] = [];

	constructor(
		readonly machine: Machine,
		property: string,
		readonly most: number,
	) {
		const { out, words } = machine;
		this.#visited = new Visited(words);
		this.#judge = new Judge(machine, property);
		out.count = 0;
		machine.initial();
		machine.emit();
		this.#open.push(this.#visited.add(out.words, 0, out.hashes[0] as number));
	}

	get states(): number {
		return this.#visited.count;
	}

	/** Whether no state was left out for want of room. */
	get isWhole(): boolean {
		return this.states <= this.most;
	}

	get goesOn(): boolean {
		return !this.found && this.isWhole && this.#open.length > 0;
	}

	/** Looks at so many states. */
	go(many: number): void {
		for (let i = 0; i < many && this.goesOn; i++) this.#look(this.#open.pop() as number);
	}

	#look(state: number): void {
		const { out, words } = this.machine;
		const visited = this.#visited;
		try {
			const { isFalse, falseSteps, successors } = this.#judge.expand(visited.states, state * words);
			this.found = isFalse || falseSteps.length > 0;
			for (let i = 0; i < successors; i++) {
				const { count } = visited;
				const next = visited.add(out.words, i * words, out.hashes[i] as number);
				if (next === count) this.#open.push(next);
			}
		} catch (error) {
			if (!(error instanceof StepError || error instanceof PropertyError)) throw error;
			this.wrong = true;
		}
	}
}
