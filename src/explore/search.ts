import type { Machine } from "../machine/index.ts";
import { Timeout, within, withoutChance } from "./confine.ts";
import { Endings } from "./endings.ts";
import { endlessIn } from "./endless.ts";
import type { Finding } from "./findings.ts";
import { type Path, pathTo, pathToError } from "./path.ts";
import { Store } from "./store.ts";

export type { Finding } from "./findings.ts";

export interface Limits {
	readonly states: number;
	/** Seconds. */
	readonly time: number;
	/** Bytes of stored states, parents and table. */
	readonly memory: number;
	/** Steps from the initial state. */
	readonly depth: number;
}

export type Stop = "states" | "time" | "memory" | "depth" | "interrupt" | "walks";

export interface Progress {
	readonly states: number;
	readonly transitions: number;
	readonly depth: number;
	readonly bytes: number;
	readonly seconds: number;
}

/** States expanded between looks at the clock. */
const STRIDE = 256;
/** Bytes a state, besides its words: its parent, and its share of the table and of the larger one that replaces it. */
const BESIDES = 14;

/** Breadth-first exploration of one machine, in slices so that its owner can watch and stop it. */
export class Search {
	readonly store: Store;
	/** First, hence shortest, finding for each violated property. */
	readonly findings = new Map<string, Finding>();
	transitions = 0;
	/** Depth of the level being expanded. */
	depth = 0;
	/** Why it ended before everything was seen. */
	stopped: Stop | undefined;
	done = false;
	/** States expanded so far; the next one is being expanded. */
	expanded = 0;
	/** The error that ended it, and the state that was being expanded. */
	failing: { readonly state: number; readonly error: unknown } | undefined;
	readonly #endings: Endings;
	/** Of the states whose successors wait in `machine.out`: the first, and how many there were after each. */
	#first = -1;
	readonly #ends: Int32Array;
	#levelEnd = 0;
	#seconds = 0;

	constructor(
		readonly machine: Machine,
		readonly limits: Limits,
		/** Seconds after which a step, or a condition, that has not come to an end is looked for. */
		readonly patience = 10,
	) {
		const states = Math.min(
			limits.states,
			Math.floor(limits.memory / (4 * machine.words + BESIDES)),
			2 ** 30,
			Math.floor((2 ** 32 - 1) / machine.words),
		);
		this.store = new Store(machine.words, Math.max(1, states));
		this.#endings = new Endings(machine);
		this.#ends = new Int32Array(machine.out.hashes.length);
		machine.initial();
		machine.emit();
		this.#ends[0] = 1;
		this.#flush();
		this.#levelEnd = this.store.count;
	}

	/** Works for about `milliseconds`; true while there is more to do. An error of the model ends it and is thrown. */
	slice(milliseconds: number): boolean {
		const start = performance.now();
		// A large table takes its time to grow.
		const enough = milliseconds + this.patience * 1000 + this.store.count / 2 ** 12;
		try {
			if (!this.done) withoutChance(() => within(enough, () => this.#work(start, milliseconds)));
		} catch (thrown) {
			const error = thrown instanceof Timeout ? this.#recover() : thrown;
			if (error !== undefined) {
				this.failing = { state: this.expanded, error };
				this.done = true;
				throw error;
			}
		} finally {
			this.#seconds += (performance.now() - start) / 1000;
		}
		return !this.done;
	}

	stop(why: Stop): void {
		if (this.done) return;
		this.stopped = why;
		this.done = true;
	}

	get progress(): Progress {
		return {
			states: this.store.count,
			transitions: this.transitions,
			depth: this.depth,
			bytes: this.store.bytes,
			seconds: this.#seconds,
		};
	}

	/** A shortest way to `finding`, the same in every run. */
	path(finding: Finding): Path {
		return pathTo(this.machine, this.store, finding);
	}

	/** The way to the error that ended the search. */
	pathToError(): ReturnType<typeof pathToError> {
		const { state, error } = this.failing ?? { state: 0, error: undefined };
		return pathToError(this.machine, this.store, state, error);
	}

	#work(start: number, milliseconds: number): void {
		while (!this.done) {
			this.#expandSome(STRIDE);
			const spent = performance.now() - start;
			if (this.#seconds + spent / 1000 > this.limits.time) this.stop("time");
			if (spent > milliseconds) return;
		}
	}

	/** After work was ended where it stood: what never ends; none where the whole process had only been held up. */
	#recover(): Error | undefined {
		const { machine, store, expanded } = this;
		const waiting = expanded - this.#first;
		machine.out.count = waiting > 0 ? (this.#ends[waiting - 1] as number) : 0;
		const error = expanded < store.count ? endlessIn(machine, store.arena, expanded * machine.words) : undefined;
		if (error === undefined) this.#flush();
		return error;
	}

	#expandSome(count: number): void {
		const { machine, store } = this;
		const { words, out } = machine;
		const ends = this.#ends;
		// Room for the next state's successors, and for those that looking for its end may need.
		const flushAt = out.hashes.length - 2 * machine.fanout;
		const stop = this.expanded + count;
		while (this.expanded < stop) {
			if (this.expanded === this.#levelEnd && !this.#nextLevel()) return;
			const state = this.expanded;
			machine.load(store.arena, state * words);
			const bad = machine.violated();
			if (bad.length > 0) this.#record(bad, state);
			const before = out.count;
			const live = machine.expand();
			ends[state - this.#first] = out.count;
			const made = out.count - before;
			if (machine.found.length > 0) this.#recordFound(state);
			if (live === 0) this.#checkEnd(state, made);
			this.transitions += made;
			this.expanded++;
			if ((out.count >= flushAt || this.expanded - this.#first === ends.length) && !this.#flush()) return;
		}
	}

	/** Turns to the next level; false when there is none. */
	#nextLevel(): boolean {
		if (!this.#flush()) return false;
		if (this.expanded === this.store.count) {
			this.machine.settle();
			this.done = true;
			return false;
		}
		if (this.depth === this.limits.depth) {
			this.stop("depth");
			return false;
		}
		this.depth++;
		this.#levelEnd = this.store.count;
		return true;
	}

	#flush(): boolean {
		const fits = this.store.insert(this.machine.out, { first: this.#first, ends: this.#ends });
		this.#first = this.expanded;
		if (!fits) this.stop(this.store.count < this.limits.states ? "memory" : "states");
		return fits;
	}

	/** Checks the terminal conditions of a state that has only `background` steps, if nothing else ever follows. */
	#checkEnd(state: number, background: number): void {
		const { machine, store } = this;
		if (background > 0 && !this.#endings.isEnd(store.arena, state * machine.words)) return;
		machine.load(store.arena, state * machine.words);
		this.#record(machine.violatedAtEnd(), state);
	}

	#record(properties: readonly number[], state: number): void {
		for (const i of properties) {
			const property = this.machine.properties[i]?.id ?? "";
			this.#add({ property, state, edge: undefined, length: this.depth, message: undefined });
		}
	}

	#recordFound(state: number): void {
		for (const { property, edge, message } of this.machine.found)
			this.#add({ property, state, edge, length: this.depth + 1, message });
	}

	#add(finding: Finding): void {
		if (!this.findings.has(finding.property)) this.findings.set(finding.property, finding);
	}
}
