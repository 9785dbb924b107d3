import type { Machine } from "../machine/index.ts";
import { Timeout, within, withoutChance } from "./confine.ts";
import { Endings } from "./endings.ts";
import { endlessIn } from "./endless.ts";
import type { Finding } from "./findings.ts";
import type { StateStore } from "./state-store.ts";
import { Chunk } from "./store/chunk.ts";
import { type Control, FAILED, FULL, RUNNING } from "./threads/control.ts";
import type { Tally } from "./threads/tally.ts";

/** So many chunks may wait for their turn while the next is expanded: while another thread makes a larger table, many do. */
const AHEAD = 512;

/** Who hears of what was found; each is heard before the turn passes on. */
export interface Listener {
	/** The first violation of a property in the chunks of one thread. May come twice. */
	found(finding: Finding): void;
	/** What ended the search. May come twice. */
	failed(state: number, error: unknown): void;
}

export interface Options {
	/** Steps from the initial state. */
	readonly deepest: number;
	/** Seconds after which a step, or a condition, that has not come to an end is looked for, at first. */
	readonly patience: number;
	/** States of a chunk, at least; the more, the less the threads have to wait for each other in small levels. */
	readonly least: number;
}

/** One thread's part in a search: it expands chunks of states, and adds what came of each when its turn has come. */
export class Explorer {
	readonly #endings: Endings;
	/** Chunks that wait for their turn, in order; and the one that is being expanded. */
	readonly #waiting: Chunk[] = [];
	#current: Chunk | undefined;
	/** Chunks that can be used again. */
	readonly #free: Chunk[] = [];
	/** The state that is being expanded. */
	#state = 0;
	/** Of the states whose successors wait in `machine.out`: the first, and how many there were after each. */
	#first = 0;
	readonly #ends: Int32Array;
	#transitions = 0;
	/** Seconds; longer after each false alarm, so that a chunk that takes its time is done in the end. */
	#patience: number;
	/** By property: the length of the shortest way to a violation that is known. */
	readonly #lengths: number[];
	/** Of those that the machine declares, its numbers; errors that steps raise undeclared follow as they come. */
	readonly #indices: Map<string, number>;

	constructor(
		readonly machine: Machine,
		readonly store: StateStore,
		readonly control: Control,
		readonly tally: Tally,
		readonly listener: Listener,
		readonly options: Options,
	) {
		this.#patience = options.patience;
		this.#endings = new Endings(machine);
		this.#ends = new Int32Array(machine.out.hashes.length);
		this.#lengths = machine.properties.map(() => Number.POSITIVE_INFINITY);
		this.#indices = new Map(machine.properties.map(({ id }, i) => [id, i]));
	}

	/** Works for about `milliseconds`; true while the search goes on. */
	slice(milliseconds: number): boolean {
		const until = performance.now() + milliseconds;
		// A large table takes its time to grow.
		const enough = milliseconds + this.#patience * 1000 + this.store.count / 2 ** 12;
		try {
			withoutChance(() => within(enough, () => this.#work(until)));
		} catch (thrown) {
			if (!(thrown instanceof Timeout)) throw thrown;
			this.#recover();
		}
		return !this.control.over;
	}

	/** Adds a chunk if it is its turn, or else expands one. False when there is nothing to do but wait. */
	step(): boolean {
		const { control } = this;
		if (control.status !== RUNNING) return this.#drop();
		const [ready] = this.#waiting;
		if (ready && ready.claim.first < control.turn) this.#free.push(this.#waiting.shift() as Chunk);
		else if (ready?.claim.first === control.turn) this.#add(ready);
		else if (this.#current) this.#expand(this.#current);
		else {
			if (this.#waiting.length === AHEAD) return false;
			const chunk = this.#free.at(-1) ?? new Chunk(this.machine.words, this.machine.steps.length);
			const claim = control.claim();
			if (!claim) return false;
			// From the claim to the last of these there is no loop and no call in which work could be ended.
			chunk.claim = claim;
			chunk.failed = undefined;
			this.#state = claim.first;
			this.#current = chunk;
			this.#expand(chunk);
		}
		return true;
	}

	#work(until: number): void {
		for (;;) {
			const { events } = this.control;
			const busy = this.step();
			const left = until - performance.now();
			if (left <= 0 || this.control.over) break;
			if (!busy) this.control.wait(events, left);
		}
		if (this.control.status !== RUNNING) this.#drop();
	}

	/** After work was ended where it stood: looks for what never ends, and has the chunk expanded once more. */
	#recover(): void {
		const { machine, store, tally } = this;
		const chunk = this.#current;
		if (!chunk) return;
		machine.recover();
		const error = endlessIn(machine, store.arena, store.at(this.#state));
		const last = this.#waiting.at(-1);
		machine.taken.set(last?.taken ?? tally.taken);
		this.#transitions = last?.transitions ?? (tally.transitions[0] as number);
		machine.recover();
		store.forget();
		if (error) chunk.failed = { state: this.#state, error };
		else this.#patience *= 2;
	}

	#expand(chunk: Chunk): void {
		const { machine, store } = this;
		const { out } = machine;
		const ends = this.#ends;
		// Room for the next state's successors, and for those that looking for its end may need.
		const siftAt = out.hashes.length - 2 * machine.fanout;
		const { first, end } = chunk.claim;
		const at = this.#free.lastIndexOf(chunk);
		if (at >= 0) this.#free.splice(at, 1);
		chunk.clear();
		machine.mark();
		this.#first = first;
		this.#check(chunk);
		for (let state = first; state < end && state !== chunk.failed?.state; state++) {
			this.#state = state;
			const before = out.count;
			try {
				machine.load(store.arena, store.at(state));
				const live = machine.expand();
				const made = out.count - before;
				if (machine.found.length > 0) this.#recordFound(chunk, state);
				if (live === 0) this.#checkEnd(chunk, state, made);
			} catch (error) {
				out.count = before;
				chunk.failed = { state, error };
				break;
			}
			ends[state - this.#first] = out.count;
			this.#transitions += out.count - before;
			if (out.count >= siftAt) this.#sift(chunk, state + 1);
		}
		this.#sift(chunk, end);
		chunk.transitions = this.#transitions;
		chunk.taken.set(machine.taken);
		this.#waiting.push(chunk);
		this.#current = undefined;
	}

	/**
	 * Puts the invariants to the test in all of the chunk's states, before any of them is expanded: their code would be
	 * driven out of the processor's caches by that of the steps.
	 */
	#check(chunk: Chunk): void {
		const { machine, store } = this;
		const { first, end } = chunk.claim;
		for (let state = first; state < end && state !== chunk.failed?.state; state++) {
			this.#state = state;
			try {
				machine.load(store.arena, store.at(state));
				const bad = machine.violated();
				if (bad.length > 0) this.#record(chunk, bad, state);
			} catch (error) {
				chunk.failed = { state, error };
				break;
			}
		}
	}

	#sift(chunk: Chunk, next: number): void {
		this.store.sift(this.machine.out, { first: this.#first, ends: this.#ends }, chunk);
		this.#first = next;
	}

	/** May be ended where it stands, and done again. */
	#add(chunk: Chunk): void {
		const { machine, store, control, tally, listener } = this;
		const fits = store.add(chunk);
		for (const finding of chunk.findings) {
			listener.found(finding);
			this.#lengths[this.#indexOf(finding.property)] = finding.length;
		}
		tally.transitions[0] = chunk.transitions;
		tally.taken.set(chunk.taken);
		tally.exercised.set(machine.exercised);
		tally.came.set(machine.came);
		tally.looked.set(machine.looked);
		if (chunk.failed) {
			listener.failed(chunk.failed.state, chunk.failed.error);
			control.finish(FAILED);
		} else if (!fits) control.finish(FULL);
		else control.pass(chunk.claim.end, store.count, this.options.deepest);
	}

	/** Leaves what waits: the search has ended before its turn came. */
	#drop(): false {
		this.#free.push(...this.#waiting.splice(0));
		return false;
	}

	/** Checks the terminal conditions of a state that has only `background` steps, if nothing else ever follows. */
	#checkEnd(chunk: Chunk, state: number, background: number): void {
		const { machine, store } = this;
		if (background > 0 && !this.#endings.isEnd(store.arena, store.at(state))) return;
		machine.load(store.arena, store.at(state));
		this.#record(chunk, machine.violatedAtEnd(), state);
	}

	#record(chunk: Chunk, properties: readonly number[], state: number): void {
		const length = chunk.claim.depth;
		for (let n = 0; n < properties.length; n++) {
			const i = properties[n] as number;
			if ((this.#lengths[i] as number) <= length) continue;
			const property = this.machine.properties[i]?.id ?? "";
			this.#keep(chunk, { property, state, edge: undefined, length, message: undefined });
		}
	}

	#recordFound(chunk: Chunk, state: number): void {
		const length = chunk.claim.depth + 1;
		for (const { property, edge, message } of this.machine.found)
			this.#keep(chunk, { property, state, edge, length, message });
	}

	/** Of the violations of each property only the first of the shortest is kept. */
	#keep({ findings }: Chunk, finding: Finding): void {
		const { property, length } = finding;
		if ((this.#lengths[this.#indexOf(property)] as number) <= length) return;
		const at = findings.findIndex((known) => known.property === property);
		if (at < 0) findings.push(finding);
		else if (length < (findings[at] as Finding).length) findings[at] = finding;
	}

	#indexOf(property: string): number {
		const index = this.#indices.get(property) ?? this.#lengths.push(Number.POSITIVE_INFINITY) - 1;
		this.#indices.set(property, index);
		return index;
	}
}
