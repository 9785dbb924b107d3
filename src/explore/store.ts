import type { Successors } from "../machine/index.ts";
import { type Insert, makeInsert, type Tables } from "./insert.ts";
import { Parents } from "./parents.ts";
import { Table } from "./table.ts";

/** Room at first, in states; then all that there may ever be, for memory that is reserved and not touched is free. */
const FIRST_ROOM = 1 << 17;

/** Where successors came from: up to `ends[k]` of them are those of states up to `first + k`. */
export interface Sources {
	readonly first: number;
	readonly ends: Int32Array;
}

/**
 * Every distinct state once: packed states in an append-only arena, in breadth-first order (the arena is the
 * frontier), and a table of their indices beside it. States are compared whole.
 */
export class Store {
	#tables: Tables;
	#room: number;
	readonly #insert: Insert;

	constructor(
		readonly words: number,
		/** The most states it will hold. */
		readonly limit: number,
	) {
		this.#insert = makeInsert(words);
		this.#room = Math.min(limit, FIRST_ROOM);
		this.#tables = {
			arena: new Int32Array(this.#room * words),
			parents: new Parents(this.#room),
			table: new Table(),
			stored: new Int32Array(1),
		};
	}

	get count(): number {
		return this.#tables.stored[0] as number;
	}

	/** Packed states, `words` words each, by index. */
	get arena(): Int32Array {
		return this.#tables.arena;
	}

	/** Index of the state from which state `index` was first reached; -1 for an initial state. */
	parent(index: number): number {
		return this.#tables.parents.of(index, this.count);
	}

	/** Bytes in use: states, parents and table. */
	get bytes(): number {
		return Math.ceil(this.count * (4 * this.words + 0.25)) + this.#tables.table.entries.byteLength;
	}

	/** Adds those of `batch` that are new. False when one did not fit; then it holds as many as it ever will. */
	insert(batch: Successors, { first, ends }: Sources): boolean {
		const { words, hashes, count } = batch;
		if (this.count + count > this.#room && this.#room < this.limit) this.#reserve();
		while (this.count + count > this.#tables.table.room) {
			const { arena, table } = this.#tables;
			this.#tables = { ...this.#tables, table: table.grown(arena, this.words) };
		}
		const fits = this.#insert(this.#tables, { words, hashes, count, first, ends }, this.#room);
		batch.count = 0;
		return fits;
	}

	#reserve(): void {
		const { arena, parents } = this.#tables;
		const larger = new Int32Array(this.limit * this.words);
		larger.set(arena);
		this.#tables = { ...this.#tables, arena: larger, parents: new Parents(this.limit, parents) };
		this.#room = this.limit;
	}
}
