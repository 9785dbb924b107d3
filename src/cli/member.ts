// A thread that explores scenarios of a run beside the main thread.
import { once } from "node:events";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Scenario } from "../lang/index.ts";
import { type ScenarioResult, type Shown, shortest } from "../report/index.ts";
import { Sources } from "../trace/index.ts";
import { toldOf } from "./evidence.ts";
import { instantiate, modelsOf } from "./instantiate.ts";
import { Kept } from "./kept.ts";
import { prepare, surestFirst } from "./prepare.ts";
import { Queue } from "./queue.ts";
import type { Watcher } from "./task.ts";
import type { Assignment, Wanted, Word } from "./team.ts";
import { exploreScenario, presented } from "./verify.ts";

const port = parentPort as MessagePort;
const say = (word: Word) => port.postMessage(word);
const { bundle, index, chosen, settings, words, thread } = workerData as Assignment & { readonly thread: number };
const queue = new Queue(chosen.length, words);
const sources = new Sources();
sources.add(bundle.file, bundle.map);
const watcher: Watcher = {
	tick: (name, progress) => say({ name, progress }),
	done: () => {},
	interrupted: () => queue.interrupted,
};
const { workers, shows, limits } = settings;
const threads = { workers, bundle, index, idle: () => queue.hasIdle };
const kept = new Kept();
/** What came of the scenarios that it has explored, and their numbers. */
const results = new Map<ScenarioResult, number>();

/** When all has been explored, the main thread says what it is going to show. */
const asked = once(port, "message");

const model = modelsOf(await instantiate(bundle))[index];
if (model) {
	for (let i = queue.take(thread); i !== undefined; i = queue.take(thread)) {
		const scenario = chosen[i] as Scenario;
		const shared = { ...limits, memory: limits.memory / workers };
		const task = { ...settings, limits: shared, model, scenario, sources, threads };
		const { explored, subject } = await exploreScenario(task, watcher);
		// What ended by an error, or for want of memory, is for the main thread, which may take all of the memory.
		const wanting = explored.stopped === "memory" || explored.properties.some(({ unknown }) => unknown === "memory");
		const isDone = explored.status !== "error" && !wanting;
		say({ scenario: i, explored: isDone ? explored : undefined });
		queue.done(thread);
		// Which of them are the best is known without making them only if it is by their steps.
		if (!isDone || !subject || !shows || settings.minimise !== "steps") continue;
		kept.offer(i, explored, subject);
		results.set(presented(explored, task, { kept: () => kept.of(i) }), i);
	}
	// Here are the machines that have found them, with code that is compiled.
	const best = shortest({ scenarios: [...results.keys()] });
	const numberOf = ({ scenario }: Shown) => results.get(scenario) as number;
	const tell = (shown: Shown) =>
		say({ scenario: numberOf(shown), property: shown.property.id, told: toldOf(shown.counterexample) });
	await prepare(surestFirst(best, numberOf, queue.open), () => queue.isBusy && !queue.interrupted);
	if (best.length > 0) {
		const wanted = (await asked)[0] as readonly Wanted[];
		const isWanted = (shown: Shown) =>
			wanted.some(({ scenario, property }) => scenario === numberOf(shown) && property === shown.property.id);
		await prepare(best.filter(isWanted), () => !queue.interrupted, tell);
	}
}
// Nothing more is to be heard.
port.unref();
