import type { PricedGraph } from "./priced-graph.ts";

/**
 * For each cost, by state: what the dearest way from there on costs. Within a strongly connected component all steps are
 * free, or it can be gone round for ever; between components ways are acyclic. Components are found by Tarjan's
 * algorithm, each after those that it leads to, so one pass will do.
 */
export function dearestOf({ states, starts, to, prices }: PricedGraph): Float64Array[] {
	/** 0 before a state is met; then its number in the order of meeting, from 1; `DONE` once its component is known. */
	const met = new Int32Array(states);
	const DONE = 0x7fffffff;
	/** The earliest state that is known to be in the same component; and the next step to be looked at. */
	const low = new Int32Array(states);
	const next = new Int32Array(states);
	const open = new Int32Array(states);
	const way = new Int32Array(states);
	const most = prices.map(() => new Float64Array(states));
	let counter = 0;
	let opened = 0;
	let depth = 0;

	const enter = (state: number): void => {
		met[state] = low[state] = ++counter;
		next[state] = starts[state] as number;
		open[opened++] = state;
		way[depth++] = state;
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
		if (low[state] === met[state]) close(state);
	}
	return most;

	/** The component that ends with `root` is complete: all it leads to is done, but for itself. */
	function close(root: number): void {
		let first = opened;
		do first--;
		while (open[first] !== root);
		for (const [cost, of] of most.entries()) {
			const value = mostOf(first, prices[cost] as Uint16Array, of);
			for (let i = first; i < opened; i++) of[open[i] as number] = value;
		}
		for (; opened > first; opened--) met[open[opened - 1] as number] = DONE;
	}

	function mostOf(first: number, price: Uint16Array, of: Float64Array): number {
		let value = 0;
		for (let i = first; i < opened; i++) {
			const state = open[i] as number;
			for (let step = starts[state] as number; step < (starts[state + 1] as number); step++) {
				const successor = to[step] as number;
				const paid = price[step] as number;
				const inside = met[successor] !== DONE;
				if (inside && paid > 0) return Number.POSITIVE_INFINITY;
				if (!inside) value = Math.max(value, paid + (of[successor] as number));
			}
		}
		return value;
	}
}

/** A step of a way through a priced graph: the state that it leads to, and what it costs. */
export interface Paid {
	readonly state: number;
	readonly price: number;
}

/**
 * One of the dearest ways from the initial state on, up to where nothing more is to pay, with no more steps than another such
 * has. `most`: what is to be paid from each state on, nowhere infinite.
 */
export function dearestWay({ states, starts, to }: PricedGraph, price: Uint16Array, most: Float64Array): Paid[] {
	/** By state: the step by which it was first come to, plus one; and the state that it is from. */
	const by = new Int32Array(states);
	const from = new Int32Array(states);
	const open = [0];
	for (const state of open) {
		if (most[state] === 0) return back(state);
		for (let step = starts[state] as number; step < (starts[state + 1] as number); step++) {
			const next = to[step] as number;
			const isDearest = (price[step] as number) + (most[next] as number) === most[state];
			if (!isDearest || next === 0 || by[next] !== 0) continue;
			by[next] = step + 1;
			from[next] = state;
			open.push(next);
		}
	}
	throw new Error("no way costs what the dearest does");

	function back(end: number): Paid[] {
		const way: Paid[] = [];
		for (let state = end; state !== 0; state = from[state] as number)
			way.unshift({ state, price: price[(by[state] as number) - 1] as number });
		return way;
	}
}
