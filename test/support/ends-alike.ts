// Whether it makes no difference that processes do what belongs to their end together with their last step: by the coarsest
// branching bisimulation of the system and of the same with their ends as steps of their own, which nobody sees (Blom and
// Orzan, 2003).
import type { BuiltSystem } from "../../src/lang/index.ts";
import { compile, type Machine } from "../../src/machine/index.ts";
import { numbered, type StateGraph, type StateOf, stateGraph } from "./state-graph.ts";

/** How many states there are either way. */
export function endsAlike(build: () => object, most: number): { together: number; apart: number } | "unlike" | "large" {
	const machines = [build() as BuiltSystem, endingApart(build() as BuiltSystem)].map((system) =>
		compile(system, { quotient: true }),
	) as [Machine, Machine];
	const graphs = machines.map((machine) => stateGraph(machine, most)) as [StateGraph, StateGraph];
	if (graphs.some((graph) => graph === undefined)) return "large";
	const [together, apart] = graphs.map(({ states }) => states) as [readonly StateOf[], readonly StateOf[]];
	if (together.length === apart.length && JSON.stringify(together) === JSON.stringify(apart))
		return { together: together.length, apart: apart.length };
	const shifted = apart.map((state) => ({
		...state,
		steps: state.steps.map((step) => ({ ...step, to: step.to + together.length })),
	}));
	const kinds = kindsOf([...together, ...shifted], new Set(silentSteps(machines[0])));
	return kinds[0] === kinds[together.length] ? { together: together.length, apart: apart.length } : "unlike";
}

function endingApart(system: BuiltSystem): BuiltSystem {
	const { state, init, events, running, quotient, properties, costs } = system;
	const processes = system.processes.map((process) =>
		process.exit ? { ...process, exit: { ...process.exit, when: () => false } } : process,
	);
	return { state, init, events, running, quotient, processes, properties, costs };
}

/** Who ends, and that a tick asks somebody to go who does, is nothing to see. */
const silentSteps = ({ steps }: Machine): number[] =>
	steps.filter(({ label }) => label === "<do_exit()>" || label === "<tick: need_resched>").map(({ id }) => id);

function kindsOf(states: readonly StateOf[], silent: ReadonlySet<number>): readonly number[] {
	let kinds = numbered(states.map(({ violated }) => violated));
	for (let count = 0; count < new Set(kinds).size; ) {
		count = new Set(kinds).size;
		const before = kinds;
		const known = new Map<number, ReadonlySet<string>>();
		/** What can be seen from a state on, after silent steps within its kind. */
		const seenFrom = (i: number): ReadonlySet<string> => {
			const seen = known.get(i) ?? new Set<string>();
			if (known.has(i)) return seen;
			known.set(i, seen);
			const { end, steps } = states[i] as StateOf;
			const ways = new Set(end === undefined ? [] : [end]);
			for (const { edge, to, events } of steps)
				if (silent.has(edge) && before[to] === before[i]) for (const way of seenFrom(to)) ways.add(way);
				else ways.add(`${silent.has(edge) ? "" : edge}>${before[to]}${events}`);
			known.set(i, ways);
			return ways;
		};
		kinds = numbered(states.map((_, i) => `${before[i]};${[...seenFrom(i)].sort().join()}`));
	}
	return kinds;
}
