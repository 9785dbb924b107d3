import { setImmediate } from "node:timers/promises";
import { type ScenarioResult, shortest } from "../report/index.ts";

/** Makes the counterexamples that are the best so far and may well be shown, as long as there is somebody to wait for. */
export async function prepare(scenarios: readonly ScenarioResult[], isWorthwhile: () => boolean): Promise<void> {
	for (const { counterexample } of shortest({ scenarios }))
		for (const make of [counterexample.trace, counterexample.explanation]) {
			await setImmediate();
			if (!isWorthwhile()) return;
			try {
				make();
			} catch {
				// It fails again when it is asked for, and is told then.
			}
		}
}
