import { LINE } from "./growth.ts";
import { HASH_BITS } from "./table.ts";

// Pieces of the source that sifting and adding are generated from.

/** The bits of a hash that the table does not use. */
export const UNUSED = 32 - HASH_BITS;

/** What `f` makes of the numbers from 0 to `count` - 1. */
export const each = (count: number, f: (i: number) => string, between: string): string =>
	Array.from({ length: count }, (_, i) => f(i)).join(between);

/** Zero where the state at `p` of `array` is the one at `at` of `words`. */
export const difference = (array: string, words: number): string =>
	each(words, (w) => `(${array}[p + ${w} | 0] ^ words[at + ${w} | 0])`, " | ");
/** Copies it from there. */
export const copyTo = (array: string, words: number): string =>
	each(words, (w) => `${array}[p + ${w} | 0] = words[at + ${w} | 0];`, " ");

/** From one slot of the table to the one to look into after it. */
export const NEXT = `slot = slot & ${-LINE} | slot + 1 & ${LINE - 1};
		n = n + 1 | 0;
		if ((n & ${LINE - 1}) === 0) { slot = slot + ${LINE} | 0; if (slot >= size) slot = slot - size | 0; }
		entry = entries[slot];`;

/** The slot to look into first for a state of which the table uses these bits of the hash. */
export const home = (bits: string): string => `(${bits} * scale | 0) * ${LINE} | ${bits} & ${LINE - 1}`;
