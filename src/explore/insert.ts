import type { Parents } from "./parents.ts";
import { HASH_BITS, LINE, type Table } from "./table.ts";

/** So many successors go through each pass together, so that their cache misses overlap. A multiple of `UNROLL`. */
const RUN = 256;
/** The passes that only touch memory are unrolled: their own instructions would keep few misses in flight. */
const UNROLL = 8;

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
	const make = new Function("slots", "steps", "places", "rest", "HASH", source(words));
	const run = () => new Int32Array(RUN + UNROLL);
	return make(run(), run(), run(), run(), 32 - HASH_BITS) as Insert;
}

function source(words: number): string {
	const all = Array.from({ length: words }, (_, w) => w);
	const unroll = (f: (u: number) => string, between: string) =>
		Array.from({ length: UNROLL }, (_, u) => f(u)).join(between);
	const difference = all.map((w) => `(arena[p + ${w}] ^ words[at + ${w}])`).join(" | ");
	const next = `slot = slot & ${-LINE} | slot + 1 & ${LINE - 1};
		if ((++n & ${LINE - 1}) === 0) slot = slot + ${LINE} < size ? slot + ${LINE} : slot + ${LINE} - size;
		entry = entries[slot];`;
	return `"use strict";
	let sink = 0;
	// Brings the slots of the table into the cache.
	function probe(table, hashes, from, count) {
		const { entries, scale } = table;
		let touched = 0;
		for (let i = 0; i < count; i += ${UNROLL}) {
			${unroll((u) => `const h${u} = hashes[from + i + ${u}] >>> HASH;`, " ")}
			${unroll((u) => `const s${u} = (h${u} * scale | 0) * ${LINE} | h${u} & ${LINE - 1};`, " ")}
			${unroll((u) => `slots[i + ${u}] = s${u};`, " ")}
			touched ^= ${unroll((u) => `entries[s${u}]`, " ^ ")};
		}
		sink = touched;
	}
	// Finds the state that has the same hash, as far as the table knows it: state 0 where there is none.
	function match(table, hashes, from, count) {
		const { entries, shift, tag } = table;
		const size = entries.length, index = (1 << shift) - 1;
		for (let i = 0; i < count; i++) {
			const wanted = hashes[from + i] >>> HASH << shift;
			let slot = slots[i], entry = entries[slot], n = 0;
			while (entry !== 0 && ((entry ^ wanted) & tag) !== 0) { ${next} }
			slots[i] = slot;
			steps[i] = n;
			places[i] = ((entry & index) - ((entry | -entry) >>> 31)) * ${words};
		}
	}
	// Brings those states into the cache.
	function touch(arena, count) {
		let touched = 0;
		for (let i = 0; i < count; i += ${UNROLL}) touched ^= ${unroll((u) => `arena[places[i + ${u}]]`, " ^ ")};
		sink = touched;
	}
	// Lists the successors that differ from them. Before there is a state 0, all do.
	function compare(arena, words, from, count, states) {
		let different = 0;
		for (let i = 0; i < count; i++) {
			const at = (from + i) * ${words}, p = places[i], d = ${difference};
			rest[different] = i;
			different += states === 0 ? 1 : (d | -d) >>> 31;
		}
		return different;
	}
	// Adds what is new of those.
	function add({ arena, table, parents, stored }, { words, hashes, first, ends }, from, count, room) {
		const { entries, shift, tag } = table;
		const { bits } = parents;
		const size = entries.length, index = (1 << shift) - 1;
		let parent = 0, states = stored[0];
		next: for (let j = 0; j < count; j++) {
			const i = rest[j], at = (from + i) * ${words}, wanted = hashes[from + i] >>> HASH << shift;
			let slot = slots[i], entry = entries[slot], n = steps[i];
			while (entry !== 0) {
				if (((entry ^ wanted) & tag) === 0) {
					const p = ((entry & index) - 1) * ${words};
					if ((${difference}) === 0) continue next;
				}
				${next}
			}
			if (states === room) return false;
			while (ends[parent] <= from + i) parent++;
			// From here to the last assignment there is no loop in which work could be ended.
			const p = states * ${words};
			${all.map((w) => `arena[p + ${w}] = words[at + ${w}];`).join(" ")}
			const bit = first + parent + 1 + states;
			bits[bit >>> 5] |= 1 << (bit & 31);
			states = states + 1 | 0;
			entries[slot] = wanted & tag | states | (n < ${LINE} ? 0 : 1 << 31);
			stored[0] = states;
		}
		return true;
	}
	return (tables, batch, room) => {
		const { arena, table } = tables;
		const { words, hashes, count } = batch;
		for (let from = 0; from < count; from += ${RUN}) {
			const run = Math.min(${RUN}, count - from);
			probe(table, hashes, from, run);
			match(table, hashes, from, run);
			touch(arena, run);
			if (!add(tables, batch, from, compare(arena, words, from, run, tables.stored[0]), room)) return false;
		}
		return true;
	};`;
}
