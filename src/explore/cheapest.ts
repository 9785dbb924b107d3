import { Costs, grouped, NOBODY, type Owners } from "./costs.ts";
import type { Graph } from "./graph.ts";

/**
 * The way from the initial state to an end with the fewest context switches, and of these the fewest steps; of
 * several the one whose labels come first, nobody's last. A context switch is two consecutive steps of different owners, those of
 * nobody left out. Undefined where no end can be reached.
 */
export function cheapest(graph: Graph, owners: Owners, labels: readonly string[]): number[] | undefined {
	const { steps, to } = graph;
	const costs = new Costs(graph, owners);
	const { starts, edges } = grouped(graph.from, graph.states);
	const path: number[] = [];
	let state = 0;
	let last = NOBODY;
	let rest = costs.of(state, last);
	if (!Number.isFinite(rest)) return undefined;
	while (rest > 0) {
		let best: number | undefined;
		for (let i = starts[state] as number; i < (starts[state + 1] as number); i++) {
			const e = edges[i] as number;
			const step = steps[e] as number;
			const cost = costs.ofStep(step, last) + costs.of(to[e] as number, lastAfter(step, last));
			if (cost === rest && (best === undefined || before(step, steps[best] as number))) best = e;
		}
		if (best === undefined) throw new Error("no step leads on to an end");
		const step = steps[best] as number;
		path.push(step);
		state = to[best] as number;
		last = lastAfter(step, last);
		rest = costs.of(state, last);
	}
	return path;

	function lastAfter(step: number, before: number): number {
		const owner = owners[step] as number;
		return owner === NOBODY ? before : owner;
	}
	function before(a: number, b: number): boolean {
		// What is nobody's is put off: it prepares for what comes next.
		const marks = Number(owners[a] === NOBODY) - Number(owners[b] === NOBODY);
		const [one, other] = [labels[a] as string, labels[b] as string];
		return marks !== 0 ? marks < 0 : one === other ? a < b : one < other;
	}
}
