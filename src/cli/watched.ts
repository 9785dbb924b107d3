import type { Limits } from "../explore/search.ts";
import type { ModelResult } from "../report/index.ts";
import type { Sources } from "../trace/index.ts";
import { Interrupt } from "./interrupt.ts";
import type { Plan } from "./plan.ts";
import { ProgressLine } from "./progress.ts";
import { run } from "./run.ts";

/** Verifies the chosen scenarios of one model under a progress line; Ctrl-C ends it early. */
export async function watched(
	plan: Plan,
	properties: readonly string[],
	limits: Limits,
	sources: Sources,
): Promise<ModelResult> {
	const interrupt = new Interrupt();
	const progress = new ProgressLine(process.stderr, plan.chosen.length);
	const result = await run(plan, properties, limits, "steps", sources, {
		tick: (scenario, state) => progress.update(scenario, state),
		done: () => progress.next(),
		interrupted: () => interrupt.pressed,
	});
	progress.clear();
	interrupt.ignore();
	return result;
}
