import { type AnyRoutine, branchName, type Closure, ModelError, type Node, type Origin } from "../../lang/index.ts";
import { body, type NodeOf, type Rest, type Step } from "./rest.ts";

export function step({ label, origin, guard, effect }: NodeOf<"step">, yes: Rest): Step {
	return { label, origin, guard, effect, condition: undefined, yes, no: undefined, tooDeep: undefined };
}

/** A step that is no statement. */
export const effectful = (label: string, origin: Origin, effect: Closure, yes: Rest): Step =>
	step({ kind: "step", label, origin, guard: undefined, effect }, yes);

export function test({ condition, origin, yes, no }: NodeOf<"branch">, label: string, at: string, next: Rest): Step {
	const [guard, effect, tooDeep] = [undefined, undefined, undefined];
	return {
		label,
		origin,
		guard,
		effect,
		condition,
		yes: body(yes, `${at}+`, next),
		no: body(no, `${at}-`, next),
		tooDeep,
	};
}

/** The first steps of a choice's branches. */
export function first(node: NodeOf<"choose">, at: string, next: Rest): Step[] {
	return node.branches.flatMap((branch, k) => firstOf(branch, `${at}${branchName(node, k)}`, next, node.origin));
}

function firstOf(branch: readonly Node[], at: string, rest: Rest, origin: Origin): Step[] {
	// A version of a statement that is none here does not count.
	const i = branch.findIndex((node) => node.kind !== "block" || node.body.length > 0);
	const node = branch[i];
	const where = `${at}.${i}`;
	const next: Rest = { kind: "body", body: branch, i: i + 1, at, rest };
	if (node?.kind === "step") return [step(node, next)];
	if (node?.kind === "branch" && node.label !== undefined) return [test(node, node.label, where, next)];
	if (node?.kind === "choose") return first(node, where, next);
	if (node?.kind === "block") return firstOf(node.body, `${where}#`, next, origin);
	throw new ModelError(
		"each branch of choose() must begin with a step, for the choice is made together with it",
		origin.author,
	);
}

/** A call beyond the declared depth stands as one step, which reports P16. */
export function beyond(tooDeep: AnyRoutine, origin: Origin): Step {
	if (tooDeep.depth === 1)
		throw new ModelError(`${tooDeep.name} calls itself: declare how deep with { depth }`, origin.author);
	const label = `${tooDeep.name}() /* deeper than ${tooDeep.depth} */`;
	const [guard, effect, condition, no] = [undefined, undefined, undefined, undefined];
	return { label, origin, guard, effect, condition, yes: { kind: "end" }, no, tooDeep };
}
