import { hashWords } from "../../machine/index.ts";
import { type Chunk, EXTRA } from "./chunk.ts";
import type { Tables } from "./insert.ts";
import { copyTo, difference, each, home, NEXT, UNUSED } from "./source.ts";

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

const unroll = (f: (u: number) => string, between: string): string => each(UNROLL, f, between);

// The passes, in their order. They hand their findings on in arrays that are the sieve's own: `which` and `keys` of a segment,
// and `slots`, `steps`, `places` and `rest` of a run.

/** Lists the successors that were not met a moment ago. */
const recall = (words: number): string => `function recall(words, hashes, from, to) {
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
}`;

/** Brings the slots of the table into the cache. */
const PROBE = `function probe(entries, scale, from, count) {
	let touched = 0;
	for (let i = 0; i < count; i = i + ${UNROLL} | 0) {
		const j = from + i | 0;
		${unroll((u) => `const h${u} = keys[j + ${u} | 0] >>> ${UNUSED};`, " ")}
		${unroll((u) => `const s${u} = ${home(`h${u}`)};`, " ")}
		${unroll((u) => `slots[i + ${u} | 0] = s${u};`, " ")}
		touched ^= ${unroll((u) => `entries[s${u}]`, " ^ ")};
	}
	sink = touched;
}`;

/** Finds the known state that has the same hash, as far as the table knows it: state 0 where there is none. */
const match = (words: number): string => `function match(entries, size, shift, tag, from, count, known) {
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
}`;

/** Brings those states into the cache. */
const TOUCH = `function touch(arena, count) {
	let touched = 0;
	for (let i = 0; i < count; i = i + ${UNROLL} | 0)
		touched ^= ${unroll((u) => `arena[places[i + ${u} | 0]]`, " ^ ")};
	sink = touched;
}`;

/** Lists the successors that differ from them. Before there is a state 0, all do. */
const compare = (words: number): string => `function compare(arena, words, from, count, all) {
	let different = 0;
	for (let i = 0; i < count; i = i + 1 | 0) {
		const at = which[from + i | 0], p = places[i], d = ${difference("arena", words)} | all;
		rest[different] = i;
		different = different + ((d | -d) >>> 31) | 0;
	}
	return different;
}`;

/** Puts those into the chunk. */
const keep = (words: number): string => `function keep(chunk, words, first, ends, parent, from, count) {
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
}`;

/** The passes, and what leads successors through them. */
function siftSource(words: number): string {
	return `"use strict";
	let sink = 0;
	${recall(words)}
	${PROBE}
	${match(words)}
	${TOUCH}
	${compare(words)}
	${keep(words)}
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
