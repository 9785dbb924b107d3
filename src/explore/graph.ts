import { type Machine, PropertyError, StepError } from "../machine/index.ts";
import { Timeout, within } from "./confine.ts";
import { Judge } from "./judge.ts";
import { Visited } from "./visited.ts";

/** What is looked for, and how far. */
export interface Quest {
	/** Id of a property, or of an error that steps raise. */
	readonly property: string;
	/** `shortest`: only steps that lead a level further, up to the first level where the property is false. */
	readonly ways: "shortest" | "all";
	/** More states than this are too many. */
	readonly states: number;
	/** Of the states at word index `p` of `states` only those are gone through for which this is true; default: all. */
	readonly isOn?: (states: Int32Array, p: number) => boolean;
}

/** States by number, from 0, the initial one, and the steps between them that can be part of a counterexample. */
export interface Graph {
	readonly states: number;
	/** Edge `i` is step `steps[i]` of the machine, from state `from[i]` to state `to[i]`. */
	readonly steps: readonly number[];
	readonly from: readonly number[];
	readonly to: readonly number[];
	/**
	 * The states in which the property is false, the nearest alone where `shortest` ways were asked for. Where a step
	 * makes it false, that step leads to a state of its own, the last one.
	 */
	readonly ends: readonly number[];
	/** The states by their contents, but for the one of its own. */
	readonly visited: Visited;
}

/** Seconds after which a step that never ends must be the reason: a graph takes a second or so. */
const PATIENCE = 60;

/**
 * Explores `machine` from its initial state, for a look back at how a property becomes false; undefined where that is
 * too much, or the model wrong, which it may be beyond what a limit let be seen.
 */
export function graphOf(machine: Machine, quest: Quest, patience = PATIENCE): Graph | undefined {
	try {
		return within(patience * 1000, () => explore(machine, quest));
	} catch (error) {
		if (error instanceof Timeout || error instanceof StepError || error instanceof PropertyError) return undefined;
		throw error;
	} finally {
		machine.out.count = 0;
	}
}

function explore(machine: Machine, { property, ways, states, isOn }: Quest): Graph | undefined {
	const { out, words } = machine;
	const visited = new Visited(words);
	const judge = new Judge(machine, property);
	const steps: number[] = [];
	const from: number[] = [];
	const to: number[] = [];
	const falseStates: Place[] = [];
	const falseSteps: Place[] = [];
	out.count = 0;
	machine.initial();
	machine.emit();
	visited.add(out.words, 0, out.hashes[0] as number);
	let least = Number.POSITIVE_INFINITY;
	let depth = 0;
	let levelEnd = visited.count;
	const note = (places: Place[], place: Place) => {
		places.push(place);
		least = Math.min(least, place.length);
	};
	for (let state = 0; state < visited.count; state++) {
		if (state === levelEnd) {
			if (ways === "shortest" && least <= depth) break;
			depth++;
			levelEnd = visited.count;
		}
		const judged = judge.expand(visited.states, state * words);
		if (judged.isFalse) note(falseStates, { state, step: -1, length: depth });
		for (const step of judged.falseSteps) note(falseSteps, { state, step, length: depth + 1 });
		for (let i = 0; i < judged.successors; i++) {
			if (isOn && !isOn(out.words, i * words)) continue;
			const next = visited.add(out.words, i * words, out.hashes[i] as number);
			if (ways === "shortest" && next < levelEnd) continue;
			steps.push(out.edges[i] as number);
			from.push(state);
			to.push(next);
		}
		if (visited.count > states) return undefined;
	}
	const nearest = ({ length }: Place) => ways === "all" || length === least;
	const ends = falseStates.filter(nearest).map(({ state }) => state);
	const last = visited.count;
	for (const { state, step } of falseSteps.filter(nearest)) {
		steps.push(step);
		from.push(state);
		to.push(last);
	}
	return { states: last + 1, steps, from, to, ends: [...ends, last], visited };
}

interface Place {
	readonly state: number;
	readonly step: number;
	/** Steps from the initial state. */
	readonly length: number;
}
