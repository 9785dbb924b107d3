import { type ScenarioResult, type Shown, shortest } from "../../report/index.ts";
import type { Task, Watcher } from "../verify/task.ts";
import { type Exploring, exploreScenario, presented } from "../verify/verify.ts";
import { Kept } from "./kept.ts";
import { prepare, surestFirst } from "./prepare.ts";
import type { Queue } from "./queue.ts";

/** What one thread does of a run: it explores scenarios, and makes the best of the counterexamples that it has found. */
export class Part {
	/** What came of the scenarios that it has explored, by number. */
	readonly results = new Map<number, ScenarioResult>();
	readonly #kept = new Kept();

	constructor(
		readonly taskOf: (scenario: number) => Task,
		readonly queue: Queue,
		readonly watcher: Watcher,
	) {}

	explore(scenario: number): Promise<Exploring> {
		return exploreScenario(this.taskOf(scenario), this.watcher);
	}

	/** What came of a scenario. Its counterexamples are the best where no other has shorter ones. */
	keep(scenario: number, { explored, subject }: Exploring): ScenarioResult {
		if (subject) this.#kept.offer(scenario, explored, subject);
		const result = presented(explored, this.taskOf(scenario), { kept: () => this.#kept.of(scenario) });
		this.results.set(scenario, result);
		return result;
	}

	/** The best of its counterexamples. */
	get best(): Shown[] {
		return shortest({ scenarios: [...this.results.values()] });
	}

	/** The number of the scenario, one of its own, that a counterexample is of. */
	numberOf({ scenario }: Shown): number {
		return ([...this.results].find(([, result]) => result === scenario) as [number, ScenarioResult])[0];
	}

	/** Makes the best while other threads still explore, those first that are the surest to be shown. */
	prepare(isWorthwhile: () => boolean): Promise<void> {
		const surest = surestFirst(this.best, (shown) => this.numberOf(shown), this.queue.open);
		return prepare(surest, () => this.queue.isBusy && isWorthwhile());
	}
}
