import { threadId, Worker } from "node:worker_threads";
import type { Search } from "../../explore/search.ts";
import { Bus } from "../../explore/threads/bus.ts";
import { Channel } from "../../explore/threads/channel.ts";
import { likenessOf } from "../../explore/threads/join.ts";
import type { Orders, Ready } from "./orders.ts";

/** What the threads run. */
const WORKER = new URL("./worker.js", import.meta.url);

let crews = 0;

/** Threads that help the main thread with one search. */
export class Crew {
	readonly #channel: Channel;
	readonly #bus: Bus;
	readonly #threads: Worker[] = [];
	/** Threads that are ready and were not invited yet. */
	#ready: Worker[] = [];
	#broken: { readonly error: unknown } | undefined;
	#expected = 0;

	/** Starts threads, so that with this one there are `workers`. */
	constructor(
		readonly search: Search,
		{ workers, ...orders }: Omit<Orders, "channel"> & { readonly workers: number },
		readonly file = WORKER,
	) {
		const channel = `preempt ${process.pid} ${threadId} ${crews++}`;
		this.#channel = new Channel(channel);
		this.#bus = new Bus(this.#channel);
		const likeness = likenessOf(search.machine);
		for (let i = 1; i < workers; i++) this.#start({ ...orders, channel }, likeness);
	}

	/** Whether a thread may become ready at any moment. */
	get expected(): boolean {
		return this.#expected > 0;
	}

	/** Lets threads that are ready take part in the search. To be called between its slices; throws if one broke down. */
	admit(): void {
		if (this.#broken) throw this.#broken.error;
		for (const thread of this.#ready.splice(0)) thread.postMessage(this.search.invite(this.#bus));
	}

	end(): void {
		for (const thread of this.#threads) void thread.terminate();
		this.#channel.close();
	}

	#start(workerData: Orders, likeness: string): void {
		let invited = false;
		this.#expected++;
		const thread = new Worker(this.file, { workerData });
		const left = (error: unknown) => {
			if (!invited) this.#expected--;
			// One that notices first that the search is over has ended by then.
			else if (!this.search.over) this.#broken ??= { error };
		};
		thread.once("message", (ready: Ready) => {
			// Another machine than here: the model is not built alike each time. It is searched without this thread.
			if (ready.likeness !== likeness) return void thread.terminate();
			invited = true;
			this.#expected--;
			this.#ready.push(thread);
		});
		thread.on("error", left).on("exit", () => left(new Error("a thread of the search has ended by itself")));
		this.#threads.push(thread);
	}
}
