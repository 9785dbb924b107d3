import { Blocked, Fault } from "../../src/lang/index.ts";
import {
	type Description,
	type Machine,
	PropertyError,
	type Reference,
	type ReferenceState,
	StepError,
	type Violation,
} from "../../src/machine/index.ts";

/** What taking a step came to; steps that are not possible have none. */
export interface Outcome {
	readonly process: number;
	readonly label: string;
	/** The next state in the model's words; none where the step was cut or is in error. */
	readonly next: string | undefined;
	readonly violations: readonly Violation[];
	/** A model error's message. */
	readonly error: string | undefined;
}

export interface PackedOutcome {
	readonly outcome: Outcome;
	readonly edge: number;
	readonly next: Int32Array | undefined;
}

export interface PlainOutcome {
	readonly outcome: Outcome;
	readonly next: ReferenceState | undefined;
}

const texts = new WeakMap<object, string>();

/** The state as text. The reference interpreter's descriptions share their parts, whose text is made once. */
export function keyOf({ state, ghosts, processes }: Description): string {
	return [...Object.values(state), ghosts, ...processes].map(text).join();
}

function text(part: unknown): string {
	if (typeof part !== "object" || part === null) return JSON.stringify(part);
	let known = texts.get(part);
	if (known === undefined) {
		known = JSON.stringify(part);
		texts.set(part, known);
	}
	return known;
}

/** Takes every step from the packed state `words`; `known` gives the descriptions of states seen before. */
export function packedOutcomes(
	machine: Machine,
	words: Int32Array,
	known: ReadonlyMap<string, string>,
): PackedOutcome[] {
	return machine.steps.flatMap(({ id: edge, process, label }): PackedOutcome | never[] => {
		machine.load(words, 0);
		machine.found.length = 0;
		const told = () => machine.found.map(({ property, message }) => ({ property, message }));
		try {
			if (!machine.take(edge)) return [];
			const next = new Int32Array(machine.words);
			machine.store(next, 0);
			const key = known.get(next.join()) ?? keyOf(machine.describe());
			return { outcome: { process, label, next: key, violations: told(), error: undefined }, edge, next };
		} catch (error) {
			const wrong = failure(error);
			return wrong
				? {
						outcome: {
							process,
							label,
							...wrong,
							violations: wrong.error === undefined ? [...told(), ...wrong.violations] : [],
						},
						edge,
						next: undefined,
					}
				: [];
		}
	});
}

/** Takes every step from `state`. */
export function plainOutcomes(model: Reference, state: ReferenceState): PlainOutcome[] {
	return state.controls.flatMap(({ steps }, process) =>
		steps.flatMap((step): PlainOutcome | never[] => {
			const { label } = step;
			try {
				const taken = model.take(state, process, step);
				if (!taken) return [];
				const next = taken.state && keyOf(model.describe(taken.state));
				return { outcome: { process, label, next, violations: taken.violations, error: undefined }, next: taken.state };
			} catch (error) {
				const wrong = failure(error);
				return wrong ? { outcome: { process, label, ...wrong }, next: undefined } : [];
			}
		}),
	);
}

function failure(
	error: unknown,
): { next: undefined; violations: readonly Violation[]; error: string | undefined } | undefined {
	if (error instanceof Blocked) return undefined;
	if (error instanceof Fault) {
		const { property, message } = error;
		return { next: undefined, violations: [{ property, message }], error: undefined };
	}
	return { next: undefined, violations: [], error: messageOf(error) };
}

/** The value, or the message of the model error instead. */
export function attempt<V>(run: () => V): { readonly value?: V; readonly error?: string } {
	try {
		return { value: run() };
	} catch (error) {
		return { error: messageOf(error) };
	}
}

function messageOf(error: unknown): string {
	if (error instanceof StepError || error instanceof PropertyError) return messageOf(error.cause);
	if (error instanceof Error) return error.message;
	return String(error);
}
