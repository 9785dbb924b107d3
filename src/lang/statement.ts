import { nodes, statement } from "./body.ts";
import { ModelError } from "./error.ts";
import { origin } from "./location.ts";
import { requireClosure, requireLabel, requirePlain } from "./plain.ts";
import type { AnyRoutine, Closure, Local, Node, Routine, Stmt } from "./syntax.ts";
import type { Id, IdSet } from "./types.ts";

type Body<C, L extends string = string> = readonly Stmt<C, L>[];

function make(node: Node): Stmt<unknown, never> {
	if ("origin" in node) for (const part of Object.values(node)) requirePlain(part, node.origin);
	return statement(node);
}

// The context of a statement is inferred from where it stands, never from its closures, and its labels from its
// body, never from where it stands: hence NoInfer.

/** One atomic step: the C statement as its label, and what it does to the state. */
export function step<C, const L extends string>(label: L, effect: (c: NoInfer<C>) => void): Stmt<C, L>;
export function step(label: string, effect: Closure, ...more: readonly unknown[]): Stmt<unknown, never> {
	const where = origin(step);
	requireLabel(label, "a step", where);
	if (more.length > 0)
		throw new ModelError(
			`step("${label}") has a label and an effect: waitUntil() has a guard before that`,
			where.author,
		);
	requireClosure(effect, `the effect of "${label}"`, where);
	return make({ kind: "step", label, guard: undefined, effect, origin: where });
}

/** One atomic step that can only be taken where `guard` holds; test and act are indivisible. */
export function waitUntil<C, const L extends string>(
	label: L,
	guard: (c: NoInfer<C>) => boolean,
	effect?: (c: NoInfer<C>) => void,
): Stmt<C, L> {
	const where = origin(waitUntil);
	requireLabel(label, "waitUntil()", where);
	requireClosure(guard, `the guard of "${label}"`, where);
	if (effect !== undefined) requireClosure(effect, `the effect of "${label}"`, where);
	return make({ kind: "step", label, guard, effect, origin: where });
}

/** `if` with a label: testing the condition is a step of its own. Without one: the condition reads only the frame. */
export function when<C, T extends string = never, U extends string = never>(
	condition: (c: Local<NoInfer<C>>) => boolean,
	then: Body<NoInfer<C>, T>,
	otherwise?: Body<NoInfer<C>, U>,
): Stmt<C, NoInfer<T | U>>;
export function when<C, const L extends string, T extends string = never, U extends string = never>(
	label: L,
	condition: (c: NoInfer<C>) => boolean,
	then: Body<NoInfer<C>, T>,
	otherwise?: Body<NoInfer<C>, U>,
): Stmt<C, NoInfer<L | T | U>>;
export function when(...all: readonly unknown[]): Stmt<unknown, never> {
	const [label, condition, then, otherwise] = (typeof all[0] === "string" ? all : [undefined, ...all]) as [
		string | undefined,
		Closure,
		Body<never>,
		Body<never> | undefined,
	];
	const where = origin(when);
	requireClosure(condition, conditionOf(label), where);
	return make({ kind: "branch", label, condition, yes: nodes(then), no: nodes(otherwise ?? []), origin: where });
}

const conditionOf = (label: string | undefined): string =>
	label === undefined ? "a condition without a label" : `the condition "${label}"`;

/** Repeats its body until a `breakIf` or `leave` in it. */
export function loop<C, L extends string = never>(body: Body<NoInfer<C>, L>): Stmt<C, NoInfer<L>> {
	return make({ kind: "loop", body: nodes(body), origin: origin(loop) });
}

/** `break` of the innermost loop. */
export function leave(): Stmt<unknown, never> {
	return make({ kind: "break", origin: origin(leave) });
}

/** `continue` of the innermost loop. */
export function again(): Stmt<unknown, never> {
	return make({ kind: "continue", origin: origin(again) });
}

/** `if (condition) break`; with a label the test is a step of its own. */
export function breakIf<C, const L extends string>(label: L, condition: (c: NoInfer<C>) => boolean): Stmt<C, L>;
export function breakIf<C>(condition: (c: Local<NoInfer<C>>) => boolean): Stmt<C, never>;
export function breakIf(...all: readonly [string, Closure] | readonly [Closure]): Stmt<unknown, never> {
	const where = origin(breakIf);
	const [label, condition] = all.length === 2 ? all : [undefined, all[0]];
	requireClosure(condition, conditionOf(label), where);
	return make({ kind: "branch", label, condition, yes: [{ kind: "break", origin: where }], no: [], origin: where });
}

/** Any one of the branches whose first step is possible; the choice is made together with that step. */
export function choose<C, L extends string = never>(...branches: readonly Body<NoInfer<C>, L>[]): Stmt<C, NoInfer<L>> {
	return make({
		kind: "choose",
		over: undefined,
		branches: branches.map((branch) => nodes(branch)),
		origin: origin(choose),
	});
}

/** As `choose`, with one branch for each member of an id set, and perhaps others. */
export function anyOf<C, N extends string, L extends string = never, M extends string = never>(
	set: IdSet<N>,
	branch: (id: Id<N>) => Body<NoInfer<C>, L>,
	...others: readonly Body<NoInfer<C>, M>[]
): Stmt<C, NoInfer<L | M>> {
	const branches = [...set.all.map(branch), ...others].map((each) => nodes(each));
	return make({ kind: "choose", over: set as unknown as IdSet<string>, branches, origin: origin(anyOf) });
}

/** Several statements as one, for macros. */
export function block<C, L extends string = never>(...body: Body<NoInfer<C>, L>): Stmt<C, NoInfer<L>> {
	return make({ kind: "block", body: nodes(body) });
}

/** Decided when the scenario is built, as the preprocessor would: the statements of one version or of the other. */
export function ifdef<C, T extends string = never, U extends string = never>(
	condition: boolean,
	then: Body<NoInfer<C>, T>,
	otherwise?: Body<NoInfer<C>, U>,
): Stmt<C, NoInfer<T | U>> {
	const [yes, no] = [nodes(then), nodes(otherwise ?? [])];
	return make({ kind: "block", body: condition ? yes : no, leftOut: condition ? no : yes });
}

/**
 * Calls `routine`; its steps stand where the call stands. Arguments read the caller's frame alone. The value it
 * returns goes to the caller's local named `into`. A routine that calls itself is passed as a function.
 */
export function call<C, A, R, L extends string>(
	routine: Routine<A, R, NoInfer<C>, L> | (() => Routine<A, R, NoInfer<C>, L>),
	args?: (c: Local<NoInfer<C>>) => A,
	into?: C extends { readonly f: infer F } ? KeysOf<F, R> : never,
): Stmt<C, never> {
	return make({
		kind: "call",
		routine: (typeof routine === "function" ? routine : () => routine) as () => AnyRoutine,
		args,
		into: into as string | undefined,
		origin: origin(call),
	});
}

type KeysOf<F, V> = { [K in keyof F]: [V] extends [F[K]] ? K : never }[keyof F] & string;

/** The block of these locals ends: they have no value again, so that dead ones never multiply states. */
export function forget<C>(
	...names: readonly (C extends { readonly f: infer F } ? keyof F & string : never)[]
): Stmt<C, never> {
	return make({ kind: "forget", names });
}

/** `return value`; the value reads the frame alone. */
export function giveBack<C>(value?: (c: Local<NoInfer<C>>) => unknown): Stmt<C, never> {
	return make({ kind: "return", value, origin: origin(giveBack) });
}

/** Finite dispatch, as through `work->func`: calls the routine that `which` names. */
export function callOneOf<C, A, K extends string>(
	which: (c: Local<NoInfer<C>>) => K,
	routines: Readonly<Record<K, Routine<A, unknown, NoInfer<C>, string>>>,
	args?: (c: Local<NoInfer<C>>) => A,
): Stmt<C, never> {
	const where = origin(callOneOf);
	const name = which as (c: unknown) => string;
	return make(
		Object.entries<Routine<A, unknown, C, string>>(routines).reduceRight<Node>(
			(rest, [key, routine]) => ({
				kind: "branch",
				label: undefined,
				name: key,
				condition: (c: never) => name(c) === key,
				yes: [{ kind: "call", routine: () => routine as unknown as AnyRoutine, args, into: undefined, origin: where }],
				no: [rest],
				origin: where,
			}),
			{ kind: "block", body: [] },
		),
	);
}
