// Whether a system's quotient is one, found out without the engine's own check: by the coarsest strong bisimulation of
// the whole graph and of all states that the quotient keeps, as partitions are refined (Kanellakis and Smolka, 1983).
import type { BuiltSystem } from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";
import { numbered, stateGraph } from "./state-graph.ts";

/** How many states there are, and of how many kinds; none where one goes on unlike what is kept of it. */
export function bisimilar(build: () => object, most: number): { states: number; kinds: number } | "unlike" | "large" {
	const keeping = compile(build() as BuiltSystem, { quotient: true });
	const graph = stateGraph(compile(build() as BuiltSystem), most, (state) => {
		keeping.canonicalise(state, 0);
		return state;
	});
	if (!graph) return "large";
	const { states, companions: kept } = graph;
	const looks = states.map(({ violated, cuts, end }) =>
		[violated, cuts.map(({ edge, property }) => `${property} ${edge}`).sort(), end].join("|"),
	);
	let kinds = numbered(looks);
	for (let count = 0; count < new Set(kinds).size; ) {
		if (kept.some((k, i) => kinds[k] !== kinds[i])) return "unlike";
		count = new Set(kinds).size;
		const before = kinds;
		kinds = numbered(
			states.map(({ steps }, i) => {
				const ways = new Set(steps.map(({ edge, to, events }) => `${edge}>${before[to]}${events}`));
				return `${before[i]};${[...ways].sort().join()}`;
			}),
		);
	}
	return { states: states.length, kinds: new Set(kept).size };
}
