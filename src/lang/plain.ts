import { ModelError } from "./error.ts";
import type { Origin } from "./location.ts";

/** Refuses async functions and generators: what they do after their first pause would belong to no step. */
export function requirePlain(closure: unknown, origin: Origin): void {
	if (typeof closure !== "function" || Object.prototype.toString.call(closure) === "[object Function]") return;
	throw new ModelError("an async function or a generator: what a closure does, it does at once", origin.author);
}

/** The label of `kind`, such as a step, which traces and reports name it by. */
export function requireLabel(label: unknown, kind: string, origin: Origin): void {
	if (typeof label !== "string" || label.trim() === "")
		throw new ModelError(`${kind} begins with its label, the C statement that it stands for`, origin.author);
}

/** Refuses what should be a closure and is none: left out, a step would do nothing, and a guard be true, in silence. */
export function requireClosure(closure: unknown, what: string, origin: Origin): void {
	if (typeof closure !== "function")
		throw new ModelError(`${what} is ${String(closure)}, and no function`, origin.author);
}
