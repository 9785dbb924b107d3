import { type WholeGraph, wholeGraph } from "../explore/whole-graph.ts";
import { count, type GraphEdge, type GraphNode } from "../report/index.ts";
import { isMark, type Leaf, leavesOf, type Subject } from "../trace/index.ts";
import { UsageError } from "./exit.ts";

/** More states than this are not even merged. */
const MOST_STATES = 200_000;
/** More nodes than this nobody looks at. */
const MOST_NODES = 250;
/** Different steps between two nodes that are named one by one. */
const MOST_LABELS = 4;
/** More values than this make a node too large. */
const MOST_VALUES = 8;

export interface Drawing {
	readonly nodes: readonly GraphNode[];
	readonly edges: readonly GraphEdge[];
}

/** The state graph, its states merged where they agree in the values whose paths begin as one of `by`, if there are any. */
export function drawingOf(subject: Subject, by: readonly string[], advice: string): Drawing {
	const { machine } = subject;
	const graph = wholeGraph(machine, MOST_STATES);
	if (!graph)
		throw new UsageError(`there are more than ${count(MOST_STATES, "state")}, too many to draw even merged: ${advice}`);
	// Made anew for each use: those of all states would be gigabytes.
	const leaves = (state: number): Leaf[] => {
		machine.load(graph.states, state * machine.words);
		return leavesOf(machine.describe());
	};
	const initial = leaves(0);
	requirePaths(initial, by);
	const states = Array.from({ length: graph.count }, (_, state) => state);
	if (by.length === 0 && states.length > MOST_NODES)
		throw new UsageError(
			`${count(graph.count, "state")} are too many to look at (${MOST_NODES} at most): ${advice}, or merge those that agree in a part of the state: --by ${roots(initial).join(", or ")}`,
		);
	const shown = by.length > 0 ? (path: string) => chosen(path, by) : differing(states.map(leaves), isShared);
	const nodeOf = by.length > 0 ? numbered(states, (state) => keyOf(leaves(state), shown)) : states;
	const members = groups(nodeOf);
	if (members.length > MOST_NODES)
		throw new UsageError(
			`${by.join(", ")} merges ${count(graph.count, "state")} into ${members.length}, too many to look at (${MOST_NODES} at most): merge by less of the state`,
		);
	const errors = errorNodes(graph);
	const told =
		by.length > 0
			? differing(
					members.map(([state]) => leaves(state as number)),
					shown,
				)
			: shown;
	return {
		nodes: [
			...members.map((states) => nodeFor(graph, states, leaves(states[0] as number), told)),
			...errors.map(({ node }) => node),
		],
		edges: edgesOf(
			subject,
			graph,
			nodeOf,
			members.length,
			errors.map(({ property }) => property),
		),
	};
}

const keyOf = (leaves: readonly Leaf[], shown: (path: string) => boolean): string =>
	JSON.stringify(leaves.filter(([path]) => shown(path)));

/** Where each process stands is told by the edges. */
const isShared = (path: string): boolean => !path.includes(": ") && !path.startsWith("history.");

/** Of these paths, those whose values are not the same everywhere. */
function differing(leaves: readonly (readonly Leaf[])[], among: (path: string) => boolean): (path: string) => boolean {
	const values = new Map<string, Set<string>>();
	const times = new Map<string, number>();
	for (const [path, value] of leaves.flat()) {
		values.set(path, (values.get(path) ?? new Set()).add(value));
		times.set(path, (times.get(path) ?? 0) + 1);
	}
	// A variable of a routine is there only while that is called.
	const differs = (path: string): boolean => (values.get(path)?.size ?? 0) > 1 || times.get(path) !== leaves.length;
	return (path) => differs(path) && among(path);
}

/** Of each state the number of its key, from 0 in the order in which they come. */
function numbered(states: readonly number[], keyOf: (state: number) => string): number[] {
	const numbers = new Map<string, number>();
	return states.map((state) => {
		const key = keyOf(state);
		const number = numbers.get(key) ?? numbers.size;
		numbers.set(key, number);
		return number;
	});
}

/** The states of each node. */
function groups(nodeOf: readonly number[]): number[][] {
	const members: number[][] = [];
	for (const [state, node] of nodeOf.entries()) {
		members[node] ??= [];
		members[node].push(state);
	}
	return members;
}

function nodeFor(
	{ violated, met, ends }: WholeGraph,
	states: readonly number[],
	leaves: readonly Leaf[],
	shown: (path: string) => boolean,
): GraphNode {
	const bad = new Set(states.flatMap((state) => violated[state] as string[]));
	const good = new Set(states.flatMap((state) => met[state] as string[]));
	const lines = leaves.map(([path, value]) => `${path}: ${value}`);
	const values = lines.filter((_, i) => shown((leaves[i] as Leaf)[0]));
	return {
		label: [
			states.length > 1 ? count(states.length, "state") : `state ${states[0]}`,
			...values.slice(0, MOST_VALUES),
			...(values.length > MOST_VALUES ? [`and ${values.length - MOST_VALUES} more`] : []),
			...[...bad].map((id) => `${id} violated`),
			...[...good].map((id) => `${id} reached`),
		],
		initial: states.includes(0),
		end: states.some((state) => ends.has(state)),
		bad: bad.size > 0,
		tip: states.length > 1 ? values.join("\n") : lines.join("\n"),
	};
}

/** A node for each error that steps raise: nothing follows it. */
function errorNodes({ violating }: WholeGraph): { readonly property: string; readonly node: GraphNode }[] {
	const raised = [...new Set(violating.flatMap(({ property, cut }) => (cut ? [property] : [])))];
	return raised.map((property) => ({
		property,
		node: { label: [`${property} raised`], initial: false, end: false, bad: true, tip: property },
	}));
}

function edgesOf(
	{ machine, system }: Subject,
	graph: WholeGraph,
	nodeOf: readonly number[],
	firstError: number,
	errors: readonly string[],
): GraphEdge[] {
	const labels = new Map<
		string,
		{ readonly from: number; readonly to: number; readonly label: Set<string>; background: boolean }
	>();
	const add = (from: number, to: number, id: number, violates: string) => {
		const step = machine.steps[id];
		if (!step) return;
		const process = system.processes[step.process];
		const key = `${from} ${to}`;
		const known = labels.get(key) ?? { from, to, label: new Set<string>(), background: true };
		known.label.add(`${process?.name}: ${step.label}${violates}`);
		known.background &&= process?.background === true || isMark(step.label);
		labels.set(key, known);
	};
	const byStep = new Map<string, string[]>();
	for (const { from, step, property, cut } of graph.violating)
		if (!cut) byStep.set(`${from} ${step}`, [...(byStep.get(`${from} ${step}`) ?? []), property]);
	for (const { from, to, step } of graph.transitions) {
		const broken = byStep.get(`${from} ${step}`) ?? [];
		const [a, b] = [nodeOf[from] as number, nodeOf[to] as number];
		// Within a merged node nothing of what is shown changes.
		if (a !== b || broken.length > 0) add(a, b, step, broken.length > 0 ? ` (violates ${broken.join(", ")})` : "");
	}
	for (const { from, step, property, cut } of graph.violating)
		if (cut && errors.includes(property)) add(nodeOf[from] as number, firstError + errors.indexOf(property), step, "");
	return [...labels.values()].map(({ label, ...edge }) => ({ ...edge, label: few([...label]) }));
}

const few = (labels: readonly string[]): string[] =>
	labels.length <= MOST_LABELS
		? [...labels]
		: [...labels.slice(0, MOST_LABELS - 1), `and ${labels.length - MOST_LABELS + 1} more`];

/** Whether a path is one of those, or a part of it. */
const chosen = (path: string, by: readonly string[]): boolean =>
	by.some((start) => path === start || path.startsWith(`${start}.`) || (start.includes(":") && path.startsWith(start)));

function requirePaths(leaves: readonly Leaf[], by: readonly string[]): void {
	for (const start of by)
		if (!leaves.some(([path]) => chosen(path, [start])))
			throw new UsageError(`--by ${start}: the state has no such part; it has ${roots(leaves).join(", ")}`);
}

/** The parts that a state has, by the first words of their paths. */
const roots = (leaves: readonly Leaf[]): string[] => [
	...new Set(leaves.flatMap(([path]) => (path.includes(": ") ? [] : [path.split(".")[0] as string]))),
];
