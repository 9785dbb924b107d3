import { hashWords, type Successors } from "../machine/index.ts";

const FIRST_TABLE = 1 << 14;
/** Probes are issued in runs of this many, so that their cache misses overlap. */
const RUN = 64;

/**
 * Every distinct state once: packed states in an append-only arena, in breadth-first order (the arena is the
 * frontier), and an open-addressing table of their indices beside it. States are compared whole.
 */
export class Store {
	#arena: Int32Array;
	#parents: Int32Array;
	#table = new Int32Array(FIRST_TABLE);
	#mask = FIRST_TABLE - 1;
	#count = 0;
	readonly #slots = new Int32Array(RUN);
	readonly #heads = new Int32Array(RUN);

	constructor(
		readonly words: number,
		/** The most states it will hold. */
		readonly limit: number,
	) {
		// Reserved whole and touched lazily: growing would copy.
		const room = Math.min(limit, Math.floor((2 ** 32 - 1) / words));
		this.#arena = new Int32Array(room * words);
		this.#parents = new Int32Array(room);
	}

	get count(): number {
		return this.#count;
	}

	/** Packed states, `words` words each, by index. */
	get arena(): Int32Array {
		return this.#arena;
	}

	/** Index of the state from which state `index` was first reached; -1 for an initial state. */
	parent(index: number): number {
		return this.#parents[index] as number;
	}

	/** Bytes in use: states, parents and table. */
	get bytes(): number {
		return this.#count * (4 * this.words + 4) + this.#table.byteLength;
	}

	get full(): boolean {
		return this.#count >= this.#parents.length;
	}

	/** Adds those of `batch` that are new; `parents` holds where each came from. False when there is no more room. */
	insert(batch: Successors, parents: Int32Array): boolean {
		if (this.#count + batch.count > this.#parents.length) return this.#insertSome(batch, parents);
		// At most 3/4 full, also after this batch.
		while ((this.#count + batch.count) * 4 > this.#table.length * 3) this.#grow();
		for (let from = 0; from < batch.count; from += RUN)
			this.#run(batch, parents, from, Math.min(from + RUN, batch.count));
		batch.count = 0;
		return true;
	}

	#run(batch: Successors, parents: Int32Array, from: number, to: number): void {
		const { words: n } = this;
		const { words, hashes } = batch;
		const table = this.#table;
		const mask = this.#mask;
		const arena = this.#arena;
		const slots = this.#slots;
		const heads = this.#heads;
		const count = to - from;
		let count_ = this.#count;
		// First pass: load every table slot. Second: touch the states they name. Third: decide.
		for (let i = 0; i < count; i++) slots[i] = table[(hashes[from + i] as number) & mask] as number;
		for (let i = 0; i < count; i++) {
			const entry = slots[i] as number;
			heads[i] = entry === 0 ? 0 : (arena[(entry - 1) * n] as number);
		}
		next: for (let i = 0; i < count; i++) {
			const at = (from + i) * n;
			let slot = (hashes[from + i] as number) & mask;
			let entry = table[slot] as number;
			while (entry !== 0) {
				const p = (entry - 1) * n;
				let w = 0;
				while (w < n && arena[p + w] === words[at + w]) w++;
				if (w === n) continue next;
				slot = (slot + 1) & mask;
				entry = table[slot] as number;
			}
			const p = count_ * n;
			for (let w = 0; w < n; w++) arena[p + w] = words[at + w] as number;
			this.#parents[count_] = parents[from + i] as number;
			table[slot] = ++count_;
		}
		this.#count = count_;
	}

	/** The last room: one state at a time, until full. */
	#insertSome(batch: Successors, parents: Int32Array): boolean {
		const one = { words: batch.words, hashes: batch.hashes, count: 0 };
		for (let i = 0; i < batch.count && !this.full; i++) {
			one.count = 1;
			one.words = batch.words.subarray(i * this.words);
			one.hashes = batch.hashes.subarray(i);
			this.insert(one, parents.subarray(i));
		}
		batch.count = 0;
		return !this.full;
	}

	#grow(): void {
		const size = this.#table.length * 4;
		const table = new Int32Array(size);
		this.#mask = size - 1;
		for (let i = 0; i < this.#count; i++) {
			let slot = hashWords(this.#arena, i * this.words, this.words) & this.#mask;
			while (table[slot] !== 0) slot = (slot + 1) & this.#mask;
			table[slot] = i + 1;
		}
		this.#table = table;
	}
}
