import { type Chunk, EXTRA } from "./chunk.ts";
import { LINE } from "./growth.ts";
import type { Parents } from "./parents.ts";
import { copyTo, difference, home, NEXT, UNUSED } from "./source.ts";
import type { Table } from "./table.ts";

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

/**
 * Adds what is new in a chunk to tables that have room for `room` states. False where one did not fit. Where it is
 * ended before its end, it may be done once more.
 */
export type Add = (tables: Tables, chunk: Chunk, room: number) => boolean;

/** Generates the addition of states of `words` words. */
export const makeAdd = (words: number): Add => new Function(addSource(words))() as Add;

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
