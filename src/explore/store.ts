import type { Successors } from "../machine/index.ts";
import type { Bus } from "./bus.ts";
import type { Chunk } from "./chunk.ts";
import { type Add, COUNTS, makeAdd, makeSieve, type Sieve, STORED, type Tables } from "./insert.ts";
import { ints } from "./memory.ts";
import { Parents } from "./parents.ts";
import { Table } from "./table.ts";

/** Room at first, in states; then all that there may ever be, for memory that is reserved and not touched is free. */
const FIRST_ROOM = 1 << 17;

/** Places in `counts`: how many states all threads may look at, the number of the table, and numbers given so far. */
const KNOWN = 1;
const TABLE = 2;
const NUMBERS = 3;

/** Where successors came from: up to `ends[k]` of them are those of states up to `first + k`. */
export interface Sources {
	readonly first: number;
	readonly ends: Int32Array;
}

/** A store in shared memory, as data that one thread can hand to another. */
export interface SharedStore {
	readonly words: number;
	readonly limit: number;
	readonly arena: Int32Array;
	readonly parents: Int32Array;
	readonly counts: Int32Array;
	readonly table: { readonly number: number; readonly lines: number; readonly entries: Int32Array };
}

/**
 * Every distinct state once: packed states in an append-only arena, in breadth-first order (the arena is the
 * frontier), and a table of their indices beside it. States are compared whole.
 *
 * Threads can share one, each by an object of its own. All may sift at any time. Whoever adds must be alone in that,
 * and must have seen what was added before.
 */
export class Store {
	readonly #sieve: Sieve;
	readonly #add: Add;
	#room: number;
	#tables: Tables;
	/** The number of the table in `#tables`; 0 while nothing is shared. */
	#number = 0;
	#bus: Bus | undefined;

	constructor(
		readonly words: number,
		/** The most states it will hold. */
		readonly limit: number,
		tables?: Tables,
	) {
		this.#sieve = makeSieve(words);
		this.#add = makeAdd(words);
		this.#room = tables ? limit : Math.min(limit, FIRST_ROOM);
		this.#tables = tables ?? {
			arena: ints(this.#room * words, false),
			parents: Parents.of(this.#room, false),
			table: new Table(),
			counts: ints(COUNTS, false),
		};
	}

	/** The store that another thread shares; `bus` brings news of it. */
	static join({ words, limit, arena, parents, counts, table }: SharedStore, bus: Bus): Store {
		const { number, lines, entries } = table;
		const tables = { arena, parents: new Parents(parents), counts, table: new Table(lines, true, entries) };
		const store = new Store(words, limit, tables);
		store.#bus = bus;
		store.#number = number;
		return store;
	}

	/** Makes it one that other threads can join; `bus` takes news of it to them. */
	share(bus: Bus): SharedStore {
		if (this.#bus) this.#refresh();
		else {
			this.#bus = bus;
			this.#move(true);
		}
		const { words, limit } = this;
		const { arena, parents, counts, table } = this.#tables;
		const { lines, entries } = table;
		return { words, limit, arena, parents: parents.bits, counts, table: { number: this.#number, lines, entries } };
	}

	get count(): number {
		return this.#tables.counts[STORED] as number;
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
		while (this.count + chunk.count > this.#tables.table.room) this.#grow();
		const fits = this.#add(this.#tables, chunk, this.#room);
		Atomics.store(this.#tables.counts, KNOWN, this.count);
		return fits;
	}

	/** Moves to memory for all states that there may be. */
	#move(shared: boolean): void {
		const { words, limit } = this;
		const { arena, parents, counts, table } = this.#tables;
		const moved = {
			arena: ints(limit * words, shared),
			parents: Parents.of(limit, shared),
			counts: ints(COUNTS, shared),
			table: shared ? table.share() : table,
		};
		// What is copied is touched: no more than what is in use.
		moved.arena.set(arena.subarray(0, this.count * words));
		moved.parents.bits.set(parents.bits.subarray(0, (2 * this.count + 32) >>> 5));
		moved.counts.set(counts);
		this.#tables = moved;
		this.#room = limit;
	}

	#grow(): void {
		const { arena, counts, table } = this.#tables;
		const larger = table.grown(arena, this.words);
		const number = Atomics.add(counts, NUMBERS, 1) + 1;
		const { lines, entries } = larger;
		this.#bus?.send({ table: { number, lines, entries } });
		this.#tables = { ...this.#tables, table: larger };
		this.#number = number;
		Atomics.store(counts, TABLE, number);
	}

	/** Turns to the table that another thread may have put in place of the last one. */
	#refresh(): void {
		const number = Atomics.load(this.#tables.counts, TABLE);
		if (number === this.#number || !this.#bus) return;
		const { lines, entries } = this.#bus.table(number);
		this.#tables = { ...this.#tables, table: new Table(lines, true, entries) };
		this.#number = number;
	}
}
