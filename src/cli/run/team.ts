import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Progress } from "../../explore/search.ts";
import type { Plan } from "../plan/plan.ts";
import type { Settings } from "../plan/settings.ts";
import type { Told } from "../verify/evidence.ts";
import type { Explored } from "../verify/explored.ts";
import type { Watcher } from "../verify/task.ts";
import type { Queue } from "./queue.ts";
import { compileLater } from "./tiers.ts";

/** What the threads run. */
const MEMBER = new URL("./member.js", import.meta.url);
/** Milliseconds after which others help: what is done by then needs none. */
const SOON = 100;
/** So many scenarios are not done by then. */
const MANY = 8;
/** Milliseconds between looks at what others have said, and at Ctrl-C, while they are waited for. */
const LOOK = 5;

/** What a thread is told when it is started, besides its number. */
export interface Assignment extends Pick<Plan, "bundle" | "index" | "chosen"> {
	readonly settings: Settings;
	/** Of the queue. */
	readonly words: Int32Array;
}

/**
 * What it says: what a scenario came to, nothing where the main thread is to see to it; what is told of one of its
 * counterexamples; or how far it is.
 */
export type Word =
	| { readonly scenario: number; readonly explored: Explored | undefined }
	| { readonly scenario: number; readonly property: string; readonly told: Told }
	| { readonly name: string; readonly progress: Progress };

/** A counterexample that is going to be shown. */
export interface Wanted {
	readonly scenario: number;
	readonly property: string;
}

/** Threads that explore scenarios of a run beside the main thread. */
export class Team {
	readonly #threads: Worker[] = [];
	readonly #explored = new Map<number, Explored | undefined>();
	/** By scenario and property. */
	readonly #told = new Map<string, Told>();
	/** Scenarios of threads that say no more. */
	readonly #left = new Set<number>();
	readonly #timer: NodeJS.Timeout | undefined;

	constructor(
		readonly assignment: Assignment,
		readonly queue: Queue,
		readonly watcher: Watcher,
		readonly file = MEMBER,
	) {
		const start = () => {
			compileLater(true);
			for (let i = 1; i < assignment.settings.workers; i++) this.#start(i);
		};
		if (queue.total < MANY) this.#timer = globalThis.setTimeout(start, SOON);
		else start();
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

	/** To be said when all is explored: what threads have found of this they make, too. */
	want(wanted: readonly Wanted[]): void {
		for (const thread of this.#threads) thread.postMessage(wanted);
	}

	/** What a thread has made of a counterexample that it found, if it has. */
	told(scenario: number, property: string): Told | undefined {
		return this.#told.get(`${scenario} ${property}`);
	}

	/** Waits for that, as long as it may still come, and for at most so many milliseconds. */
	async telling({ scenario, property }: Wanted, most = Number.POSITIVE_INFINITY): Promise<void> {
		const until = performance.now() + most;
		const isOpen = () => !this.told(scenario, property) && !this.#left.has(scenario) && performance.now() < until;
		while (isOpen() && !this.watcher.interrupted()) await setTimeout(LOOK);
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
			if ("told" in word) return void this.#told.set(`${word.scenario} ${word.property}`, word.told);
			this.#explored.set(word.scenario, word.explored);
			if (word.explored) this.watcher.done();
		});
		// Where one breaks down, the main thread does what nothing was heard of: it meets the same, and says so.
		thread.on("error", () => {});
		thread.on("exit", () => {
			for (const taken of this.queue.takenBy(number)) {
				this.#left.add(taken);
				if (!this.#explored.has(taken)) this.#explored.set(taken, undefined);
			}
		});
		this.#threads.push(thread);
	}
}
