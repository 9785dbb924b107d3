import type { PricedGraph } from "./priced-graph.ts";

/** In place of a state's number of meeting, once its component is complete. */
const DONE = 0x7fffffff;

/**
 * Finds the strongly connected components that can be reached from state 0, by Tarjan's algorithm. `close` is called with each
 * after all that it leads to: its states are `members[first]` up to `members[end]`.
 */
export function eachComponent(
	{ states, starts, to }: Pick<PricedGraph, "states" | "starts" | "to">,
	close: (members: Int32Array, first: number, end: number) => void,
): void {
	/** 0 before a state is met; then its number in the order of meeting, from 1; then `DONE`. */
	const met = new Int32Array(states);
	/** The earliest state that is known to be in the same component; and the next step to be looked at. */
	const low = new Int32Array(states);
	const next = new Int32Array(states);
	/** States whose components are not complete, in the order of meeting; and the way to where the search stands. */
	const open = new Int32Array(states);
	const way = new Int32Array(states);
	let counter = 0;
	let opened = 0;
	let depth = 0;

	const enter = (state: number): void => {
		met[state] = low[state] = ++counter;
		next[state] = starts[state] as number;
		open[opened++] = state;
		way[depth++] = state;
	};
	const leave = (root: number): void => {
		let first = opened;
		do first--;
		while (open[first] !== root);
		close(open, first, opened);
		for (; opened > first; opened--) met[open[opened - 1] as number] = DONE;
	};

	enter(0);
	while (depth > 0) {
		const state = way[depth - 1] as number;
		const step = next[state] as number;
		if (step < (starts[state + 1] as number)) {
			next[state] = step + 1;
			const successor = to[step] as number;
			const number = met[successor] as number;
			if (number === 0) enter(successor);
			else if (number !== DONE) low[state] = Math.min(low[state] as number, number);
			continue;
		}
		depth--;
		if (depth > 0) {
			const before = way[depth - 1] as number;
			low[before] = Math.min(low[before] as number, low[state] as number);
		}
		if (low[state] === met[state]) leave(state);
	}
}
