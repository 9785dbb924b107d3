// Whether it makes no difference that processes go to a placement, and end, together with a step: by the coarsest branching
// bisimulation of the system and of the same with these as steps of their own, which nobody sees (Blom and Orzan, 2003).
import { apart, type BuiltSystem, isTogether } from "../../src/lang/index.ts";
import { compile, type Machine, type Step } from "../../src/machine/index.ts";
import { numbered, type StateGraph, stateGraph } from "./state-graph.ts";

/** How many states there are either way; "same" where nothing is done together. */
export function apartAlike(build: () => object, most: number): Sizes | "same" | "unlike" | "large" {
	if (!isTogether(build() as BuiltSystem)) return "same";
	const machines = [
		compile(build() as BuiltSystem, { quotient: true }),
		compile(apart(build() as BuiltSystem)),
	] as const;
	const graphs = machines.map((machine) => stateGraph(machine, most)) as (StateGraph | undefined)[];
	const [together, asunder] = graphs.map((graph, i) => graph && named(graph, machines[i] as Machine));
	if (!together || !asunder) return "large";
	const kinds = kindsOf([...together, ...asunder.map((state) => shifted(state, together.length))]);
	return kinds[0] === kinds[together.length] ? { together: together.length, apart: asunder.length } : "unlike";
}

interface Sizes {
	readonly together: number;
	readonly apart: number;
}

/** A state by what can be seen of it and of its steps; a step that nobody sees has no name. */
interface Seen {
	readonly violated: string;
	/** How it may come to an end here: nothing is left to do, or a step is cut. */
	readonly ends: readonly string[];
	readonly steps: readonly { readonly name: string | undefined; readonly to: number }[];
}

function named({ states }: StateGraph, machine: Machine): Seen[] {
	const processes = machine.describe().processes.map(({ name }) => name);
	const names = machine.steps.map((step) => nameOf(step, processes[step.process] as string));
	// As in the search: a state is no end if steps that nobody sees lead from it to one that goes on.
	const goesOn = states.map(({ steps }) => steps.some(({ edge }) => names[edge] !== undefined));
	for (let count = -1; count < goesOn.filter(Boolean).length; ) {
		count = goesOn.filter(Boolean).length;
		states.forEach(({ steps }, i) => {
			if (steps.some(({ to }) => goesOn[to])) goesOn[i] = true;
		});
	}
	return states.map(({ violated, cuts, end, steps }, i) => ({
		violated,
		ends: [
			...(end === undefined || goesOn[i] ? [] : [end]),
			...cuts.map(({ edge, property }) => `${names[edge]} ${property}`),
		],
		steps: steps.map(({ edge, to, events }) => {
			const name = names[edge];
			return { name: name === undefined ? undefined : `${name} ${events}`, to };
		}),
	}));
}

const shifted = ({ steps, ...state }: Seen, by: number): Seen => ({
	...state,
	steps: steps.map(({ name, to }) => ({ name, to: to + by })),
});

/** The same for a step wherever it is taken; none where nobody sees it: who moves, who ends, and that a tick asks somebody to go who does. */
function nameOf({ at, label, choices }: Step, process: string): string | undefined {
	if (process.startsWith("moves(") || at.endsWith(".exit") || label === "<tick: need_resched>") return undefined;
	return `${process} ${at} ${label} ${choices.map(({ index }) => index)}`;
}

function kindsOf(states: readonly Seen[]): readonly number[] {
	let kinds = numbered(states.map(({ violated }) => violated));
	for (let count = 0; count < new Set(kinds).size; ) {
		count = new Set(kinds).size;
		const before = kinds;
		kinds = numbered(states.map((_, i) => `${before[i]};${[...seenFrom(states, before, i)].sort().join()}`));
	}
	return kinds;
}

/** What can be seen from a state on, after silent steps within its kind. */
function seenFrom(states: readonly Seen[], kinds: readonly number[], from: number): ReadonlySet<string> {
	const ways = new Set<string>();
	const reached = new Set([from]);
	for (const i of reached) {
		const { ends, steps } = states[i] as Seen;
		for (const end of ends) ways.add(end);
		for (const { name, to } of steps)
			if (name === undefined && kinds[to] === kinds[from]) reached.add(to);
			else ways.add(`${name ?? ""}>${kinds[to]}`);
	}
	return ways;
}
