import type { Successors } from "../../machine/index.ts";
import type { Sources, StateStore } from "../state-store.ts";
import { type Chunk, EXTRA } from "./chunk.ts";
import { Origins } from "./origins.ts";
import { Queue } from "./queue.ts";
import { Recent } from "./recent.ts";
import type { Seen } from "./seen.ts";

/** Places in a chunk's row, behind the state. */
const PARENT = 1;
const ORDINAL = 2;

/**
 * Keeps states only until they are expanded, and besides what tells new ones from those met before. Afterwards a state
 * is found again by where it came from.
 */
export class PassingStore implements StateStore {
	#count = 0;
	readonly #queue: Queue;
	readonly #origins: Origins;
	readonly #recent: Recent;

	constructor(
		readonly words: number,
		readonly limits: { readonly states: number; readonly memory: number },
		readonly seen: Seen,
		/** The most successors that a state can have. */
		fanout: number,
	) {
		this.#queue = new Queue(words);
		this.#origins = new Origins(limits.states, fanout);
		this.#recent = new Recent(words);
	}

	get count(): number {
		return this.#count;
	}

	get bytes(): number {
		return this.seen.bytes + this.#queue.bytes + this.#origins.bytes(this.#count);
	}

	get arena(): Int32Array {
		return this.#queue.states;
	}

	at(index: number): number {
		return this.#queue.at(index);
	}

	parent(index: number): number {
		return this.#origins.parents.of(index, this.#count);
	}

	ordinal(index: number): number {
		return this.#origins.ordinal(index);
	}

	get omitted(): number | undefined {
		return this.seen.omitted;
	}

	sift(batch: Successors, { first, ends }: Sources, chunk: Chunk): void {
		const { words } = this;
		const length = words + EXTRA;
		const recent = this.#recent;
		chunk.reserve(batch.count);
		let parent = 0;
		let before = 0;
		for (let i = 0; i < batch.count; i++) {
			const from = i * words;
			if (recent.met(batch.words, from, batch.hashes[i] as number)) continue;
			while ((ends[parent] as number) <= i) before = ends[parent++] as number;
			const to = chunk.count * length;
			for (let w = 0; w < words; w++) chunk.rows[to + w] = batch.words[from + w] as number;
			chunk.rows[to + words + PARENT] = first + parent;
			chunk.rows[to + words + ORDINAL] = i - before;
			chunk.count++;
		}
		batch.count = 0;
	}

	forget(): void {
		this.#recent.clear();
	}

	add(chunk: Chunk): boolean {
		this.#queue.reserve(chunk.claim.first, this.#count, this.#count + chunk.count);
		this.seen.look(chunk.rows, this.words + EXTRA, chunk.count);
		return this.#addNew(chunk) && this.bytes <= this.limits.memory && !this.seen.full;
	}

	#addNew(chunk: Chunk): boolean {
		const { seen, words } = this;
		const { ordinals, bits, perWord, parents } = this.#origins;
		const queue = this.#queue;
		const row = parents.bits;
		const { rows, count } = chunk;
		for (let i = 0; i < count; i++) {
			const index = this.#count;
			const from = i * (words + EXTRA);
			const to = queue.at(index);
			for (let w = 0; w < words; w++) queue.states[to + w] = rows[from + w] as number;
			const bit = (rows[from + words + PARENT] as number) + 1 + index;
			const word = Math.floor(index / perWord);
			const ordinal = (rows[from + words + ORDINAL] as number) << (bits * (index % perWord));
			if (!seen.add(i)) continue;
			// From here on there is no loop and no call, in which work could be ended with a state met and not stored.
			if (index === this.limits.states) return false;
			row[bit >>> 5] = (row[bit >>> 5] as number) | (1 << (bit & 31));
			ordinals[word] = (ordinals[word] as number) | ordinal;
			this.#count = index + 1;
		}
		return true;
	}
}
