import type { Machine } from "../machine/index.ts";
import { confined } from "./confined.ts";
import { Endings } from "./endings.ts";
import { Visited } from "./visited.ts";

/** A step from one state to another. */
export interface Transition {
	readonly from: number;
	readonly to: number;
	/** Id of the step. */
	readonly step: number;
}

/** Everything that can happen in a machine. States are numbered from 0, the initial one. */
export interface WholeGraph {
	/** Packed states, one after the other. */
	readonly states: Int32Array;
	readonly count: number;
	readonly transitions: readonly Transition[];
	/** By state: ids of the properties that are false in it. */
	readonly violated: readonly (readonly string[])[];
	/** By state: ids of the `sometimes` properties that it meets. */
	readonly met: readonly (readonly string[])[];
	/** Violations by steps. */
	readonly violating: readonly {
		readonly from: number;
		readonly step: number;
		readonly property: string;
		readonly cut: boolean;
	}[];
	/** Numbers of the states in which nothing but background steps is possible any more. */
	readonly ends: ReadonlySet<number>;
}

/** All states and transitions; undefined where there are more than `most` states. */
export function wholeGraph(searched: Machine, most: number): WholeGraph | undefined {
	const machine = confined(searched);
	const { out, words } = machine;
	const visited = new Visited(words);
	const endings = new Endings(machine);
	const transitions: Transition[] = [];
	const violated: string[][] = [];
	const violating: WholeGraph["violating"][number][] = [];
	const ends = new Set<number>();
	const named = (indices: readonly number[]) => indices.map((i) => machine.properties[i]?.id ?? "");
	const all = machine.properties.map((_, i) => i);
	const met: string[][] = [];
	out.count = 0;
	machine.initial();
	machine.emit();
	visited.add(out.words, 0, out.hashes[0] as number);
	for (let state = 0; state < visited.count; state++) {
		if (visited.count > most) return undefined;
		machine.load(visited.states, state * words);
		const here = machine.violated().filter((i) => !machine.properties[i]?.sometimes);
		met.push(named(all.filter((i) => machine.properties[i]?.sometimes && machine.holds(i, "sometimes"))));
		out.count = 0;
		const live = machine.expand();
		for (const { property, edge, successor } of machine.found)
			violating.push({ from: state, step: edge, property, cut: successor === undefined });
		const { count } = out;
		for (let i = 0; i < count; i++) {
			const to = visited.add(out.words, i * words, out.hashes[i] as number);
			transitions.push({ from: state, to, step: out.edges[i] as number });
		}
		if (live === 0 && endings.isEnd(visited.states, state * words)) {
			ends.add(state);
			machine.load(visited.states, state * words);
			here.push(...machine.violatedAtEnd());
		}
		violated.push(named(here));
	}
	return { states: visited.states, count: visited.count, transitions, violated, met, violating, ends };
}
