import { BroadcastChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Line, News } from "./bus.ts";

/** The line between threads that know its name. What is sent waits for each thread that was there by then. */
export class Channel implements Line {
	readonly #channel: BroadcastChannel;
	/** What came while this thread was in its event loop. */
	readonly #inbox: News[] = [];

	constructor(name: string) {
		this.#channel = new BroadcastChannel(name);
		this.#channel.onmessage = (event) => void this.#inbox.push((event as { data: News }).data);
		this.#channel.unref();
	}

	send(news: News): void {
		this.#channel.postMessage(news);
	}

	receive(): News | undefined {
		// It takes channels as well as ports, only its type does not say so.
		const port = this.#channel as unknown as MessagePort;
		return this.#inbox.shift() ?? (receiveMessageOnPort(port)?.message as News | undefined);
	}

	close(): void {
		this.#channel.close();
	}
}
