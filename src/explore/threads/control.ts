import { ints } from "../store/memory.ts";

/** Places: the next state that is not claimed; the first that is not added; the end of the level, and its depth; the
 * size of its chunks; how it ended; and a count of all that others may be waiting for. */
const NEXT = 0;
const TURN = 1;
const END = 2;
const DEPTH = 3;
const SIZE = 4;
const STATUS = 5;
const EVENTS = 6;
/** From here on, the ends of the last levels: that of level `d` at `d` modulo `LEVELS`. */
const ENDS = 7;
const LEVELS = 17;
const PLACES = ENDS + LEVELS;

/** In `NEXT`: no more states are to be claimed. */
const CLOSED = 1 << 31;

/** Whether a search goes on, and else why it ended: all was seen, a limit was met, or an error. */
export const RUNNING = 0;
export const COMPLETE = 1;
export const FULL = 2;
export const DEEP = 3;
export const FAILED = 4;

/** A level is divided into so many chunks, but for their largest size in states, and their least. */
const CHUNKS = 32;
const MOST = 512;
export const LEAST = 64;

/** So often is it asked whether something has happened, before a thread goes to sleep. */
const SPINS = 2000;

/** The states from `first` up to `end`, and the depth of their level. */
export interface Claim {
	readonly first: number;
	readonly end: number;
	readonly depth: number;
}

/**
 * How far a search is, in words that its threads may share. The states of a level are claimed in chunks, in order, and
 * what came of a chunk is added when the turn has come to it: in the same order.
 */
export class Control {
	constructor(
		public words = ints(PLACES, false),
		/** The least size of a chunk. */
		readonly least: number,
	) {}

	/** Moves it to memory that other threads can share. */
	share(): Int32Array {
		if (this.words.buffer instanceof SharedArrayBuffer) return this.words;
		const shared = ints(PLACES, true);
		shared.set(this.words);
		this.words = shared;
		return shared;
	}

	/** Begins with a level of `count` states. */
	begin(count: number): void {
		this.#level(count, 0);
	}

	/** Takes the next states to expand, if there are any as yet. */
	claim(): Claim | undefined {
		const { words } = this;
		for (;;) {
			const first = Atomics.load(words, NEXT);
			const last = Atomics.load(words, END);
			if (first < 0 || first >= last) return undefined;
			// These two were written before the end, and stay while a state of the level is not claimed.
			const end = Math.min(first + Atomics.load(words, SIZE), last);
			const depth = Atomics.load(words, DEPTH);
			if (Atomics.compareExchange(words, NEXT, first, end) === first) return { first, end, depth };
		}
	}

	/** Lets no more states be claimed. */
	close(): void {
		Atomics.or(this.words, NEXT, CLOSED);
		this.signal();
	}

	/** The first state of the chunk whose turn it is. */
	get turn(): number {
		return Atomics.load(this.words, TURN);
	}

	/** Passes the turn on: all up to state `end` are expanded, and `stored` are known. */
	pass(end: number, stored: number, deepest: number): void {
		const { words } = this;
		let status = RUNNING;
		if (end === Atomics.load(words, END)) {
			const depth = Atomics.load(words, DEPTH);
			if (stored === end) status = COMPLETE;
			else if (depth === deepest) status = DEEP;
			else this.#level(stored, depth + 1);
		}
		// These two together: between them there is no loop and no call in which work could be ended.
		Atomics.store(words, TURN, end);
		Atomics.store(words, STATUS, status);
		this.signal();
	}

	/** How many states there were up to the end of each of the last levels. */
	get ends(): number[] {
		const { depth } = this;
		const levels = Math.min(LEVELS, depth + 1);
		return Array.from({ length: levels }, (_, i) => this.words[ENDS + ((depth - levels + 1 + i) % LEVELS)] as number);
	}

	/** Ends the search; to be done by whoever has the turn. */
	finish(status: number): void {
		Atomics.store(this.words, STATUS, status);
		this.signal();
	}

	get status(): number {
		return Atomics.load(this.words, STATUS);
	}

	get depth(): number {
		return Atomics.load(this.words, DEPTH);
	}

	/** Whether nothing will be added any more. */
	get over(): boolean {
		return this.status !== RUNNING || Atomics.load(this.words, NEXT) === (this.turn | CLOSED);
	}

	/** Changes whenever something happens. */
	get events(): number {
		return Atomics.load(this.words, EVENTS);
	}

	signal(): void {
		Atomics.add(this.words, EVENTS, 1);
		Atomics.notify(this.words, EVENTS);
	}

	/** Waits for so many milliseconds, or until `events` has changed from what it was `before`. */
	wait(before: number, milliseconds: number): void {
		for (let i = 0; i < SPINS; i++) if (this.events !== before) return;
		Atomics.wait(this.words, EVENTS, before, milliseconds);
	}

	#level(end: number, depth: number): void {
		const { words } = this;
		const states = end - Atomics.load(words, END);
		Atomics.store(words, SIZE, Math.min(MOST, Math.max(this.least, Math.ceil(states / CHUNKS))));
		Atomics.store(words, DEPTH, depth);
		Atomics.store(words, ENDS + (depth % LEVELS), end);
		Atomics.store(words, END, end);
	}
}
