import type { Successors } from "../../machine/index.ts";
import type { Sources, StateStore } from "../state-store.ts";
import type { Chunk } from "./chunk.ts";
import { type Add, COUNTS, makeAdd, STORED, type Tables } from "./insert.ts";
import { ints } from "./memory.ts";
import { Parents } from "./parents.ts";
import { makeSieve, type Sieve } from "./sieve.ts";
import { type Enlargement, Table } from "./table.ts";

/** Room at first, in states; then all that there may ever be, for memory that is reserved and not touched is free. */
const FIRST_ROOM = 1 << 17;

/** Places in `counts`: how many states all threads may look at, and how many lines the table has. */
const KNOWN = 1;
const LINES = 2;

/**
 * A store in shared memory, as data that one thread can hand to another. Its buffers, for of a view the other would get
 * the length in bytes modulo 2^32 (`docs/decisions/024-buffers-not-arrays.md`).
 */
export interface SharedStore {
	readonly words: number;
	readonly limit: number;
	readonly arena: SharedArrayBuffer;
	readonly parents: SharedArrayBuffer;
	readonly counts: SharedArrayBuffer;
	readonly entries: SharedArrayBuffer;
}

/**
 * Every distinct state once: packed states in an append-only arena, in breadth-first order (the arena is the
 * frontier), and a table of their indices beside it. States are compared whole.
 *
 * Threads can share one, each by an object of its own. All may sift at any time. Whoever adds must be alone in that,
 * and must have seen what was added before.
 */
export class Store implements StateStore {
	readonly omitted = undefined;
	readonly #sieve: Sieve;
	readonly #add: Add;
	#room: number;
	#tables: Tables;
	/** While the table grows. */
	#enlargement: Enlargement | undefined;

	constructor(
		readonly words: number,
		/** The most states it will hold. */
		readonly limit: number,
		tables?: Tables,
	) {
		this.#sieve = makeSieve(words);
		this.#add = makeAdd(words);
		this.#room = tables ? limit : Math.min(limit, FIRST_ROOM);
		this.#tables = tables ?? newTables(words, this.#room, false);
	}

	/** The store that another thread shares. */
	static join({ words, limit, ...shared }: SharedStore): Store {
		const counts = new Int32Array(shared.counts);
		const table = Table.over(counts[LINES] as number, new Int32Array(shared.entries));
		const parents = new Parents(new Int32Array(shared.parents));
		return new Store(words, limit, { arena: new Int32Array(shared.arena), parents, counts, table });
	}

	/** Makes it one that other threads can join. */
	share(): SharedStore {
		if (!(this.#tables.arena.buffer instanceof SharedArrayBuffer)) this.#move(true);
		const { words, limit } = this;
		const { arena, parents, counts, table } = this.#tables;
		const buffer = (array: Int32Array) => array.buffer as SharedArrayBuffer;
		return {
			words,
			limit,
			arena: buffer(arena),
			parents: buffer(parents.bits),
			counts: buffer(counts),
			entries: buffer(table.entries),
		};
	}

	get count(): number {
		return this.#tables.counts[STORED] as number;
	}

	/** Packed states, `words` words each, by index. */
	get arena(): Int32Array {
		return this.#tables.arena;
	}

	at(index: number): number {
		return index * this.words;
	}

	/** States are told from each other by themselves. */
	ordinal(): undefined {}

	parent(index: number): number {
		return this.#tables.parents.of(index, this.count);
	}

	/** Bytes in use: states, parents and table. */
	get bytes(): number {
		return Math.ceil(this.count * (4 * this.words + 0.25)) + 4 * this.#tables.table.size;
	}

	/** Empties `batch` into `chunk`, but for what is known to be stored or to stand in a chunk of this thread. */
	sift(batch: Successors, { first, ends }: Sources, chunk: Chunk): void {
		// Within one chunk the table stays the same.
		if (chunk.count === 0) this.#refresh();
		const { words, hashes, count } = batch;
		chunk.table = this.#tables.table;
		chunk.reserve(count);
		const known = Atomics.load(this.#tables.counts, KNOWN);
		this.#sieve.sift(this.#tables, { words, hashes, count, first, ends }, known, chunk);
		batch.count = 0;
	}

	/** To be called when a chunk is begun anew: what stood in it is not going to be stored. */
	forget(): void {
		this.#sieve.forget();
	}

	/**
	 * Adds what is new in a chunk. False when a state did not fit; then it holds as many as it ever will. If it is ended
	 * where it stands, it is to be called again.
	 */
	add(chunk: Chunk): boolean {
		this.#refresh();
		if (this.count + chunk.count > this.#room && this.#room < this.limit) this.#move(false);
		while (this.#enlargement || this.#tables.table.room < Math.min(this.limit, this.count + chunk.count)) this.#grow();
		const fits = this.#add(this.#tables, chunk, this.#room);
		Atomics.store(this.#tables.counts, KNOWN, this.count);
		return fits;
	}

	/** Moves to memory for all states that there may be. */
	#move(shared: boolean): void {
		if (this.#enlargement) this.#grow();
		const { words, limit } = this;
		const { arena, parents, counts, table } = this.#tables;
		const larger = newTables(words, limit, shared);
		// What is copied is touched: no more than what is in use.
		larger.arena.set(arena.subarray(0, this.count * words));
		larger.parents.bits.set(parents.bits.subarray(0, (2 * this.count + 32) >>> 5));
		larger.counts.set(counts);
		this.#tables = { ...larger, table: table.movedTo(larger.table) };
		this.#room = limit;
	}

	/** May be ended where it stands, and done again. */
	#grow(): void {
		const { arena, counts, table } = this.#tables;
		this.#enlargement ??= table.enlarge();
		const larger = this.#enlargement.run(arena, this.words);
		Atomics.store(counts, LINES, larger.lines);
		this.#tables = { ...this.#tables, table: larger };
		this.#enlargement = undefined;
	}

	/** Turns to the table as it is since another thread has made it larger. */
	#refresh(): void {
		const { counts, table } = this.#tables;
		const lines = Atomics.load(counts, LINES);
		if (lines !== table.lines) this.#tables = { ...this.#tables, table: new Table(lines, table.entries) };
	}
}

function newTables(words: number, states: number, shared: boolean): Tables {
	const table = Table.of(states, shared);
	const counts = ints(COUNTS, shared);
	counts[LINES] = table.lines;
	return { arena: ints(states * words, shared), parents: Parents.of(states, shared), table, counts };
}
