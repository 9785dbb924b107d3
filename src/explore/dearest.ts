import { eachComponent } from "./components.ts";
import type { PricedGraph } from "./priced-graph.ts";

/**
 * For each cost, by state: what the dearest way from there on costs; infinite where it can be paid for ever. Within a
 * strongly connected component all steps are free, or it can be gone round for ever; between components ways are acyclic, so
 * one pass will do.
 */
export function dearestOf(graph: PricedGraph): Float64Array[] {
	const { states, prices } = graph;
	const most = prices.map(() => new Float64Array(states).fill(UNKNOWN));
	eachComponent(graph, (members, first, end) => {
		for (const [cost, of] of most.entries()) {
			const value = mostFrom(graph, prices[cost] as Uint16Array, of, members, first, end);
			for (let i = first; i < end; i++) of[members[i] as number] = value;
		}
	});
	return most;
}

/** What is still to be found out: of the component at hand, for all that it leads to is known. */
const UNKNOWN = -1;

/** What the dearest way costs from the states of one component on, if `of` has it of those that it leads to. */
function mostFrom(
	{ starts, to }: PricedGraph,
	price: Uint16Array,
	of: Float64Array,
	members: Int32Array,
	first: number,
	end: number,
): number {
	let value = 0;
	for (let i = first; i < end; i++) {
		const state = members[i] as number;
		for (let step = starts[state] as number; step < (starts[state + 1] as number); step++) {
			const paid = price[step] as number;
			const rest = of[to[step] as number] as number;
			if (rest !== UNKNOWN) value = Math.max(value, paid + rest);
			else if (paid > 0) return Number.POSITIVE_INFINITY;
		}
	}
	return value;
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
