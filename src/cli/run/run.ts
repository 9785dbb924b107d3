import { setImmediate } from "node:timers/promises";
import type { Scenario } from "../../lang/index.ts";
import type { ModelResult, ScenarioResult } from "../../report/index.ts";
import type { Sources } from "../../trace/index.ts";
import type { Plan } from "../plan/plan.ts";
import { nameOf } from "../plan/scenarios.ts";
import type { Settings } from "../plan/settings.ts";
import type { Task, Watcher } from "../verify/task.ts";
import { presented } from "../verify/verify.ts";
import { Part } from "./part.ts";
import { Queue } from "./queue.ts";
import { share } from "./share.ts";
import { Team } from "./team.ts";
import { uncalledIn } from "./uncalled.ts";

/** Verifies the chosen scenarios, each by the next thread that is free; a model error ends it. */
export async function run(plan: Plan, settings: Settings, sources: Sources, watcher: Watcher): Promise<ModelResult> {
	const { path, bundle, index, model, chosen, refused } = plan;
	const { workers, shows } = settings;
	const queue = Queue.of(chosen.length, workers);
	const heard = { ...watcher, interrupted: () => isInterrupted(queue, watcher) };
	const threads = { bundle, index, idle: () => queue.hasIdle };
	const taskOf = (i: number): Task => ({ ...settings, model, scenario: chosen[i] as Scenario, sources, threads });
	const here = new Part(taskOf, queue, heard);
	const assignment = { bundle, index, chosen, settings, words: queue.words };
	const team = workers > 1 && chosen.length > 1 ? new Team(assignment, queue, heard) : undefined;
	try {
		await exploreHere(here);
		const begun = queue.close();
		if (shows) await here.prepare(() => !heard.interrupted());
		const scenarios = await resultsOf(begun, here, team);
		if (shows && team) await share(scenarios, new Set(here.results.keys()), team, heard.interrupted);
		const notBegun = chosen.slice(scenarios.length).map((scenario) => nameOf(model, scenario));
		const result = { name: model.name, about: model.about, file: path, scenarios, notBegun, refused };
		return { ...result, uncalled: uncalledIn(model, result) };
	} finally {
		team?.end();
	}
}

/** What the watcher hears of Ctrl-C, all threads hear. */
function isInterrupted(queue: Queue, { interrupted }: Watcher): boolean {
	if (interrupted()) queue.interrupt();
	return queue.interrupted;
}

/** Explores the next scenario and the next, until none is left or one ends by an error. */
async function exploreHere(here: Part): Promise<void> {
	for (let goOn = true; goOn; ) {
		await setImmediate();
		const next = here.watcher.interrupted() ? undefined : here.queue.take();
		goOn = next !== undefined && (await verifyHere(here, next)).status !== "error";
	}
}

async function verifyHere(here: Part, scenario: number): Promise<ScenarioResult> {
	const result = here.keep(scenario, await here.explore(scenario));
	here.queue.done();
	here.watcher.done();
	return result;
}

/** What came of those that were begun, in order, up to one that ended by an error. */
async function resultsOf(begun: number, here: Part, team: Team | undefined): Promise<ScenarioResult[]> {
	const results: ScenarioResult[] = [];
	for (let i = 0; i < begun && results.at(-1)?.status !== "error"; i++) {
		const explored = here.results.has(i) ? undefined : await team?.result(i);
		const told = (property: string) => team?.told(i, property);
		if (explored) results.push(presented(explored, here.taskOf(i), { told }));
		// What other threads have not come to the end of is explored here.
		else results.push(here.results.get(i) ?? (await verifyHere(here, i)));
	}
	return results;
}
