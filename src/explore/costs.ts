import type { Graph } from "./graph.ts";

/** By step id: who takes it. `NOBODY` for steps of which no context switch is counted. */
export type Owners = Int32Array;
export const NOBODY = -1;

/** Context switches come first: no way has as many steps. */
const SWITCH = 2 ** 24;

/** Edges of a graph, grouped by the state at one of their ends. */
export interface Grouped {
	/** Those of state `s` are `edges[starts[s]]` up to `edges[starts[s + 1]]`. */
	readonly starts: Int32Array;
	readonly edges: Int32Array;
}

/** Edges by the states that `side` names, of which there are `states`. */
export function grouped(side: readonly number[], states: number): Grouped {
	const starts = new Int32Array(states + 1);
	for (const state of side) starts[state + 1] = (starts[state + 1] as number) + 1;
	for (let s = 0; s < states; s++) starts[s + 1] = (starts[s + 1] as number) + (starts[s] as number);
	const edges = new Int32Array(side.length);
	const next = starts.slice();
	side.forEach((state, e) => {
		edges[next[state] as number] = e;
		next[state] = (next[state] as number) + 1;
	});
	return { starts, edges };
}

/**
 * What each state is away from the nearest end: context switches first, then steps. Found backwards from the ends
 * (Dijkstra's algorithm), for each state by who takes the next step that counts.
 */
export class Costs {
	readonly #graph: Graph;
	readonly #owners: Owners;
	/** Number that stands for "no step that counts follows"; below it are the owners. */
	readonly #none: number;
	/** By state and owner of the next step that counts. */
	readonly #costs: Float64Array;
	/** Work by context switches and steps. */
	readonly #open: number[][][] = [];

	constructor(graph: Graph, owners: Owners) {
		this.#graph = graph;
		this.#owners = owners;
		this.#none = owners.reduce((most, owner) => Math.max(most, owner), 0) + 1;
		this.#costs = new Float64Array(graph.states * (this.#none + 1)).fill(Number.POSITIVE_INFINITY);
		for (const end of graph.ends) this.#improve(end, this.#none, 0);
		this.#spread();
	}

	/** The cost of going on from `state`, where the last step that counted was by `last`; infinite where no end is near. */
	of(state: number, last: number): number {
		let least = Number.POSITIVE_INFINITY;
		for (let next = 0; next <= this.#none; next++) {
			const cost = this.#costs[state * (this.#none + 1) + next] as number;
			least = Math.min(least, cost + this.#between(last, next));
		}
		return least;
	}

	/** The cost of taking `step` after a step by `last`. */
	ofStep(step: number, last: number): number {
		const owner = this.#owners[step] as number;
		return 1 + (owner === NOBODY ? 0 : this.#between(last, owner));
	}

	#between(last: number, next: number): number {
		return last === NOBODY || next === this.#none || next === last ? 0 : SWITCH;
	}

	/** Goes backwards, cheapest first, until the initial state is reached: what is dearer is of no use. */
	#spread(): void {
		const { steps, from, to, states } = this.#graph;
		const { starts, edges } = grouped(to, states);
		const width = this.#none + 1;
		for (let switches = 0; switches < this.#open.length; switches++) {
			const layer = this.#open[switches] ?? [];
			for (let length = 0; length < layer.length; length++)
				for (const node of layer[length] ?? []) {
					const cost = switches * SWITCH + length;
					if (this.#costs[node] !== cost) continue;
					const state = Math.floor(node / width);
					const next = node % width;
					if (state === 0) return;
					for (let i = starts[state] as number; i < (starts[state + 1] as number); i++) {
						const e = edges[i] as number;
						const owner = this.#owners[steps[e] as number] as number;
						if (owner === NOBODY) this.#improve(from[e] as number, next, cost + 1);
						else this.#improve(from[e] as number, owner, cost + 1 + this.#between(owner, next));
					}
				}
		}
	}

	#improve(state: number, next: number, cost: number): void {
		const node = state * (this.#none + 1) + next;
		if (cost >= (this.#costs[node] as number)) return;
		this.#costs[node] = cost;
		const switches = Math.floor(cost / SWITCH);
		const length = cost % SWITCH;
		for (let s = this.#open.length; s <= switches; s++) this.#open.push([]);
		const layer = this.#open[switches] as number[][];
		for (let n = layer.length; n <= length; n++) layer.push([]);
		layer[length]?.push(node);
	}
}
