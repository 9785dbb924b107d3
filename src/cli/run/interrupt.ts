import { setTimeout } from "node:timers/promises";

/** Milliseconds within which signals are one press: `timeout`, or npx, may pass on what the whole group has got. */
const ONE_PRESS = 300;

/** What asks for the end: Ctrl-C, and what `timeout` and supervisors send. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Ctrl-C: the first asks for an end with an honest report, the second ends at once. */
export class Interrupt {
	#first: number | undefined;
	readonly #listener = () => {
		this.#first ??= performance.now();
		if (performance.now() - this.#first > ONE_PRESS) process.exit(130);
	};

	constructor() {
		for (const signal of SIGNALS) process.on(signal, this.#listener);
	}

	get pressed(): boolean {
		return this.#first !== undefined;
	}

	/** Once what belongs to a press has arrived, another ends it at once. */
	async ignore(): Promise<void> {
		if (this.#first !== undefined) await setTimeout(Math.max(0, this.#first + ONE_PRESS - performance.now()));
		for (const signal of SIGNALS) process.off(signal, this.#listener);
	}
}
