import { Blocked, Fault } from "../lang/index.ts";
import type { Machine, Step, StepViolation } from "../machine/index.ts";
import { differences } from "./diff.ts";
import type { Change } from "./trace.ts";

/** What a step that is possible in a state comes to. */
export interface Way {
	readonly step: Step;
	/** The next state, packed; none where the step raises an error. */
	readonly next: Int32Array | undefined;
	/** Ids of the properties that it violates. */
	readonly violates: readonly string[];
	/** What handlers of events found. */
	readonly found: readonly StepViolation[];
	/** What it raises: a fault, which cuts the path, or an error of the model itself. */
	readonly error: unknown;
}

/** Whether a step goes wrong in the model itself, so that it cannot be taken. */
export const isModelError = ({ next, error }: Way): boolean => !next && !(error instanceof Fault);

/** Every step of `steps` that is possible in packed state `state`, in the machine's order. */
export function waysFrom(machine: Machine, state: Int32Array, steps = machine.steps): Way[] {
	return steps.flatMap((step) => wayBy(machine, state, step) ?? []);
}

/** What `step` comes to in `state`; nothing where it is not possible. */
export function wayBy(machine: Machine, state: Int32Array, step: Step): Way | undefined {
	machine.load(state, 0);
	machine.found.length = 0;
	const told = () => machine.found.map(({ property }) => property);
	try {
		if (!machine.take(step.id)) return undefined;
		const next = new Int32Array(machine.words);
		machine.store(next, 0);
		return { step, next, violates: told(), found: [...machine.found], error: undefined };
	} catch (error) {
		if (error instanceof Blocked) return undefined;
		const raised = error instanceof Fault ? [error.property] : [];
		return { step, next: undefined, violates: [...told(), ...raised], found: [...machine.found], error };
	}
}

/** What `way` changes in packed state `from`. */
export function changesBy(machine: Machine, from: Int32Array, { next }: Way): Change[] {
	if (!next) return [];
	machine.load(from, 0);
	const before = machine.describe();
	machine.load(next, 0);
	return differences(before, machine.describe());
}

/** The initial state, packed. */
export function initialState(machine: Machine): Int32Array {
	const state = new Int32Array(machine.words);
	machine.initial();
	machine.store(state, 0);
	return state;
}
