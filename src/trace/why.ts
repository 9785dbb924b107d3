import { Timeout, within } from "../explore/confine.ts";
import { ENOUGH } from "../explore/endless.ts";
import type { Machine } from "../machine/index.ts";

/** Why property `index` is false, in the model's own words; where they fail, that keeps back nothing else. */
export function whyFalse(machine: Machine, index: number): readonly string[] {
	try {
		return within(ENOUGH, () => machine.explain(index));
	} catch (error) {
		const why = error instanceof Timeout ? "it never ends" : (error as Error).message;
		return [`explain() of ${machine.properties[index]?.id} fails: ${why}`];
	}
}
