import { nodes } from "./body.ts";
import { ModelError } from "./error.ts";
import { requireKnown } from "./known.ts";
import type { Origin } from "./location.ts";
import type { AnyRoutine, Stmt } from "./syntax.ts";
import { type Fields, type RecordOf, requireFields, type Type } from "./types.ts";

/** What a routine declares of its frame. */
export interface Declaration {
	readonly args?: Fields;
	/** Without a value until written; `maybe`, lists and sets start empty. */
	readonly locals?: Fields;
	readonly returns?: Type<unknown>;
	/** How many times it may stand on one call stack; P16 is violated beyond. Default 1: no recursion. */
	readonly depth?: number;
}

type None = Record<never, never>;
export type ArgsOf<D extends Declaration> = D extends { readonly args: infer A extends Fields } ? A : None;
type LocalsOf<D extends Declaration> = D extends { readonly locals: infer L extends Fields } ? L : None;
export type ResultOf<D extends Declaration> = D extends { readonly returns: Type<infer R> } ? R : undefined;
/** Arguments and locals, as a routine's steps see them. */
export type FrameOf<D extends Declaration> = RecordOf<ArgsOf<D>> & RecordOf<LocalsOf<D>>;

export function makeRoutine(
	name: string,
	declaration: Declaration,
	body: readonly Stmt<never, string>[],
	where: Origin,
): AnyRoutine {
	requireKnown(name, declaration, { args: true, locals: true, returns: true, depth: true });
	const { args = {}, locals = {}, returns, depth = 1 } = declaration;
	requireFields(args, `${name}: argument`);
	requireFields(locals, `${name}: local`);
	for (const field of Object.keys(args))
		if (field in locals) throw new ModelError(`${name}: argument and local are both named ${field}`, where.author);
	return { name, args, locals, returns, depth, body: nodes(body, where), origin: where };
}
