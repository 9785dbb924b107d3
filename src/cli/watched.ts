import type { ModelResult } from "../report/index.ts";
import { Interrupt } from "./interrupt.ts";
import type { Plan } from "./plan.ts";
import { ProgressLine } from "./progress.ts";
import { run, type Settings } from "./run.ts";

/** Verifies the chosen scenarios of one model under a progress line; Ctrl-C ends it early. */
export async function watched(plan: Plan, settings: Settings): Promise<ModelResult> {
	const interrupt = new Interrupt();
	const progress = new ProgressLine(process.stderr, plan.chosen.length);
	const result = await run(plan, settings, {
		tick: (scenario, state) => progress.update(scenario, state),
		done: () => progress.next(),
		interrupted: () => interrupt.pressed,
	});
	progress.clear();
	await interrupt.ignore();
	return result;
}
