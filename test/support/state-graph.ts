import type { Machine } from "../../src/machine/index.ts";

/** A whole state graph, the initial state first. */
export interface StateGraph {
	readonly states: readonly StateOf[];
	/** By state: the one that `companion` gives for it, which is explored as well. */
	readonly companions: readonly number[];
}

export interface StateOf {
	/** The invariants that are violated, and, where nothing is left to do, the terminal conditions. */
	readonly violated: string;
	/** Steps that lead nowhere, for they are cut. */
	readonly cuts: readonly { readonly edge: number; readonly property: string }[];
	readonly end: string | undefined;
	readonly steps: readonly { readonly edge: number; readonly to: number; readonly events: string }[];
}

/** Undefined if there are more states than `most`. */
export function stateGraph(
	machine: Machine,
	most: number,
	companion: (state: Int32Array) => Int32Array = (state) => state,
): StateGraph | undefined {
	const { out, words } = machine;
	const numbers = new Map<string, number>();
	const packed: Int32Array[] = [];
	const numberOf = (state: Int32Array): number => {
		const key = state.join();
		const known = numbers.get(key);
		if (known !== undefined) return known;
		numbers.set(key, packed.length);
		return packed.push(state) - 1;
	};
	const made = (i: number) => numberOf(out.words.slice(i * words, (i + 1) * words));
	const states: StateOf[] = [];
	const companions: number[] = [];
	machine.initial();
	machine.emit();
	made(0);
	for (let i = 0; i < packed.length; i++) {
		if (packed.length > most) return undefined;
		const state = packed[i] as Int32Array;
		companions.push(numberOf(companion(state.slice())));
		machine.load(state, 0);
		const violated = machine.violated().join();
		out.count = 0;
		const live = machine.expand();
		const events = machine.found.map(({ property, edge }) => [edge, property] as const);
		const steps = Array.from({ length: out.count }, (_, n) => {
			const edge = out.edges[n] as number;
			const heard = events.filter(([by]) => by === edge).map(([, property]) => property);
			return { edge, to: made(n), events: heard.sort().join() };
		});
		const cuts = events
			.filter(([by]) => !steps.some(({ edge }) => edge === by))
			.map(([edge, property]) => ({ edge, property }));
		out.count = 0;
		machine.load(state, 0);
		const end = live === 0 ? `end ${machine.violatedAtEnd().join()}` : undefined;
		states.push({ violated, cuts, end, steps });
	}
	return { states, companions };
}

/** Numbers equal texts alike. */
export function numbered(texts: readonly string[]): number[] {
	const numbers = new Map<string, number>();
	return texts.map((text) => {
		const number = numbers.get(text) ?? numbers.size;
		numbers.set(text, number);
		return number;
	});
}
