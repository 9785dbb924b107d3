import { hashWords } from "../machine/index.ts";
import { ints } from "./memory.ts";

/** Slots of a line: 16 entries of 4 bytes are one cache line. */
export const LINE = 16;
/** As many bits of a state's hash, from the top, does the table use. */
export const HASH_BITS = 26;
/** How many slots of a line are taken on average when the table counts as full. */
const FULL = 12;
const FIRST_LINES = 1 << 10;
/** A table of fewer lines grows fourfold, to grow seldom; a larger one by a third or a half, to save memory. */
const LARGE = 1 << 20;

/**
 * An open-addressing table of state indices. An entry is looked for in the one line that its hash names, from a slot
 * that its hash names, round the line until a free slot, and in the next line only where that one is full: a look-up
 * costs one cache miss. An entry holds, from below, the index plus one; as much of the hash as tells it again from
 * the line; and in the sign bit, whether it stands outside its line. 0 is a free slot. So most states that differ are
 * told apart without looking at them, and a table grows without looking at states, in the order of memory.
 */
export class Table {
	readonly entries: Int32Array;
	/** The line of a state: its hash, as far as it is used, times this. */
	readonly scale: number;
	/** The lowest bits of an entry, which hold the index. */
	readonly shift: number;
	/** Mask of the bits that hold the hash. */
	readonly tag: number;

	constructor(
		readonly lines = FIRST_LINES,
		/** Whether threads can share it. */
		readonly shared = false,
		entries?: Int32Array,
	) {
		this.scale = lines / 2 ** HASH_BITS;
		this.shift = 32 - Math.clz32(lines * FULL);
		this.tag = (2 ** (HASH_BITS - 31 + Math.clz32(lines)) - 1) << this.shift;
		// Large buffers start 16 bytes into a cache line: this brings slot 0 to the start of the next.
		const skip = LINE - 4;
		this.entries = entries ?? ints(lines * LINE + skip, shared).subarray(skip);
	}

	/** How many states it may hold. */
	get room(): number {
		return this.lines * FULL;
	}

	/** The same table in memory that threads can share. */
	share(): Table {
		const copy = new Table(this.lines, true);
		copy.entries.set(this.entries);
		return copy;
	}

	/** A larger table with the same entries; `states` has their states, of `words` words each. */
	grown(states: Int32Array, words: number): Table {
		const larger = new Table(linesAfter(this.lines), this.shared);
		const { entries: from, shift, scale } = this;
		const { entries: to, shift: toShift, tag: toTag, scale: toScale } = larger;
		const index = 2 ** shift - 1;
		const tags = this.tag >>> shift;
		for (let line = 0; line < this.lines; line++) {
			// The hashes of this line's own entries are consecutive, so that their lowest bits tell them apart.
			const least = Math.ceil(line / scale);
			for (let i = 0; i < LINE; i++) {
				const entry = from[line * LINE + i] as number;
				if (entry === 0) continue;
				const number = entry & index;
				const hash =
					entry < 0
						? hashWords(states, (number - 1) * words, words) >>> (32 - HASH_BITS)
						: least + (((entry >>> shift) - least) & tags);
				let slot = (((hash * toScale) | 0) * LINE) | (hash & (LINE - 1));
				let steps = 0;
				while (to[slot] !== 0) {
					slot = (slot & -LINE) | ((slot + 1) & (LINE - 1));
					if ((++steps & (LINE - 1)) === 0) slot = slot + LINE < to.length ? slot + LINE : slot + LINE - to.length;
				}
				to[slot] = number | ((hash << toShift) & toTag) | (steps < LINE ? 0 : 1 << 31);
			}
		}
		return larger;
	}
}

/** How many lines come after `lines`: powers of two, and halfway between them where tables are large. */
function linesAfter(lines: number): number {
	if (lines < LARGE) return lines * 4;
	const power = 2 ** (31 - Math.clz32(lines));
	return lines === power ? power * 1.5 : power * 2;
}
