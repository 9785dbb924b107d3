import { isRoutine } from "./body.ts";
import type { AnyRoutine, Node } from "./syntax.ts";

const labels = new WeakMap<AnyRoutine, ReadonlySet<string>>();

/** The labels that can stand in a routine's own steps, those that `ifdef` leaves out included. */
export function labelsIn(routine: AnyRoutine): ReadonlySet<string> {
	const known = labels.get(routine);
	if (known) return known;
	const found = new Set<string>();
	for (const node of nodesIn(routine.body, true))
		if ((node.kind === "step" || node.kind === "branch") && node.label !== undefined) found.add(node.label);
	labels.set(routine, found);
	return found;
}

/** A routine, and all that it calls. */
export function routinesIn(routine: AnyRoutine, found = new Set<AnyRoutine>()): ReadonlySet<AnyRoutine> {
	if (found.has(routine)) return found;
	found.add(routine);
	for (const node of nodesIn(routine.body, false)) {
		const called = node.kind === "call" ? node.routine() : undefined;
		// What is called may be no routine, which is told where programs are linked.
		if (isRoutine(called)) routinesIn(called, found);
	}
	return found;
}

/** Statements and those within them. */
function* nodesIn(body: readonly Node[], withLeftOut: boolean): Generator<Node> {
	for (const node of body) {
		yield node;
		for (const inner of within(node, withLeftOut)) yield* nodesIn(inner, withLeftOut);
	}
}

function within(node: Node, withLeftOut: boolean): readonly (readonly Node[])[] {
	switch (node.kind) {
		case "branch":
			return [node.yes, node.no];
		case "choose":
			return node.branches;
		case "loop":
			return [node.body];
		case "block":
			return withLeftOut && node.leftOut ? [node.body, node.leftOut] : [node.body];
		default:
			return [];
	}
}
