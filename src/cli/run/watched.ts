import type { ModelResult } from "../../report/index.ts";
import type { Sources } from "../../trace/index.ts";
import { ProgressLine } from "../output/progress.ts";
import type { Plan } from "../plan/plan.ts";
import type { Settings } from "../plan/settings.ts";
import { Interrupt } from "./interrupt.ts";
import { run } from "./run.ts";

/** Verifies models under one progress line. From its making on, Ctrl-C ends what is under way with a report. */
export class Watched {
	readonly #interrupt = new Interrupt();
	readonly progress: ProgressLine;

	constructor(plans: readonly Plan[]) {
		const scenarios = plans.reduce((sum, { chosen }) => sum + chosen.length, 0);
		this.progress = new ProgressLine(process.stderr, scenarios);
	}

	/** Verifies the chosen scenarios of one model. */
	async run(plan: Plan, settings: Settings, sources: Sources): Promise<ModelResult> {
		const result = await run(plan, settings, sources, {
			tick: (scenario, state) => this.progress.update(scenario, state),
			done: () => this.progress.next(),
			interrupted: () => this.#interrupt.pressed,
		});
		this.progress.clear();
		return result;
	}

	/** From here on Ctrl-C ends the command at once. */
	end(): Promise<void> {
		return this.#interrupt.ignore();
	}
}
