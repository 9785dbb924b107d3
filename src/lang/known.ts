import { ModelError } from "./error.ts";

/** All names that an object of options may have: the compiler demands that none is forgotten here. */
export type Names<T> = { readonly [K in keyof Required<T>]: true };

/** Refuses options that `what` does not have: a misspelt one would be ignored in silence, and another system verified. */
export function requireKnown<T>(what: string, given: T, names: Names<NoInfer<T>>): void {
	const there = Object.keys(names).join(", ");
	if (typeof given !== "object" || given === null || Array.isArray(given))
		throw new ModelError(`${what} takes an object of ${there}, and is given something else`);
	for (const name of Object.keys(given))
		if (!Object.hasOwn(names, name)) throw new ModelError(`${what} has no option ${name}: there are ${there}`);
}
