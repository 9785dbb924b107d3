import { ModelError } from "../lang/index.ts";
import { PropertyError, StepError } from "../machine/index.ts";
import type { Failure } from "../report/index.ts";
import type { Sources } from "../trace/index.ts";

/** A file whose own code failed before any scenario was built. */
export class LoadError extends Error {
	override readonly name = "LoadError";
	constructor(
		readonly path: string,
		readonly failure: Failure,
	) {
		super(failure.message);
	}
}

/** Puts what the model's code threw into words; what the checker itself threw is thrown on. */
export function failureOf(error: unknown, sources: Sources): Failure {
	if (error instanceof StepError) {
		const { label, origin } = error.edge;
		return {
			message: `${error.message}, in the step "${label}"`,
			source: placeOf(error.cause, sources) ?? sources.line(origin.author),
			trace: undefined,
		};
	}
	if (error instanceof PropertyError) {
		const { id, origin } = error.property;
		return {
			message: `${error.message}, in the property ${id}`,
			source: placeOf(error.cause, sources) ?? sources.line(origin.author),
			trace: undefined,
		};
	}
	const source = placeOf(error, sources);
	if (error instanceof ModelError) return { message: error.message, source, trace: undefined };
	if (!source) throw error;
	const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	return { message, source, trace: undefined };
}

function placeOf(error: unknown, sources: Sources) {
	return error instanceof ModelError && error.location ? sources.line(error.location) : sources.thrower(error);
}
