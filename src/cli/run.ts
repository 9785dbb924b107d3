import { setImmediate } from "node:timers/promises";
import type { Minimise } from "../explore/best.ts";
import type { Reduction } from "../explore/reductions.ts";
import type { Limits } from "../explore/search.ts";
import type { Walks } from "../explore/simulation.ts";
import { ModelError } from "../lang/index.ts";
import type { ModelResult, ScenarioResult } from "../report/index.ts";
import type { Sources } from "../trace/index.ts";
import { UsageError } from "./exit.ts";
import type { Plan } from "./plan.ts";
import { nameOf } from "./scenarios.ts";
import { verify, type Watcher } from "./verify.ts";

/** What all scenarios of a run have in common. */
export interface Settings {
	/** Ids; empty for all. */
	readonly properties: readonly string[];
	readonly limits: Limits;
	/** Threads that may share a search. */
	readonly workers: number;
	readonly reductions: ReadonlySet<Reduction>;
	/** What counterexamples should have the fewest of. */
	readonly minimise: Minimise;
	/** Random walks instead of a search. */
	readonly simulate?: Walks | undefined;
	readonly sources: Sources;
}

/** Verifies the chosen scenarios in order; a model error ends it. */
export async function run(
	{ path, bundle, index, model, chosen, refused }: Plan,
	{ properties, workers, ...settings }: Settings,
	watcher: Watcher,
): Promise<ModelResult> {
	const only = properties.length > 0 ? new Set(properties) : undefined;
	const scenarios: ScenarioResult[] = [];
	for (const scenario of chosen) {
		await setImmediate();
		if (watcher.interrupted()) break;
		const task = { model, scenario, only, ...settings, threads: { workers, bundle, index } };
		const done = await verify(task, watcher);
		scenarios.push(done);
		watcher.done();
		if (done.status === "error") break;
	}
	const notBegun = chosen.slice(scenarios.length).map((scenario) => nameOf(model, scenario));
	return { name: model.name, about: model.about, file: path, scenarios, notBegun, refused };
}

/** Every property that `--property` names must be declared in some scenario of some model. */
export function requireProperties(plans: readonly Plan[], properties: readonly string[]): void {
	if (properties.length === 0) return;
	const declared = new Set<string>();
	for (const { model, chosen } of plans)
		for (const scenario of chosen) {
			try {
				for (const { id } of model.build(scenario).properties) declared.add(id);
			} catch (error) {
				// Reported where the scenario is verified.
				if (!(error instanceof ModelError)) throw error;
			}
		}
	for (const id of properties)
		if (!declared.has(id))
			throw new UsageError(`--property ${id}: there is no such property; declared are ${[...declared].join(", ")}`);
}
