import type { Closure, Gate } from "../lang/index.ts";
import type { Edge } from "./program.ts";

/** A step without an effect that leaves the process where it stands. */
type Make = (edge: Pick<Edge, "instance" | "label" | "origin" | "guard">) => Edge;

/** The steps of a position as the process's gate has them: its own, and to enter by itself. */
export function gated(gate: Gate | undefined, edges: readonly Edge[], make: Make): readonly Edge[] {
	const { enters } = gate ?? {};
	if (!enters) return edges;
	const own = enters.only ? edges.map((edge) => ({ ...edge, inside: enters.isInside })) : edges;
	return [...own, ...entering(enters, edges, make)];
}

/** To enter where that matters, and where each of `edges` waits. */
function entering(enters: NonNullable<Gate["enters"]>, edges: readonly Edge[], make: Make): Edge[] {
	const [first] = edges;
	if (!first) return [];
	const { isInside, label, binds, waiting, only } = enters;
	const { instance, origin } = first;
	const guards = edges.flatMap(({ guard }) => guard ?? []);
	const mayWait = guards.length === edges.length;
	const waits: Closure = (c) => mayWait && !guards.some((holds) => holds(c));
	const edge = (label: string, holds: Closure): Edge =>
		make({ instance, label, origin, guard: (c) => !isInside(c) && holds(c) });
	const matters: Closure = (c) => (only && !waits(c)) || (binds?.(c) === true && !(waiting && waits(c)));
	return [
		...(binds || only ? [edge(label, matters)] : []),
		...(waiting && mayWait ? [edge(waiting(first.label), waits)] : []),
	];
}
