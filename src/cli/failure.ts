import { ModelError, type Origin } from "../lang/index.ts";
import { PropertyError, StepError } from "../machine/index.ts";
import type { Failure } from "../report/index.ts";
import type { SourceLine, Sources } from "../trace/index.ts";

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

/** What is known where no search has met the error. */
const ALONE = { trace: undefined, before: [] } as const;

/** Puts what the model's code threw into words; what the checker itself threw is thrown on. */
export function failureOf(error: unknown, sources: Sources): Failure {
	if (error instanceof StepError) {
		const { label, origin } = error.edge;
		return {
			message: `${plain(error)}, in the step "${label}"${advice(error.cause)}`,
			source: placeOf(error.cause, sources, origin),
			...ALONE,
		};
	}
	if (error instanceof PropertyError) {
		const { id, origin } = error.property;
		return {
			message: `${plain(error)}, in the property ${id}${advice(error.cause)}`,
			source: placeOf(error.cause, sources, origin),
			...ALONE,
		};
	}
	const source = placeOf(error, sources);
	if (error instanceof ModelError) return { message: error.message, source, ...ALONE };
	if (!source) throw error;
	const message = error instanceof Error ? `${error.name}: ${plain(error)}` : String(error);
	return { message: message + advice(error), source, ...ALONE };
}

/** A bundle's own name for what is imported says nothing to the author. */
const plain = ({ message }: Error): string =>
	message.replace(/^\(0 , \w+\.(\w+)\) is not a function$/, "$1 is not a function: nothing of that name is imported");

/** An argument of the wrong type fails deep in the library, with words of no use to the author. */
const advice = (error: unknown): string => (error instanceof TypeError ? " (--typecheck may say why)" : "");

/** The author's line, if there is one on the way to the error: else that of `origin`, the statement it was met in. */
function placeOf(error: unknown, sources: Sources, origin?: Origin): SourceLine | undefined {
	const thrown = error instanceof ModelError ? error.location : undefined;
	if (thrown && sources.isAuthored(thrown.file)) return sources.line(thrown);
	return sources.thrower(error) ?? sources.line(origin?.author ?? thrown);
}
