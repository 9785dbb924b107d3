/** Places: the next scenario; whether Ctrl-C was pressed; and from the last on, one for each thread: what it is doing. */
const NEXT = 0;
const INTERRUPTED = 1;
const DOING = 2;

/** Which scenario of a run is begun next, in memory that threads share: each is begun by one of them, in order. */
export class Queue {
	constructor(
		readonly total: number,
		readonly words: Int32Array,
	) {}

	static of(total: number, workers: number): Queue {
		return new Queue(total, new Int32Array(new SharedArrayBuffer(4 * (DOING + workers))));
	}

	/** The number of the next scenario, which thread number `thread` is to do. The main thread is number 0. */
	take(thread = 0): number | undefined {
		const next = Atomics.add(this.words, NEXT, 1);
		if (next >= this.total) return undefined;
		Atomics.store(this.words, DOING + thread, next + 1);
		return next;
	}

	/** To be said by a thread that is done with what it took. */
	done(thread = 0): void {
		Atomics.store(this.words, DOING + thread, 0);
	}

	/** What a thread has taken and is not done with. */
	takenBy(thread: number): number | undefined {
		const taken = Atomics.load(this.words, DOING + thread);
		return taken === 0 ? undefined : taken - 1;
	}

	get isEmpty(): boolean {
		return Atomics.load(this.words, NEXT) >= this.total;
	}

	/** Whether some thread has nothing left to do. */
	get hasIdle(): boolean {
		return this.isEmpty && this.words.subarray(DOING).includes(0);
	}

	/** Whether some thread is at work. */
	get isBusy(): boolean {
		return this.words.subarray(DOING).some((taken) => taken !== 0);
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
