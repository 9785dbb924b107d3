// A thread that explores scenarios of a run beside the main thread.
import { once } from "node:events";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Scenario } from "../../lang/index.ts";
import type { Shown } from "../../report/index.ts";
import { Sources } from "../../trace/index.ts";
import { instantiate, modelsOf } from "../load/instantiate.ts";
import { toldOf } from "../verify/evidence.ts";
import type { Watcher } from "../verify/task.ts";
import { Part } from "./part.ts";
import { prepare } from "./prepare.ts";
import { Queue } from "./queue.ts";
import type { Assignment, Wanted, Word } from "./team.ts";

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
const { workers, shows, minimise } = settings;
const limits = { ...settings.limits, memory: settings.limits.memory / workers };
const threads = { bundle, index, idle: () => queue.hasIdle };

/** When all has been explored, the main thread says what it is going to show. */
const asked = once(port, "message");

const model = modelsOf(await instantiate(bundle))[index];
if (model) {
	const scenarioOf = (i: number) => chosen[i] as Scenario;
	const here = new Part(
		(i) => ({ ...settings, limits, model, scenario: scenarioOf(i), sources, threads }),
		queue,
		watcher,
	);
	for (let i = queue.take(thread); i !== undefined; i = queue.take(thread)) {
		const exploring = await here.explore(i);
		const { explored, subject } = exploring;
		// What ended by an error, or for want of memory, is for the main thread, which may take all of the memory.
		const wanting = explored.stopped === "memory" || explored.properties.some(({ unknown }) => unknown === "memory");
		const isDone = explored.status !== "error" && !wanting;
		say({ scenario: i, explored: isDone ? explored : undefined });
		queue.done(thread);
		// Which of them are the best is known without making them only if it is by their steps.
		if (isDone && subject && shows && minimise === "steps") here.keep(i, exploring);
	}
	// Here are the machines that have found them, with code that is compiled.
	await here.prepare(() => !queue.interrupted);
	const { best } = here;
	if (best.length > 0) {
		const wanted = (await asked)[0] as readonly Wanted[];
		const isWanted = (shown: Shown) =>
			wanted.some(({ scenario, property }) => scenario === here.numberOf(shown) && property === shown.property.id);
		const tell = (shown: Shown) =>
			say({ scenario: here.numberOf(shown), property: shown.property.id, told: toldOf(shown.counterexample) });
		await prepare(best.filter(isWanted), () => !queue.interrupted, tell);
	}
}
// Nothing more is to be heard.
port.unref();
