import { Timeout, within } from "../explore/confine.ts";
import { ENOUGH } from "../explore/endless.ts";
import type { Machine, StepViolation } from "../machine/index.ts";

/** Why property `index` is false, in the model's own words; where they fail, that keeps back nothing else. */
export function whyFalse(machine: Machine, index: number): readonly string[] {
	try {
		return within(ENOUGH, () => machine.explain(index));
	} catch (error) {
		const why = error instanceof Timeout ? "it never ends" : (error as Error).message;
		return [`explain() of ${machine.properties[index]?.id} fails: ${why}`];
	}
}

/** Why the last step violates `property`, as handlers of events say: `found` is what the machine found by it. */
export const whyByStep = (found: readonly StepViolation[], property: string): string[] => [
	...new Set(found.flatMap((violation) => (violation.property === property ? (violation.why ?? []) : []))),
];
