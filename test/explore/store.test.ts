// The store against a plain Set of strings.
import { expect, test } from "vitest";
import { within } from "../../src/explore/confine.ts";
import type { Sources } from "../../src/explore/state-store.ts";
import { Chunk } from "../../src/explore/store/chunk.ts";
import { storeFor } from "../../src/explore/store/make-store.ts";
import { Store } from "../../src/explore/store/store.ts";
import { Enlargement, HASH_BITS, Table } from "../../src/explore/store/table.ts";
import { hashWords, type Machine, type Successors } from "../../src/machine/index.ts";

/** Successors as a machine hands them over; each comes from the state of number `parents[i]`. */
function batch(states: readonly (readonly number[])[]): Successors {
	const words = Int32Array.from(states.flat());
	const n = states[0]?.length ?? 1;
	const hashes = Int32Array.from(states, (_, i) => hashWords(words, i * n, n));
	return { words, hashes, edges: new Int32Array(states.length), count: states.length };
}

/** Adds a batch as one chunk. False when one of it did not fit. */
function insert(store: Store, out: Successors, sources: Sources): boolean {
	const chunk = new Chunk(store.words, 0);
	store.sift(out, sources, chunk);
	return store.add(chunk);
}

/** Inserts `states` in batches of `size`, all as successors of the state stored last, and returns what is stored then. */
function insertAll(store: Store, states: readonly (readonly number[])[], size: number): string[] {
	for (let i = 0; i < states.length; i += size) {
		const some = states.slice(i, i + size);
		insert(store, batch(some), { first: store.count - 1, ends: Int32Array.of(some.length) });
	}
	return contents(store);
}

function contents(store: Store): string[] {
	const { words, arena } = store;
	return Array.from({ length: store.count }, (_, i) => arena.slice(i * words, (i + 1) * words).join());
}

test.each([1, 2, 5])("a state of %i zeros, not the first, is no state met before", (words) => {
	const zeros = Array.from({ length: words }, () => 0);
	const ones = zeros.map(() => 1);
	expect(insertAll(new Store(words, 10), [ones, zeros, ones, zeros], 1)).toEqual([ones.join(), zeros.join()]);
});

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
	for (let x = seed; ; ) {
		x = (Math.imul(x, 1664525) + 1013904223) | 0;
		yield Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
	}
}

test("stores each state once, in the order of arrival", () => {
	const store = new Store(2, 100);
	const states = ["0,0", "1,0", "0,1", "1,0", "0,0", "-1,7", "0,1"].map((words) => words.split(",").map(Number));
	expect(insertAll(store, states, 3)).toEqual(["0,0", "1,0", "0,1", "-1,7"]);
});

test("finds duplicates within a batch", () => {
	const store = new Store(1, 100);
	expect(insertAll(store, [[0], [0], [5], [0], [5], [5]], 6)).toEqual(["0", "5"]);
});

test.each([1, 3, 4, 8])("many states of %i words, whatever the size of the batches", (words) => {
	const random = numbers(words);
	// Few values a word, so that many states are met again.
	const values = Math.ceil(160_000 ** (1 / words));
	const state = () => Array.from({ length: words }, () => (random.next().value >>> 8) % values);
	const states = Array.from({ length: 120_000 }, state);
	const expected = [...new Set(states.map((s) => s.join()))];
	expect(expected.length).toBeGreaterThan(40_000);
	for (const size of [1, 255, 1024]) {
		const store = new Store(words, 1_000_000);
		// Not toEqual: that would take its time over so many strings.
		expect(insertAll(store, states, size).join(" ") === expected.join(" ")).toBe(true);
	}
});

test("states of which no hash bit that the table knows differs are told apart", () => {
	const first = new Map<number, number>();
	const alike: number[][] = [];
	for (let i = 0; i < 60_000; i++) {
		const known = hashWords(Int32Array.of(i), 0, 1) >>> (32 - HASH_BITS);
		const other = first.get(known);
		if (other === undefined) first.set(known, i);
		else alike.push([other], [i]);
	}
	expect(alike.length).toBeGreaterThan(20);
	expect(insertAll(new Store(1, 1000), [...alike, ...alike], 2)).toEqual([...new Set(alike.map(String))]);
});

/** So many states of one word whose hashes begin with these bits. */
function crowdOf(count: number, bits: number, start: number): number[][] {
	const crowd: number[][] = [];
	for (let i = 0; crowd.length < count; i++)
		if (hashWords(Int32Array.of(i), 0, 1) >>> (32 - bits) === start) crowd.push([i]);
	return crowd;
}

test.each([
	["the first line", 10, 0],
	["the last line", 10, 1023],
	["what is the last line after the first growth", 12, 4095],
])("more states than a line holds, all of %s", (_, bits, start) => {
	const crowd = crowdOf(40, bits, start);
	const random = numbers(7);
	const others = Array.from({ length: 200_000 }, () => [random.next().value]);
	const expected = [...new Set([...crowd, ...others, ...crowd].map(String))];
	const store = new Store(1, 1_000_000);
	expect(insertAll(store, [...crowd, ...others, ...crowd], 100).join() === expected.join()).toBe(true);
});

test.each(Array.from({ length: 66 }, (_, i) => 5 * i))(
	"a table whose growth was ended where it stood, from access %s, holds each state once",
	(first) => {
		const store = new Store(1, 100_000);
		const others = Array.from({ length: 5_000 }, (_, i) => [1_000_000 + i]);
		insertAll(store, [...others, ...crowdOf(40, 10, 500)], 100);
		const { arena, entries } = store.share();
		let asked = -first;
		/** Is ended at every 331st access: what is done together takes fewer, and so comes to its end the second time. */
		const ended = (array: Int32Array) => {
			const reached = () => {
				if (++asked % 331 === 0) throw new Error("ended");
			};
			return new Proxy(array, {
				get: (target, key) => {
					reached();
					return target[key as never];
				},
				set: (target, key, value) => {
					reached();
					target[key as never] = value as never;
					return true;
				},
			});
		};
		const from = Table.over(1024, new Int32Array(entries));
		const { to } = from.enlarge();
		const growth = new Enlargement(from, new Table(to.lines, ended(to.entries)));
		let times = 0;
		for (let grown: Table | undefined; !grown; )
			try {
				grown = growth.run(ended(new Int32Array(arena)), 1);
			} catch (error) {
				expect(error).toEqual(new Error("ended"));
				times++;
			}
		expect(times).toBeGreaterThan(10);
		const numbersIn = [...to.entries].filter((entry) => entry !== 0).map((entry) => entry & (2 ** to.shift - 1));
		expect(numbersIn.sort((a, b) => a - b)).toEqual(Array.from({ length: store.count }, (_, i) => i + 1));
	},
);

test("what is stored already is not put into a chunk again", () => {
	const store = new Store(1, 100);
	const states = [[1], [2], [3]];
	insertAll(store, states, 3);
	store.forget();
	const chunk = new Chunk(1, 0);
	store.sift(batch([...states, [4]]), { first: 2, ends: Int32Array.of(4) }, chunk);
	expect(chunk.count).toBe(1);
});

test("more states at once than the first table has room for", () => {
	const states = Array.from({ length: 20_000 }, (_, i) => [i]);
	const store = new Store(1, 1_000_000);
	// A table without a free place would be looked through for ever.
	within(20_000, () => insertAll(store, states, states.length));
	expect(store.count).toBe(states.length);
	expect(insertAll(store, states, 1_000).length).toBe(states.length);
});

test("holds no more than its limit, and says when one did not fit", () => {
	for (const size of [1, 2, 64]) {
		const store = new Store(1, 5);
		const states = Array.from({ length: 9 }, (_, i) => [i % 7]);
		insertAll(store, states, size);
		expect(contents(store)).toEqual(["0", "1", "2", "3", "4"]);
	}
	const store = new Store(1, 3);
	const from = { first: 0, ends: Int32Array.of(3) };
	expect(insert(store, batch([[1], [2], [3]]), { ...from, first: -1 })).toBe(true);
	expect(insert(store, batch([[3], [2], [1]]), from)).toBe(true);
	expect(insert(store, batch([[3], [4], [1]]), from)).toBe(false);
	expect(store.count).toBe(3);
});

test("sifting that was ended where it stood loses nothing when it is done again", () => {
	const store = new Store(1, 100);
	const states = [[1], [2], [3], [1]];
	const ended = {
		get 0(): number {
			throw new Error("ended");
		},
	} as unknown as Int32Array;
	expect(() => insert(store, batch(states), { first: -1, ends: ended })).toThrow("ended");
	store.forget();
	expect(insertAll(store, states, 4)).toEqual(["1", "2", "3"]);
});

test("knows the parent of each state, across the first growth of the arena", () => {
	const random = numbers(11);
	const store = new Store(1, 600_000);
	insert(store, batch([[0]]), { first: -1, ends: Int32Array.of(1) });
	const parents = [-1];
	// State `first + k` has up to 7 successors, of which half are new.
	for (let first = 0; store.count < 500_000; ) {
		const states: number[][] = [];
		const ends: number[] = [];
		let next = store.count;
		for (let k = 0; k < Math.min(50, store.count - first); k++) {
			const children = first + k === 0 ? 7 : (random.next().value >>> 20) % 8;
			for (let i = 0; i < children; i++) {
				const isNew = i % 2 === 0;
				states.push([isNew ? next++ : (random.next().value >>> 1) % next]);
				if (isNew) parents.push(first + k);
			}
			ends.push(states.length);
		}
		if (states.length > 0) insert(store, batch(states), { first, ends: Int32Array.from(ends) });
		first += ends.length;
	}
	expect(store.count).toBe(parents.length);
	let wrong = 0;
	for (let i = 0; i < store.count; i += i < 1000 ? 1 : 97) if (store.parent(i) !== parents[i]) wrong++;
	expect(wrong).toBe(0);
	expect(store.parent(store.count - 1)).toBe(parents.at(-1));
});

test("takes few bytes a state beside its words, table and parents included", () => {
	const random = numbers(3);
	const store = new Store(4, 5_000_000);
	const words = new Int32Array(4096);
	const hashes = new Int32Array(1024);
	const out = { words, hashes, edges: new Int32Array(1024), count: 0 };
	while (store.count < 1_500_000) {
		for (let w = 0; w < words.length; w++) words[w] = random.next().value;
		for (let i = 0; i < 1024; i++) hashes[i] = hashWords(words, i * 4, 4);
		out.count = 1024;
		insert(store, out, { first: store.count - 1, ends: Int32Array.of(1024) });
	}
	expect(store.bytes / store.count).toBeLessThan(4 * 4 + 12);
	expect(store.bytes / store.count).toBeGreaterThan(4 * 4 + 4);
});

test("however much memory there is, every word of the arena has an index of 31 bits", () => {
	const machine = { words: 16, fanout: 1 } as Machine;
	const limits = { states: 2 ** 40, time: 1, memory: 2 ** 40, depth: 1 };
	expect(storeFor(machine, limits)).toMatchObject({ limit: 2 ** 27 });
});

test("one of 4 GiB and more loses nothing that another thread adds", () => {
	for (const words of [4, 5]) {
		const store = new Store(words, 2 ** 28);
		const other = Store.join(structuredClone(store.share()));
		const states = Array.from({ length: 5 }, (_, i) => Array.from({ length: words }, () => i));
		insertAll(other, [...states, ...states], 1);
		expect(contents(store)).toEqual(states.map(String));
		expect(other.arena.length).toBe(store.arena.length);
	}
});
