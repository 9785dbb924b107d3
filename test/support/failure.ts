import { Search } from "../../src/explore/search.ts";
import { type BuiltSystem, type Location, ModelError } from "../../src/lang/index.ts";
import { type Compilation, compile, messageOf, PropertyError, StepError } from "../../src/machine/index.ts";

export interface Failure {
	readonly message: string;
	/** The author's line: that of the error, or of the step or property it was met in. */
	readonly at: Location | undefined;
	/** Label of the step, or id of the property. */
	readonly during: string | undefined;
	/** How many states had been expanded. */
	readonly expanded: number;
}

/** The model error that exploring `system` ends with. */
export function failureOf(build: () => BuiltSystem, how: Compilation = {}): Failure {
	let search: Search | undefined;
	try {
		const limits = { states: 10_000, time: 60, memory: 2 ** 28, depth: Number.POSITIVE_INFINITY };
		search = new Search(compile(build(), how), limits);
		while (search.slice(1_000));
	} catch (error) {
		const expanded = search?.expanded ?? 0;
		if (error instanceof StepError)
			return { ...told(error.cause, error.edge.origin.author), during: error.edge.label, expanded };
		if (error instanceof PropertyError)
			return { ...told(error.cause, error.property.origin.author), during: error.property.id, expanded };
		return { ...told(error, undefined), during: undefined, expanded };
	}
	throw new Error("the model has no error");
}

function told(error: unknown, where: Location | undefined): Pick<Failure, "message" | "at"> {
	if (!(error instanceof Error)) throw error;
	return { message: messageOf(error), at: (error instanceof ModelError ? error.location : undefined) ?? where };
}
