import type { Machine } from "../machine/index.ts";
import { Store } from "./store.ts";

export interface Limits {
	readonly states: number;
	/** Seconds. */
	readonly time: number;
	/** Bytes of stored states, parents and table. */
	readonly memory: number;
	/** Steps from the initial state. */
	readonly depth: number;
}

/** A place where a property was found false. */
export interface Finding {
	readonly property: string;
	/** Stored state in which it is false, or from which step `edge` makes it so. */
	readonly state: number;
	readonly edge: number | undefined;
	/** Steps from the initial state to where it is false. */
	readonly length: number;
	readonly message: string | undefined;
}

export type Stop = "states" | "time" | "memory" | "depth" | "interrupt";

export interface Progress {
	readonly states: number;
	readonly transitions: number;
	readonly depth: number;
	readonly bytes: number;
	readonly seconds: number;
}

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
	readonly #parents: Int32Array;
	#levelEnd = 0;
	#seconds = 0;

	constructor(
		readonly machine: Machine,
		readonly limits: Limits,
	) {
		const perState = 4 * machine.words + 12;
		const states = Math.max(1, Math.min(limits.states, Math.floor(limits.memory / perState), 2 ** 30));
		this.store = new Store(machine.words, states);
		this.#parents = new Int32Array(machine.out.hashes.length);
		machine.initial();
		this.#parents[0] = -1;
		this.store.insert(machine.out, this.#parents);
		this.#levelEnd = this.store.count;
	}

	/** Works for about `milliseconds`; true while there is more to do. */
	slice(milliseconds: number): boolean {
		const start = performance.now();
		while (!this.done) {
			this.#expandSome(256);
			const spent = performance.now() - start;
			if (this.#seconds + spent / 1000 > this.limits.time) this.stop("time");
			if (spent > milliseconds) break;
		}
		this.#seconds += (performance.now() - start) / 1000;
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

	#expandSome(count: number): void {
		const { machine, store } = this;
		const parents = this.#parents;
		const { words, out } = machine;
		const flushAt = out.hashes.length - machine.fanout;
		const stop = this.expanded + count;
		while (this.expanded < stop) {
			if (this.expanded === this.#levelEnd && !this.#nextLevel()) return;
			const state = this.expanded;
			machine.load(store.arena, state * words);
			const bad = machine.violated();
			if (bad.length > 0) this.#record(bad, state);
			const before = out.count;
			const live = machine.expand();
			for (let i = before; i < out.count; i++) parents[i] = state;
			this.transitions += out.count - before;
			if (machine.found.length > 0)
				for (const { property, edge, message } of machine.found)
					this.#add({ property, state, edge, length: this.depth + 1, message });
			if (live === 0 && this.#ends(state, out.count - before)) {
				machine.load(store.arena, state * words);
				this.#record(machine.violatedAtEnd(), state);
			}
			this.expanded++;
			if (out.count >= flushAt && !this.#flush()) return;
		}
	}

	/** Turns to the next level; false when there is none. */
	#nextLevel(): boolean {
		if (!this.#flush()) return false;
		if (this.expanded === this.store.count) {
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
		if (this.store.insert(this.machine.out, this.#parents)) return true;
		this.stop(this.store.limit < this.limits.states ? "memory" : "states");
		return false;
	}

	/** Whether nothing but background steps is ever enabled from a state that has only `background` of them. */
	#ends(_state: number, background: number): boolean {
		return background === 0;
	}

	#record(properties: readonly number[], state: number): void {
		for (const i of properties)
			this.#add({
				property: this.machine.properties[i]?.id ?? "",
				state,
				edge: undefined,
				length: this.depth,
				message: undefined,
			});
	}

	#add(finding: Finding): void {
		if (!this.findings.has(finding.property)) this.findings.set(finding.property, finding);
	}
}
