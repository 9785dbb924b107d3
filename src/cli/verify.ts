import { setImmediate } from "node:timers/promises";
import { type Finding, type Limits, type Progress, Search } from "../explore/search.ts";
import type { BuiltSystem, Model, Scenario } from "../lang/index.ts";
import { compile, type Machine } from "../machine/index.ts";
import type { Counterexample, Failure, ScenarioResult, Statement, Status } from "../report/index.ts";

import { type Ending, isMark, rebuild, type Sources, type Subject, type Trace } from "../trace/index.ts";
import { failureOf } from "./failure.ts";
import { pathTo } from "./path.ts";
import { nameOf } from "./scenarios.ts";
import { verdictsOf } from "./verdicts.ts";

/** Milliseconds of searching between looks at the terminal and at Ctrl-C. */
const SLICE = 100;

export interface Watcher {
	/** Called between slices; true ends the search. */
	readonly tick: (scenario: string, progress: Progress) => boolean;
	/** Called when a scenario is done. */
	readonly done: () => void;
}

export interface Task {
	readonly model: Model;
	readonly scenario: Scenario;
	readonly limits: Limits;
	readonly only: ReadonlySet<string> | undefined;
	readonly sources: Sources;
}

/** Explores one scenario and says what came out. */
export async function verify(task: Task, watcher: Watcher): Promise<ScenarioResult> {
	const { model, scenario, limits, only } = task;
	const name = nameOf(model, scenario);
	let system: BuiltSystem;
	let search: Search;
	try {
		system = model.build(scenario);
		search = new Search(compile(system, only), limits);
	} catch (error) {
		return failed(task, undefined, failureOf(error, task.sources));
	}
	try {
		while (search.slice(SLICE)) {
			if (watcher.tick(name, search.progress)) search.stop("interrupt");
			else await setImmediate();
		}
	} catch (error) {
		return failed(task, search, failureOf(error, task.sources));
	}
	return result(task, { system, machine: search.machine, only }, search);
}

function result(task: Task, subject: Subject, search: Search): ScenarioResult {
	const { findings, stopped } = search;
	const properties = verdictsOf(search, task.only, (finding): Counterexample => {
		const path = pathTo(search, finding);
		let trace: Trace | undefined;
		return {
			length: finding.length,
			trace: () => {
				trace ??= rebuild(subject, path, endingOf(finding), task.sources);
				return trace;
			},
		};
	});
	const violated = properties.some(({ verdict }) => verdict === "violated");
	const status: Status = violated ? "violated" : stopped ? "incomplete" : "holds";
	const cuts = [...findings.values()].filter(({ message }) => message !== undefined).map(({ property }) => property);
	return { ...common(task, search), status, properties, cuts };
}

const endingOf = ({ property, message }: Finding): Ending =>
	message === undefined ? { kind: "false", property } : { kind: "raised", message };

function failed(task: Task, search: Search | undefined, failure: Failure): ScenarioResult {
	return { ...common(task, search), status: "error", properties: [], cuts: [], failure };
}

function common({ model, scenario, sources }: Task, search: Search | undefined) {
	const part = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, scenario[name]]));
	const { states = 0, transitions = 0, depth = 0, seconds = 0 } = search?.progress ?? {};
	return {
		name: nameOf(model, scenario),
		axes: part(model.axes) as Record<string, string | number>,
		sizes: part(model.sizes) as Record<string, number>,
		stopped: search?.stopped,
		states,
		transitions,
		depth,
		seconds,
		bits: search?.machine.bits ?? 0,
		statements: search ? statementsOf(search.machine, sources) : [],
		failure: undefined,
	};
}

/** The model's statements, each once however often it is inlined, with how many transitions took it. */
function statementsOf({ steps, taken }: Machine, sources: Sources): Statement[] {
	const all = new Map<string, Statement & { taken: number }>();
	for (const { id, label, origin, instance } of steps) {
		if (isMark(label)) continue;
		const { routine } = instance;
		const { author } = origin;
		const key = `${routine.name}\0${label}\0${author?.file}:${author?.line}:${author?.column}`;
		const known = all.get(key);
		if (known) known.taken += taken[id] as number;
		else
			all.set(key, {
				key,
				routine: routine.name,
				label,
				get source() {
					return sources.ofStep(origin, routine.origin);
				},
				taken: taken[id] as number,
			});
	}
	return [...all.values()];
}
