import type { Progress } from "../../explore/search.ts";

const MIB = 2 ** 20;
/** Runs shorter than this show nothing. */
const QUIET = 1000;
const EVERY = 200;

/** One line on a terminal that says how far a run is; nothing anywhere else. */
export class ProgressLine {
	readonly #start = performance.now();
	#shown = 0;
	#last = 0;
	#done = 0;

	constructor(
		readonly stream: NodeJS.WriteStream,
		/** How many scenarios there are. */
		readonly total: number,
	) {}

	next(): void {
		this.#done++;
	}

	update(scenario: string, { states, transitions, depth, bytes, expectedBytes, seconds }: Progress): void {
		if (!this.#isDue()) return;
		const rate = seconds > 0 ? transitions / seconds : 0;
		const expected = expectedBytes === undefined ? "" : ` of about ${size(expectedBytes)}`;
		const line = `[${this.#done + 1}/${this.total}] ${scenario}: ${short(states)} states, ${short(rate)} transitions/s, depth ${depth}, ${size(bytes)}${expected}`;
		this.#show(line);
	}

	/** What is being rebuilt for a report, after the search: said at once, for any may be the one that takes long. */
	rebuilding(counterexample: string): void {
		if (this.stream.isTTY) this.#show(`explaining ${counterexample}`);
	}

	clear(): void {
		if (this.#shown > 0) this.#show("");
	}

	#isDue(): boolean {
		const now = performance.now();
		if (!this.stream.isTTY || now - this.#start < QUIET || now - this.#last < EVERY) return false;
		this.#last = now;
		return true;
	}

	#show(text: string): void {
		const line = text.slice(0, this.stream.columns - 1);
		this.stream.write(`\r${line.padEnd(this.#shown)}${line === "" ? "\r" : ""}`);
		this.#shown = line.length;
	}
}

function size(bytes: number): string {
	const mib = Math.ceil(bytes / MIB);
	return mib < 10_000 ? `${mib} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}

function short(n: number): string {
	if (n < 1e4) return String(Math.round(n));
	return n < 1e6 ? `${(n / 1e3).toFixed(0)} k` : `${(n / 1e6).toFixed(1)} M`;
}
