import { type Machine, NotInterchangeable, QUOTIENT, type Step, StepError } from "../machine/index.ts";
import { Timeout, within } from "./confine.ts";
import { ENOUGH, neverEnds } from "./endless.ts";
import type { Finding } from "./findings.ts";
import type { StateStore } from "./state-store.ts";

/** Where steps lead, one after the other from the initial state. */
export interface Path {
	/** Ids of the steps. */
	readonly steps: readonly number[];
	/** What the last step raises, where it raises something. */
	readonly message: string | undefined;
}

/** The way by which the search first reached a finding: as the model runs, with ids as they are there. */
export function pathTo(machine: Machine, store: StateStore, { state, edge, property }: Finding): Path {
	const { steps, at } = walk(machine, chainTo(machine, store, state));
	if (edge === undefined) return { steps, message: undefined };
	return concretely(machine, () => {
		machine.load(at, 0);
		machine.expand();
		const raised =
			machine.found.find((met) => met.property === property && met.edge === edge) ??
			machine.found.find((met) => met.property === property);
		if (!raised) throw astray(machine, `${property} is not violated again where it was`);
		return { steps: [...steps, raised.edge], message: raised.message };
	});
}

/**
 * The way to `error`, which the expansion of stored state `state` ended with, and the error as it is there. Its last
 * step raises it, if it is one that a step raises.
 */
export function pathToError(
	machine: Machine,
	store: StateStore,
	state: number,
	error: unknown,
): { readonly steps: readonly number[]; readonly error: unknown } {
	const { steps, at } = walk(machine, chainTo(machine, store, state));
	if (!(error instanceof StepError)) return { steps, error };
	return concretely(machine, () => {
		const { id, origin } = error.edge;
		const statement = machine.steps.filter((step) => step.origin === origin);
		for (const step of statement) {
			const cause = raisedBy(machine, at, step);
			if (cause) return { steps: [...steps, step.id], error: new StepError(cause.error, step) };
		}
		// One that only now and then goes wrong.
		if (machine.group.elements.length === 0 && !machine.quotient && id !== undefined)
			return { steps: [...steps, id], error };
		throw error;
	});
}

/** The steps of a way through the states named by `chain`, the initial one first, by their canonical ones; each costs its price. */
export function pathAlong(
	machine: Machine,
	cost: string,
	chain: readonly Int32Array[],
	prices: readonly number[],
): number[] {
	const costs = (i: number): number =>
		machine.found.filter(({ property, successor }) => property === cost && successor === i).length;
	return walk(machine, chain, (i, step) => costs(i) === prices[step]).steps;
}

/** What taking the step from `state` raises. One that does not end counts as raising what the search said of it. */
function raisedBy(machine: Machine, state: Int32Array, step: Step): { readonly error: unknown } | undefined {
	machine.load(state, 0);
	try {
		within(ENOUGH, () => machine.take(step.id));
		return undefined;
	} catch (error) {
		return { error: error instanceof Timeout ? neverEnds(step) : error };
	}
}

/** The stored states on the way to state `state`, the initial one first. */
function chainTo(machine: Machine, store: StateStore, state: number): Int32Array[] {
	const way: number[] = [];
	for (let at = state; at >= 0; at = store.parent(at)) way.unshift(at);
	if (store.ordinal(state) !== undefined) return metAgain(machine, store, way);
	return way.map((at) => store.arena.slice(store.at(at), store.at(at) + store.words));
}

/** The states on a way of which the store knows no more than which successor each was of the one before. */
function metAgain(machine: Machine, store: StateStore, way: readonly number[]): Int32Array[] {
	const { out, words, taken } = machine;
	const from = out.count;
	const counts = taken.slice();
	const made = (i: number) => out.words.slice(i * words, (i + 1) * words);
	try {
		machine.initial();
		machine.emit();
		const chain = [made(from)];
		for (const [i, index] of way.slice(1).entries()) {
			out.count = from;
			machine.load(chain[i] as Int32Array, 0);
			machine.expand();
			chain.push(made(from + (store.ordinal(index) as number)));
		}
		return chain;
	} finally {
		out.count = from;
		taken.set(counts);
	}
}

/**
 * Walks from the initial state through states of the kinds that `chain` names by their canonical states. From every
 * state of a kind there are steps to the same kinds, so any step to the next kind will do, of those that `fit`.
 */
function walk(
	machine: Machine,
	chain: readonly Int32Array[],
	fits: (successor: number, step: number) => boolean = () => true,
): { steps: number[]; at: Int32Array } {
	const { out, words } = machine;
	let at = new Int32Array(words);
	return concretely(machine, () => {
		const from = out.count;
		machine.initial();
		machine.store(at, 0);
		const steps = chain.slice(1).map((kind, step) => {
			out.count = from;
			machine.load(at, 0);
			machine.expand();
			for (let i = from; i < out.count; i++) {
				const state = out.words.slice(i * words, (i + 1) * words);
				const canonical = state.slice();
				machine.canonicalise(canonical, 0);
				if (canonical.some((word, w) => word !== kind[w]) || !fits(i, step)) continue;
				at = state;
				return out.edges[i] as number;
			}
			throw astray(machine, "a state cannot be reached again from its parent");
		});
		return { steps, at };
	});
}

/** A way that cannot be taken again: states were taken for one that are not, or a step does not do the same each time. */
function astray({ group, quotient }: Machine, what: string): Error {
	const why = "a way that was found by it cannot be taken";
	const swap = group.swaps.at(-1);
	if (swap) return new NotInterchangeable(swap.name, why);
	if (quotient && quotient.refused === undefined) return new NotInterchangeable(QUOTIENT, why);
	return new Error(`${what}: the model is not deterministic`);
}

/** Does `work` with states as they are made, and leaves the machine's successors and counts as they were. */
function concretely<T>(machine: Machine, work: () => T): T {
	const { out, taken } = machine;
	const from = out.count;
	const counts = taken.slice();
	machine.symmetric = false;
	try {
		return work();
	} finally {
		machine.symmetric = true;
		out.count = from;
		taken.set(counts);
	}
}
