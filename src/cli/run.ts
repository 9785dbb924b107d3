import { setImmediate } from "node:timers/promises";
import type { Minimise } from "../explore/best.ts";
import type { Reduction } from "../explore/reductions.ts";
import type { Limits } from "../explore/search.ts";
import type { Walks } from "../explore/simulation.ts";
import { ModelError, type Scenario } from "../lang/index.ts";
import { type ModelResult, type ScenarioResult, type Shown, shortest } from "../report/index.ts";
import type { Sources } from "../trace/index.ts";
import { UsageError } from "./exit.ts";
import { Kept } from "./kept.ts";
import type { Plan } from "./plan.ts";
import { prepare, surestFirst } from "./prepare.ts";
import { Queue } from "./queue.ts";
import { nameOf } from "./scenarios.ts";
import type { Task, Watcher } from "./task.ts";
import { Team, type Wanted } from "./team.ts";
import { exploreScenario, presented } from "./verify.ts";

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
	/** Figures are computed where there are no more states than this. */
	readonly figures: number;
	/** Whether counterexamples are shown as a rule. */
	readonly shows: boolean;
	/** Random walks instead of a search. */
	readonly simulate?: Walks | undefined;
	/** Whether what searches rely on is made sure of in every state. */
	readonly audit?: boolean | undefined;
	readonly sources: Sources;
}

/** Verifies the chosen scenarios, each by the next thread that is free; a model error ends it. */
export async function run(
	plan: Plan,
	{ properties, workers, shows, ...settings }: Settings,
	{ interrupted, ...told }: Watcher,
): Promise<ModelResult> {
	const { path, bundle, index, model, chosen, refused } = plan;
	const only = properties.length > 0 ? new Set(properties) : undefined;
	const queue = Queue.of(chosen.length, workers);
	const watcher = {
		...told,
		interrupted: () => {
			if (interrupted()) queue.interrupt();
			return queue.interrupted;
		},
	};
	const { sources, ...plain } = settings;
	const team =
		workers > 1 && chosen.length > 1
			? new Team(
					{ bundle, index, chosen, settings: { only, workers, shows, ...plain }, words: queue.words },
					queue,
					watcher,
				)
			: undefined;
	const threads = { workers, bundle, index, idle: () => queue.hasIdle };
	const taskOf = (i: number): Task => ({ model, scenario: chosen[i] as Scenario, only, ...settings, threads });
	const kept = new Kept();
	const results = new Map<number, ScenarioResult>();
	const doHere = async (i: number): Promise<ScenarioResult> => {
		const task = taskOf(i);
		const { explored, subject } = await exploreScenario(task, watcher);
		if (subject) kept.offer(i, explored, subject);
		const done = presented(explored, task, { kept: () => kept.of(i) });
		queue.done();
		watcher.done();
		results.set(i, done);
		return done;
	};
	const resultOf = async (i: number): Promise<ScenarioResult> => {
		const explored = results.has(i) ? undefined : await team?.result(i);
		const told = (property: string) => team?.told(i, property);
		return explored ? presented(explored, taskOf(i), { told }) : (results.get(i) ?? doHere(i));
	};
	const scenarios: ScenarioResult[] = [];
	try {
		for (let goOn = true; goOn; ) {
			await setImmediate();
			const next = watcher.interrupted() ? undefined : queue.take();
			goOn = next !== undefined && (await doHere(next)).status !== "error";
		}
		const begun = queue.close();
		if (shows) {
			const numberOf = ({ scenario }: Shown) => [...results].find(([, result]) => result === scenario)?.[0] ?? 0;
			const best = surestFirst(shortest({ scenarios: [...results.values()] }), numberOf, queue.open);
			await prepare(best, () => !watcher.interrupted() && queue.isBusy);
		}
		for (let i = 0; i < begun && scenarios.at(-1)?.status !== "error"; i++) scenarios.push(await resultOf(i));
		if (shows && team) await share(scenarios, [...results.keys()], team, watcher.interrupted);
	} finally {
		team?.end();
	}
	const notBegun = chosen.slice(scenarios.length).map((scenario) => nameOf(model, scenario));
	return { name: model.name, about: model.about, file: path, scenarios, notBegun, refused };
}

/** Milliseconds in which a thread whose machine is warm explains what takes another, which has to make one first, longer. */
const WARM = 500;

/**
 * Has each counterexample that is shown made where it was found: `here`, or by another thread. What others have not come
 * to a while after all is done here is made here too, the last first: who is first has done it.
 */
async function share(
	scenarios: readonly ScenarioResult[],
	here: readonly number[],
	team: Team,
	interrupted: () => boolean,
): Promise<void> {
	const shown = shortest({ scenarios });
	const wanted = shown.map(({ scenario, property }) => ({
		scenario: scenarios.indexOf(scenario),
		property: property.id,
	}));
	const isHere = (i: number) => here.includes((wanted[i] as Wanted).scenario);
	team.want(wanted);
	await prepare(
		shown.filter((_, i) => isHere(i)),
		() => !interrupted(),
	);
	const [begun, ...rest] = wanted.filter((_, i) => !isHere(i));
	const last = rest.at(-1);
	if (last) await team.telling(last, WARM);
	for (const each of rest.toReversed()) {
		const isOpen = () => !interrupted() && !team.told(each.scenario, each.property);
		await prepare([shown[wanted.indexOf(each)] as Shown], isOpen);
	}
	if (begun) await team.telling(begun);
}

/** Every property that `--property` names must be declared in some scenario of some model. */
export function requireProperties(plans: readonly Plan[], properties: readonly string[]): void {
	if (properties.length === 0) return;
	const declared = new Set<string>();
	for (const { model, chosen } of plans)
		for (const scenario of chosen) {
			try {
				const { properties, costs } = model.build(scenario);
				for (const { id } of [...properties, ...costs]) declared.add(id);
			} catch (error) {
				// Reported where the scenario is verified.
				if (!(error instanceof ModelError)) throw error;
			}
		}
	for (const id of properties)
		if (!declared.has(id))
			throw new UsageError(`--property ${id}: there is no such property; declared are ${[...declared].join(", ")}`);
}
