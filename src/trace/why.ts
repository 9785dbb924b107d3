import type { Machine } from "../machine/index.ts";

/** Why property `index` is false, in the model's own words; where they fail, that keeps back nothing else. */
export function whyFalse(machine: Machine, index: number): readonly string[] {
	try {
		return machine.explain(index);
	} catch (error) {
		return [`explain() of ${machine.properties[index]?.id} fails: ${(error as Error).message}`];
	}
}
