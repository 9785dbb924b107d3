// A thread that explores scenarios of a run beside the main thread.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Scenario } from "../lang/index.ts";
import { Sources } from "../trace/index.ts";
import { instantiate, modelsOf } from "./instantiate.ts";
import { Queue } from "./queue.ts";
import type { Watcher } from "./task.ts";
import type { Assignment, Word } from "./team.ts";
import { exploreScenario } from "./verify.ts";

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
const { workers, limits } = settings;
const threads = { workers, bundle, index, idle: () => queue.hasIdle };

const model = modelsOf(await instantiate(bundle))[index];
if (model)
	for (let i = queue.take(thread); i !== undefined; i = queue.take(thread)) {
		const scenario = chosen[i] as Scenario;
		const shared = { ...limits, memory: limits.memory / workers };
		const { explored } = await exploreScenario(
			{ ...settings, limits: shared, model, scenario, sources, threads },
			watcher,
		);
		// What ended by an error, or for want of memory, is for the main thread, which may take all of the memory.
		const wanting = explored.stopped === "memory" || explored.properties.some(({ unknown }) => unknown === "memory");
		const isDone = explored.status !== "error" && !wanting;
		say({ scenario: i, explored: isDone ? explored : undefined });
		queue.done(thread);
	}
