import { ModelError } from "./error.ts";
import { type Origin, origin } from "./location.ts";
import type { AnyRoutine, Node, Stmt } from "./syntax.ts";

class Statement {
	constructor(readonly node: Node) {}
}

export const statement = (node: Node): Stmt<unknown, never> => new Statement(node) as Stmt<unknown, never>;
/** What `step()` and its like give. */
export const isStatement = (value: unknown): value is Stmt<never> => value instanceof Statement;

/** What `sys.routine()` and its like give. */
export const isRoutine = (value: unknown): value is AnyRoutine =>
	typeof value === "object" && value !== null && Array.isArray((value as { body?: unknown }).body);

/** The nodes of a list of statements; what is none, a model that was not type-checked may have put there. */
export function nodes(body: readonly unknown[], where?: Origin): Node[] {
	if (!Array.isArray(body))
		throw new ModelError(`${named(body)} stands where a list of statements belongs`, where?.author);
	return body.map((each, i) => {
		if (isStatement(each)) return each.node;
		throw new ModelError(`statement ${i + 1} is ${named(each)}, and no statement`, (where ?? origin(nodes)).author);
	});
}

/** What a value is that should be another, and what may have been forgotten. */
export function named(value: unknown): string {
	if (typeof value === "function") return value.name === "" ? "a function" : `the function ${value.name}, not called`;
	if (isRoutine(value)) return `the routine ${value.name}, which call() would call`;
	if (isStatement(value)) return "a statement";
	if (Array.isArray(value)) return "a list, without ... before it";
	return typeof value === "object" && value !== null ? "an object" : String(value);
}
