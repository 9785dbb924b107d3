import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Progress } from "../explore/search.ts";
import type { Plan } from "./plan.ts";
import type { Queue } from "./queue.ts";
import type { Task, Watcher } from "./task.ts";
import type { Explored } from "./verify.ts";

/** What the threads run. */
const MEMBER = new URL("./member.js", import.meta.url);
/** Milliseconds after which others help: what is done by then needs none. */
const SOON = 100;
/** Milliseconds between looks at Ctrl-C while others are waited for. */
const LOOK = 20;

/** What a thread is told when it is started, besides its number. */
export interface Assignment extends Pick<Plan, "bundle" | "index" | "chosen"> {
	readonly settings: Omit<Task, "model" | "scenario" | "sources" | "threads"> & { readonly workers: number };
	/** Of the queue. */
	readonly words: Int32Array;
}

/** What it says: what a scenario came to, nothing where the main thread is to see to it; or how far it is. */
export type Word =
	| { readonly scenario: number; readonly explored: Explored | undefined }
	| { readonly name: string; readonly progress: Progress };

/** Threads that explore scenarios of a run beside the main thread. */
export class Team {
	readonly #threads: Worker[] = [];
	readonly #explored = new Map<number, Explored | undefined>();
	readonly #timer: NodeJS.Timeout;

	constructor(
		readonly assignment: Assignment,
		readonly queue: Queue,
		readonly watcher: Watcher,
		readonly file = MEMBER,
	) {
		this.#timer = globalThis.setTimeout(() => {
			for (let i = 1; i < assignment.settings.workers; i++) this.#start(i);
		}, SOON);
	}

	/** What came of a scenario that was begun, and not by the main thread; undefined where this is to see to it. */
	async result(scenario: number): Promise<Explored | undefined> {
		while (!this.#explored.has(scenario)) {
			// Heard by the threads too.
			this.watcher.interrupted();
			await setTimeout(LOOK);
		}
		return this.#explored.get(scenario);
	}

	end(): void {
		clearTimeout(this.#timer);
		for (const thread of this.#threads) void thread.terminate();
	}

	#start(number: number): void {
		if (this.queue.isEmpty) return;
		const thread = new Worker(this.file, { workerData: { ...this.assignment, thread: number } });
		thread.on("message", (word: Word) => {
			if ("name" in word) return this.watcher.tick(word.name, word.progress);
			this.#explored.set(word.scenario, word.explored);
			if (word.explored) this.watcher.done();
		});
		// Where one breaks down, the main thread does what nothing was heard of: it meets the same, and says so.
		thread.on("error", () => {});
		thread.on("exit", () => {
			for (const taken of this.queue.takenBy(number))
				if (!this.#explored.has(taken)) this.#explored.set(taken, undefined);
		});
		this.#threads.push(thread);
	}
}
