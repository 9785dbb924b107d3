// Whether it makes no difference that processes go to a placement, enter their gate, and end, together with a step: the same
// can be seen on all ways through the system as through the one with these as steps of their own, which nobody sees.
import { apart, type BuiltSystem, isTogether } from "../../src/lang/index.ts";
import { compile, type Machine, type Step } from "../../src/machine/index.ts";
import { type StateGraph, stateGraph } from "./state-graph.ts";

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
	const alike = unseen(asunder, together) ?? unseen(together, asunder);
	return alike === undefined ? { together: together.length, apart: asunder.length } : "unlike";
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
	// As in the search: a state is no end if background steps lead from it to one that goes on.
	const goesOn = states.map(({ end }) => end === undefined);
	for (let count = -1; count < goesOn.filter(Boolean).length; ) {
		count = goesOn.filter(Boolean).length;
		states.forEach(({ steps }, i) => {
			if (steps.some(({ to }) => goesOn[to])) goesOn[i] = true;
		});
	}
	return states.map(({ violated, cuts, end, steps }, i) => ({
		violated,
		ends: [...(goesOn[i] ? [] : [end as string]), ...cuts.map(({ edge, property }) => `${names[edge]} ${property}`)],
		steps: steps.map(({ edge, to, events }) => {
			const name = names[edge];
			return { name: name === undefined ? undefined : `${name} ${events}`, to };
		}),
	}));
}

/** The same for a step wherever it is taken; none where nobody sees it: who moves, who ends, and that a tick asks somebody to go who does. */
function nameOf({ at, label, choices }: Step, process: string): string | undefined {
	if (process.startsWith("moves(") || at.endsWith(".exit")) return undefined;
	if (
		label === "<tick: need_resched>" ||
		label.startsWith("<switch to ") ||
		label.startsWith("<spins: ") ||
		process === "rcu"
	)
		return undefined;
	return `${process} ${at} ${label} ${choices.map(({ index }) => index)}`;
}

/** What can be seen on a way through `one` and on none through `other`: for each state of it, with all in which the other may be then. */
function unseen(one: readonly Seen[], other: readonly Seen[]): string | undefined {
	const first = silently(other, [0]);
	const met = new Set([keyOf(0, first)]);
	const queue: [number, readonly number[]][] = [[0, first]];
	for (const [i, among] of queue) {
		const { violated, ends, steps } = one[i] as Seen;
		const those = among.map((j) => other[j] as Seen);
		if (!those.some((that) => that.violated === violated)) return `violated: ${violated}`;
		for (const end of ends) if (!those.some((that) => that.ends.includes(end))) return `ends: ${end}`;
		for (const { name, to } of steps) {
			const next =
				name === undefined
					? among
					: silently(
							other,
							those.flatMap((that) => that.steps.filter((step) => step.name === name)).map((step) => step.to),
						);
			if (next.length === 0) return name;
			const key = keyOf(to, next);
			if (met.has(key)) continue;
			met.add(key);
			queue.push([to, next]);
		}
	}
	return undefined;
}

const keyOf = (i: number, among: readonly number[]): string => `${i}:${among.join()}`;

/** These states and all that are reached from them by steps that nobody sees, in order. */
function silently(states: readonly Seen[], from: readonly number[]): readonly number[] {
	const reached = new Set(from);
	for (const i of reached)
		for (const { name, to } of (states[i] as Seen).steps) if (name === undefined) reached.add(to);
	return [...reached].sort((a, b) => a - b);
}
