import { hashWords } from "../../machine/index.ts";
import { type Chunk, EXTRA } from "./chunk.ts";
import { LINE } from "./growth.ts";
import type { Parents } from "./parents.ts";
import { HASH_BITS, type Table } from "./table.ts";

/** So many successors go through each pass together, so that their cache misses overlap. A multiple of `UNROLL`. */
const RUN = 256;
/** The passes that only touch memory are unrolled: their own instructions would keep few misses in flight. */
const UNROLL = 8;
/**
 * States met a moment ago are kept at hand, in so many words, which should stay in the cache: about half of all successors
 * are among them. Compared whole.
 */
const RECENT = 1 << 15;
/** So many successors at a time are looked for among them. */
const SEGMENT = 1024;

/** Place in `counts`, and how many there are. */
export const STORED = 0;
export const COUNTS = 4;

/** What is inserted into. */
export interface Tables {
	readonly arena: Int32Array;
	readonly table: Table;
	readonly parents: Parents;
	/** At `STORED`, how many states are stored; right at all times, also when an addition was ended where it stood. */
	readonly counts: Int32Array;
}

/** Successors as they were made. Up to `ends[k]` they are those of state `first + k` and of the states before it. */
export interface Batch {
	readonly words: Int32Array;
	readonly hashes: Int32Array;
	readonly count: number;
	readonly first: number;
	readonly ends: Int32Array;
}

export interface Sieve {
	/**
	 * Puts those of a batch into a chunk that are none of the first `known` states, and that it did not put into some
	 * chunk a moment ago.
	 */
	sift(tables: Tables, batch: Batch, known: number, chunk: Chunk): void;
	/** To be called when something that it put into a chunk was lost. */
	forget(): void;
}

/**
 * Adds what is new in a chunk to tables that have room for `room` states. False where one did not fit. Where it is
 * ended before its end, it may be done once more.
 */
export type Add = (tables: Tables, chunk: Chunk, room: number) => boolean;

/** Generates the sifting of states of `words` words. */
export function makeSieve(words: number): Sieve {
	const make = new Function("recent", "which", "keys", "slots", "steps", "places", "rest", siftSource(words));
	const none = noneRecent(words);
	const run = () => new Int32Array(RUN + UNROLL);
	const segment = () => new Int32Array(SEGMENT + UNROLL);
	const recent = none.slice();
	const sift = make(recent, segment(), segment(), run(), run(), run(), run()) as Sieve["sift"];
	return { sift, forget: () => recent.set(none) };
}

/** Generates the addition of states of `words` words. */
export const makeAdd = (words: number): Add => new Function(addSource(words))() as Add;

/** How many recent states are kept: a power of two. */
const recentOf = (words: number): number => 2 ** Math.floor(Math.log2(RECENT / words));

/** Room for recent states, with states in it that do not belong where they are, so that none is taken for met. */
function noneRecent(words: number): Int32Array {
	const count = recentOf(words);
	const recent = new Int32Array(count * words);
	const place = (state: Int32Array) => hashWords(state, 0, words) & (count - 1);
	const zeros = new Int32Array(words);
	const other = new Int32Array(words);
	do other[0] = (other[0] as number) + 1;
	while (place(other) === place(zeros));
	recent.set(other, place(zeros) * words);
	return recent;
}

/** The bits of a hash that the table does not use. */
const UNUSED = 32 - HASH_BITS;

const each = (words: number, f: (w: number) => string, between: string): string =>
	Array.from({ length: words }, (_, w) => f(w)).join(between);
const unroll = (f: (u: number) => string, between: string): string => each(UNROLL, f, between);

/** Zero where the state at `p` of `array` is the one at `at` of `words`. */
const difference = (array: string, words: number): string =>
	each(words, (w) => `(${array}[p + ${w} | 0] ^ words[at + ${w} | 0])`, " | ");
const copyTo = (array: string, words: number): string =>
	each(words, (w) => `${array}[p + ${w} | 0] = words[at + ${w} | 0];`, " ");

/** From one slot of the table to the one to look into after it. */
const NEXT = `slot = slot & ${-LINE} | slot + 1 & ${LINE - 1};
		n = n + 1 | 0;
		if ((n & ${LINE - 1}) === 0) { slot = slot + ${LINE} | 0; if (slot >= size) slot = slot - size | 0; }
		entry = entries[slot];`;

/** The slot to look into first for a state of which the table uses these bits of the hash. */
const home = (bits: string): string => `(${bits} * scale | 0) * ${LINE} | ${bits} & ${LINE - 1}`;

function siftSource(words: number): string {
	return `"use strict";
	let sink = 0;
	// Lists the successors that were not met a moment ago.
	function recall(words, hashes, from, to) {
		let left = 0;
		for (let i = from; i < to; i = i + 1 | 0) {
			const h = hashes[i], at = Math.imul(i, ${words}), p = Math.imul(h & ${recentOf(words) - 1}, ${words});
			const d = ${difference("recent", words)};
			${copyTo("recent", words)}
			which[left] = at;
			keys[left] = h;
			left = left + ((d | -d) >>> 31) | 0;
		}
		return left;
	}
	// Brings the slots of the table into the cache.
	function probe(entries, scale, from, count) {
		let touched = 0;
		for (let i = 0; i < count; i = i + ${UNROLL} | 0) {
			const j = from + i | 0;
			${unroll((u) => `const h${u} = keys[j + ${u} | 0] >>> ${UNUSED};`, " ")}
			${unroll((u) => `const s${u} = ${home(`h${u}`)};`, " ")}
			${unroll((u) => `slots[i + ${u} | 0] = s${u};`, " ")}
			touched ^= ${unroll((u) => `entries[s${u}]`, " ^ ")};
		}
		sink = touched;
	}
	// Finds the known state that has the same hash, as far as the table knows it: state 0 where there is none.
	function match(entries, size, shift, tag, from, count, known) {
		const index = (1 << shift) - 1 | 0;
		for (let i = 0; i < count; i = i + 1 | 0) {
			const wanted = keys[from + i | 0] >>> ${UNUSED} << shift;
			let slot = slots[i], entry = entries[slot], n = 0;
			while (entry !== 0 && ((entry ^ wanted) & tag) !== 0) { ${NEXT} }
			slots[i] = slot;
			steps[i] = n;
			const number = entry & index, met = number <= known ? number : 0;
			places[i] = Math.imul(met - ((met | -met) >>> 31) | 0, ${words});
		}
	}
	// Brings those states into the cache.
	function touch(arena, count) {
		let touched = 0;
		for (let i = 0; i < count; i = i + ${UNROLL} | 0)
			touched ^= ${unroll((u) => `arena[places[i + ${u} | 0]]`, " ^ ")};
		sink = touched;
	}
	// Lists the successors that differ from them. Before there is a state 0, all do.
	function compare(arena, words, from, count, all) {
		let different = 0;
		for (let i = 0; i < count; i = i + 1 | 0) {
			const at = which[from + i | 0], p = places[i], d = ${difference("arena", words)} | all;
			rest[different] = i;
			different = different + ((d | -d) >>> 31) | 0;
		}
		return different;
	}
	// Puts those into the chunk.
	function keep(chunk, words, first, ends, parent, from, count) {
		const { rows } = chunk;
		let p = Math.imul(chunk.count, ${words + EXTRA});
		for (let j = 0; j < count; j = j + 1 | 0) {
			const i = rest[j], at = which[from + i | 0];
			while (Math.imul(ends[parent], ${words}) <= at) parent = parent + 1 | 0;
			${copyTo("rows", words)}
			rows[p + ${words} | 0] = keys[from + i | 0];
			rows[p + ${words + 1} | 0] = first + parent;
			rows[p + ${words + 2} | 0] = slots[i];
			rows[p + ${words + 3} | 0] = steps[i];
			p = p + ${words + EXTRA} | 0;
		}
		chunk.count = chunk.count + count | 0;
		return parent;
	}
	return (tables, batch, known, chunk) => {
		const { arena } = tables;
		const { entries, size, scale, shift, tag } = tables.table;
		const { words, hashes, first, ends } = batch;
		let parent = 0;
		for (let start = 0; start < batch.count; start = start + ${SEGMENT} | 0) {
			const count = recall(words, hashes, start, Math.min(start + ${SEGMENT}, batch.count) | 0);
			for (let from = 0; from < count; from = from + ${RUN} | 0) {
				const run = Math.min(${RUN}, count - from) | 0;
				probe(entries, scale, from, run);
				match(entries, size, shift, tag, from, run, known);
				touch(arena, run);
				parent = keep(chunk, words, first, ends, parent, from, compare(arena, words, from, run, known === 0 ? 1 : 0));
			}
		}
	};`;
}

function addSource(words: number): string {
	return `"use strict";
	let sink = 0;
	function add(table, same, arena, bits, counts, chunk, room) {
		const { entries, size, scale, shift, tag } = table;
		const { rows: words, count } = chunk;
		const index = (1 << shift) - 1 | 0;
		// A chunk that had to wait has lost its place in the cache.
		let touched = 0;
		for (let i = 0, at = ${words} | 0; i < count; i = i + 1 | 0, at = at + ${words + EXTRA} | 0) {
			const known = words[at] >>> ${UNUSED};
			touched ^= entries[same ? words[at + 2 | 0] : ${home("known")}];
		}
		sink = touched;
		let states = counts[${STORED}];
		next: for (let i = 0; i < count; i = i + 1 | 0) {
			const at = Math.imul(i, ${words + EXTRA}), known = words[at + ${words} | 0] >>> ${UNUSED}, wanted = known << shift;
			let slot = same ? words[at + ${words + 2} | 0] : ${home("known")};
			let n = same ? words[at + ${words + 3} | 0] : 0, entry = entries[slot];
			while (entry !== 0) {
				if (((entry ^ wanted) & tag) === 0) {
					const p = Math.imul((entry & index) - 1 | 0, ${words});
					if ((${difference("arena", words)}) === 0) continue next;
				}
				${NEXT}
			}
			if (states === room) return false;
			// From here to the last assignment there is no loop in which work could be ended.
			const p = Math.imul(states, ${words});
			${copyTo("arena", words)}
			const bit = words[at + ${words + 1} | 0] + 1 + states | 0;
			bits[bit >>> 5] |= 1 << (bit & 31);
			states = states + 1 | 0;
			entries[slot] = wanted & tag | states | (n < ${LINE} ? 0 : 1 << 31);
			counts[${STORED}] = states;
		}
		return true;
	}
	return ({ table, arena, parents, counts }, chunk, room) =>
		add(table, chunk.table === table, arena, parents.bits, counts, chunk, room);`;
}
