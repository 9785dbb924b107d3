/**
 * Places: the next scenario; whether Ctrl-C was pressed; one for each scenario: who took it; and one for each thread:
 * whether it is at work.
 */
const NEXT = 0;
const INTERRUPTED = 1;
const TAKEN = 2;

/** Which scenario of a run is begun next, in memory that threads share: each is begun by one of them, in order. */
export class Queue {
	/** By thread. */
	readonly #working: Int32Array;

	constructor(
		readonly total: number,
		readonly words: Int32Array,
	) {
		this.#working = words.subarray(TAKEN + total);
	}

	static of(total: number, workers: number): Queue {
		return new Queue(total, new Int32Array(new SharedArrayBuffer(4 * (TAKEN + total + workers))));
	}

	/** The number of the next scenario, which thread number `thread` is to do. The main thread is number 0. */
	take(thread = 0): number | undefined {
		const next = Atomics.add(this.words, NEXT, 1);
		if (next >= this.total) return undefined;
		Atomics.store(this.words, TAKEN + next, thread + 1);
		Atomics.store(this.#working, thread, 1);
		return next;
	}

	/** To be said by a thread that is done with what it took. */
	done(thread = 0): void {
		Atomics.store(this.#working, thread, 0);
	}

	/** All that a thread has ever taken. */
	takenBy(thread: number): number[] {
		const by = this.words.subarray(TAKEN, TAKEN + this.total);
		return [...by.keys()].filter((i) => by[i] === thread + 1);
	}

	/** What threads are at work on. */
	get open(): number[] {
		return [...this.#working.keys()].flatMap((thread) =>
			this.#working[thread] === 1 ? this.takenBy(thread).slice(-1) : [],
		);
	}

	get isEmpty(): boolean {
		return Atomics.load(this.words, NEXT) >= this.total;
	}

	/** Whether some thread has nothing left to do. */
	get hasIdle(): boolean {
		return this.isEmpty && this.#working.includes(0);
	}

	/** Whether some thread is at work. */
	get isBusy(): boolean {
		return this.#working.includes(1);
	}

	/** Lets no more be begun; returns how many were. */
	close(): number {
		return Math.min(Atomics.exchange(this.words, NEXT, this.total), this.total);
	}

	/** Asks for what was begun to end as it is. */
	interrupt(): void {
		Atomics.store(this.words, INTERRUPTED, 1);
	}

	get interrupted(): boolean {
		return Atomics.load(this.words, INTERRUPTED) === 1;
	}
}
