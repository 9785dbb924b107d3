import { BroadcastChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Line, Message } from "./bus.ts";

/** The line between threads that know its name. What is sent waits for each thread that was there by then. */
export class Channel implements Line {
	readonly #channel: BroadcastChannel;
	/** Messages that came while this thread was in its event loop. */
	readonly #inbox: Message[] = [];

	constructor(name: string) {
		this.#channel = new BroadcastChannel(name);
		this.#channel.onmessage = (event) => void this.#inbox.push((event as { data: Message }).data);
		this.#channel.unref();
	}

	send(message: Message): void {
		this.#channel.postMessage(message);
	}

	receive(): Message | undefined {
		// It takes channels as well as ports, only its type does not say so.
		const port = this.#channel as unknown as MessagePort;
		return this.#inbox.shift() ?? (receiveMessageOnPort(port)?.message as Message | undefined);
	}

	close(): void {
		this.#channel.close();
	}
}
