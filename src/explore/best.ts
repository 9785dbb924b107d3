import type { Machine } from "../machine/index.ts";
import { cheapest } from "./cheapest.ts";
import type { Owners } from "./costs.ts";
import { graphOf } from "./graph.ts";

/** What a counterexample should have the fewest of, before it has the fewest of the other. */
export type Minimise = "steps" | "switches";

/**
 * Ids of the steps of the best counterexample to `property` that `machine` has, whatever search found that there is
 * one. Undefined where more than `states` states would have to be looked at, or where there is none.
 */
export function bestPath(
	machine: Machine,
	property: string,
	minimise: Minimise,
	owners: Owners,
	states: number,
): number[] | undefined {
	const graph = graphOf(machine, { property, ways: minimise === "steps" ? "shortest" : "all", states });
	const labels = machine.steps.map(({ label }) => label);
	return graph && cheapest(graph, owners, labels);
}
