import { type Machine, ModelError, PropertyError, type Step, StepError } from "../machine/index.ts";
import { Timeout, within } from "./confine.ts";

/** Milliseconds in which one step, or one property, is done. */
export const ENOUGH = 1000;

export const neverEnds = ({ origin }: Step): ModelError => new ModelError("a step that never ends", origin.author);

/** The step or property that never ends in the state at word index `p` of `states`, as an error; none where all do. */
export function endlessIn(machine: Machine, states: Int32Array, p: number): Error | undefined {
	const ends = (work: () => unknown): boolean => {
		for (;;) {
			machine.load(states, p);
			try {
				within(ENOUGH, work);
			} catch (error) {
				if (error instanceof Timeout && error.starved) continue;
				if (error instanceof Timeout) return false;
			}
			return true;
		}
	};
	for (const step of machine.steps) if (!ends(() => machine.take(step.id))) return new StepError(neverEnds(step), step);
	for (const [i, property] of machine.properties.entries())
		if ((["invariant", "terminal", "sometimes"] as const).some((kind) => !ends(() => machine.holds(i, kind))))
			return new PropertyError(new ModelError("a condition that never ends", property.origin.author), property);
	return undefined;
}
