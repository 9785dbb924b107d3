import { Blocked, Fault } from "../../src/lang/index.ts";
import {
	type Machine,
	messageOf,
	PropertyError,
	type Reference,
	type ReferenceState,
	StepError,
	type Violation,
} from "../../src/machine/index.ts";

/** What taking a step came to, its next state apart; steps that are not possible have none. */
export interface Outcome {
	readonly process: number;
	readonly label: string;
	readonly violations: readonly Violation[];
	/** A model error's message. */
	readonly error: string | undefined;
}

/** With the next state; none where the step was cut or is in error. */
export interface PackedOutcome {
	readonly outcome: Outcome;
	readonly edge: number;
	readonly next: Int32Array | undefined;
}

export interface PlainOutcome {
	readonly outcome: Outcome;
	readonly next: ReferenceState | undefined;
}

/** Takes every step from the packed state `words`. */
export function packedOutcomes(machine: Machine, words: Int32Array): PackedOutcome[] {
	const outcomes: PackedOutcome[] = [];
	machine.load(words, 0);
	for (const { id: edge, process, label } of machine.steps) {
		machine.found.length = 0;
		const events = () => machine.found.map(({ property, message }) => ({ property, message }));
		try {
			// A step that is not possible leaves the state as it is.
			if (!machine.take(edge)) continue;
			const next = new Int32Array(machine.words);
			machine.store(next, 0);
			outcomes.push({ outcome: { process, label, violations: events(), error: undefined }, edge, next });
		} catch (error) {
			const wrong = failure(error);
			if (wrong) {
				// What was violated before the step failed is told with its failure.
				const ended = events().map((violation) => ({ ...violation, message: wrong.violations[0]?.message }));
				const violations = wrong.error === undefined ? [...ended, ...wrong.violations] : [];
				outcomes.push({ outcome: { process, label, ...wrong, violations }, edge, next: undefined });
			}
		}
		machine.load(words, 0);
	}
	return outcomes;
}

/** Takes every step from `state`. */
export function plainOutcomes(model: Reference, state: ReferenceState): PlainOutcome[] {
	return state.controls.flatMap(({ steps }, process) =>
		model.choices(process, steps).flatMap(({ step, placement }): PlainOutcome | never[] => {
			const { label } = step;
			try {
				const taken = model.take(state, process, step, placement);
				if (!taken) return [];
				return { outcome: { process, label, violations: taken.violations, error: undefined }, next: taken.state };
			} catch (error) {
				const wrong = failure(error);
				return wrong ? { outcome: { process, label, ...wrong }, next: undefined } : [];
			}
		}),
	);
}

function failure(error: unknown): Pick<Outcome, "violations" | "error"> | undefined {
	if (error instanceof Blocked) return undefined;
	if (error instanceof Fault) {
		const { property, message } = error;
		return { violations: [{ property, message }], error: undefined };
	}
	return { violations: [], error: told(error) };
}

/** The value, or the message of the model error instead. */
export function attempt<V>(run: () => V): { readonly value?: V; readonly error?: string } {
	try {
		return { value: run() };
	} catch (error) {
		return { error: told(error) };
	}
}

const told = (error: unknown): string =>
	messageOf(error instanceof StepError || error instanceof PropertyError ? error.cause : error);
