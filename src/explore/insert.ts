import { hashWords } from "../machine/index.ts";
import type { Parents } from "./parents.ts";
import { HASH_BITS, LINE, type Table } from "./table.ts";

/** So many successors go through each pass together, so that their cache misses overlap. A multiple of `UNROLL`. */
const RUN = 256;
/** The passes that only touch memory are unrolled: their own instructions would keep few misses in flight. */
const UNROLL = 8;
/** Of states met a moment ago, so many are kept at hand: about half of all successors are among them. Compared whole. */
const RECENT = 1 << 13;
/** So many successors at a time are looked for among them. */
const SEGMENT = 1024;

/** What is inserted into. */
export interface Tables {
	readonly arena: Int32Array;
	readonly table: Table;
	readonly parents: Parents;
	/** How many states are stored; right at all times, also when an insertion was ended where it stood. */
	readonly stored: Int32Array;
}

/** Successors to insert. Up to `ends[k]` they are those of state `first + k` and of the states before it. */
export interface Batch {
	readonly words: Int32Array;
	readonly hashes: Int32Array;
	readonly count: number;
	readonly first: number;
	readonly ends: Int32Array;
}

/** Inserts a batch into tables that have room for `room` states. False where one did not fit. */
export type Insert = (tables: Tables, batch: Batch, room: number) => boolean;

/** Generates the insertion of states of `words` words. */
export function makeInsert(words: number): Insert {
	const make = new Function("recent", "none", "which", "keys", "slots", "steps", "places", "rest", source(words));
	const none = noneRecent(words);
	const run = () => new Int32Array(RUN + UNROLL);
	const segment = () => new Int32Array(SEGMENT + UNROLL);
	return make(none.slice(), none, segment(), segment(), run(), run(), run(), run()) as Insert;
}

/** Room for recent states, with states in it that do not belong where they are, so that none is taken for met. */
function noneRecent(words: number): Int32Array {
	const recent = new Int32Array(RECENT * words);
	const place = (state: Int32Array) => hashWords(state, 0, words) & (RECENT - 1);
	const zeros = new Int32Array(words);
	const other = new Int32Array(words);
	do other[0] = (other[0] as number) + 1;
	while (place(other) === place(zeros));
	recent.set(other, place(zeros) * words);
	return recent;
}

function source(words: number): string {
	const all = Array.from({ length: words }, (_, w) => w);
	const unroll = (f: (u: number) => string, between: string) =>
		Array.from({ length: UNROLL }, (_, u) => f(u)).join(between);
	const difference = (array: string) => all.map((w) => `(${array}[p + ${w} | 0] ^ words[at + ${w} | 0])`).join(" | ");
	const copyTo = (array: string) => all.map((w) => `${array}[p + ${w} | 0] = words[at + ${w} | 0];`).join(" ");
	const usedBits = 32 - HASH_BITS;
	const next = `slot = slot & ${-LINE} | slot + 1 & ${LINE - 1};
		n = n + 1 | 0;
		if ((n & ${LINE - 1}) === 0) { slot = slot + ${LINE} | 0; if (slot >= size) slot = slot - size | 0; }
		entry = entries[slot];`;
	return `"use strict";
	let sink = 0;
	// Whether the last insertion did not come to its end: what it recalls may not be stored.
	let ended = false;
	// Lists the successors that were not met a moment ago.
	function recall(words, hashes, from, to) {
		let left = 0;
		for (let i = from; i < to; i = i + 1 | 0) {
			const h = hashes[i], at = Math.imul(i, ${words}), p = Math.imul(h & ${RECENT - 1}, ${words});
			const d = ${difference("recent")};
			${copyTo("recent")}
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
			${unroll((u) => `const h${u} = keys[j + ${u} | 0] >>> ${usedBits};`, " ")}
			${unroll((u) => `const s${u} = (h${u} * scale | 0) * ${LINE} | h${u} & ${LINE - 1};`, " ")}
			${unroll((u) => `slots[i + ${u} | 0] = s${u};`, " ")}
			touched ^= ${unroll((u) => `entries[s${u}]`, " ^ ")};
		}
		sink = touched;
	}
	// Finds the state that has the same hash, as far as the table knows it: state 0 where there is none.
	function match(entries, shift, tag, from, count) {
		const size = entries.length | 0, index = (1 << shift) - 1 | 0;
		for (let i = 0; i < count; i = i + 1 | 0) {
			const wanted = keys[from + i | 0] >>> ${usedBits} << shift;
			let slot = slots[i], entry = entries[slot], n = 0;
			while (entry !== 0 && ((entry ^ wanted) & tag) !== 0) { ${next} }
			slots[i] = slot;
			steps[i] = n;
			places[i] = Math.imul((entry & index) - ((entry | -entry) >>> 31) | 0, ${words});
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
			const at = which[from + i | 0], p = places[i], d = ${difference("arena")} | all;
			rest[different] = i;
			different = different + ((d | -d) >>> 31) | 0;
		}
		return different;
	}
	// Adds what is new of those.
	function add(entries, arena, bits, stored, words, first, ends, shift, tag, from, count, room) {
		const size = entries.length | 0, index = (1 << shift) - 1 | 0;
		let parent = 0, states = stored[0];
		next: for (let j = 0; j < count; j = j + 1 | 0) {
			const i = rest[j], at = which[from + i | 0], wanted = keys[from + i | 0] >>> ${usedBits} << shift;
			let slot = slots[i], entry = entries[slot], n = steps[i];
			while (entry !== 0) {
				if (((entry ^ wanted) & tag) === 0) {
					const p = Math.imul((entry & index) - 1 | 0, ${words});
					if ((${difference("arena")}) === 0) continue next;
				}
				${next}
			}
			if (states === room) return false;
			while (Math.imul(ends[parent], ${words}) <= at) parent = parent + 1 | 0;
			// From here to the last assignment there is no loop in which work could be ended.
			const p = Math.imul(states, ${words});
			${copyTo("arena")}
			const bit = first + parent + 1 + states | 0;
			bits[bit >>> 5] |= 1 << (bit & 31);
			states = states + 1 | 0;
			entries[slot] = wanted & tag | states | (n < ${LINE} ? 0 : 1 << 31);
			stored[0] = states;
		}
		return true;
	}
	return (tables, batch, room) => {
		const { arena, parents, stored } = tables;
		const { entries, scale, shift, tag } = tables.table;
		const { words, hashes, first, ends } = batch;
		if (ended) recent.set(none);
		ended = true;
		for (let start = 0; start < batch.count; start = start + ${SEGMENT} | 0) {
			const count = recall(words, hashes, start, Math.min(start + ${SEGMENT}, batch.count) | 0);
			for (let from = 0; from < count; from = from + ${RUN} | 0) {
				const run = Math.min(${RUN}, count - from) | 0;
				probe(entries, scale, from, run);
				match(entries, shift, tag, from, run);
				touch(arena, run);
				const different = compare(arena, words, from, run, stored[0] === 0 ? 1 : 0);
				if (!add(entries, arena, parents.bits, stored, words, first, ends, shift, tag, from, different, room))
					return false;
			}
		}
		ended = false;
		return true;
	};`;
}
