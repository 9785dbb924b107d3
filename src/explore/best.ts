import { type Machine, NotInterchangeable } from "../machine/index.ts";
import { cheapest } from "./cheapest.ts";
import type { Owners } from "./costs.ts";
import { type Graph, graphOf, type Quest } from "./graph.ts";

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
	const ways = minimise === "steps" ? "shortest" : "all";
	const kinds = ways === "shortest" ? kindsOf(machine, property, states) : "all apart";
	// There are no fewer states than kinds.
	if (kinds === undefined) return undefined;
	const isOn = kinds === "all apart" ? {} : { isOn: onTheWay(machine, kinds) };
	const graph = graphOf(machine, { property, ways, states, ...isOn });
	const labels = machine.steps.map(({ label }) => label);
	return graph && cheapest(graph, owners, labels);
}

/**
 * Whether a state is of a kind that is on some shortest way. Kinds are fewer than states by as much as there are
 * permutations, and few of them are on the way.
 */
function onTheWay(machine: Machine, { visited, states, steps, from, to, ends }: Graph): NonNullable<Quest["isOn"]> {
	const marked = new Uint8Array(states);
	for (const end of ends) marked[end] = 1;
	// Steps lead from level to level, and are noted in order.
	for (let i = steps.length - 1; i >= 0; i--) if (marked[to[i] as number]) marked[from[i] as number] = 1;
	const kind = new Int32Array(machine.words);
	return (all, p) => {
		for (let w = 0; w < kind.length; w++) kind[w] = all[p + w] as number;
		machine.canonicalise(kind, 0);
		const number = visited.find(kind, 0);
		return number !== undefined && marked[number] === 1;
	};
}

/** The shortest ways through the kinds of states; undefined where they are too many, or nothing is to be had of them. */
function kindsOf(machine: Machine, property: string, states: number): Graph | undefined | "all apart" {
	const { symmetric, group } = machine;
	if (group.elements.length === 0 || group.refused.length > 0) return "all apart";
	machine.symmetric = true;
	try {
		return graphOf(machine, { property, ways: "shortest", states });
	} catch (error) {
		if (error instanceof NotInterchangeable) return "all apart";
		throw error;
	} finally {
		machine.symmetric = symmetric;
	}
}
