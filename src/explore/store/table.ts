import { hashWords } from "../../machine/index.ts";
import { Growth, LINE } from "./growth.ts";
import { ints } from "./memory.ts";

/** As many bits of a state's hash, from the top, does the table use. */
export const HASH_BITS = 26;
/** How many slots of a line are taken on average when the table counts as full. */
const FULL = 12;
const FIRST_LINES = 1 << 10;
/** A table of fewer lines grows fourfold, to grow seldom; a larger one by a third or a half, to save memory. */
const LARGE = 1 << 20;
/** Large buffers start 16 bytes into a cache line: this brings slot 0 to the start of the next. */
const SKIP = LINE - 4;
/** So many entries outside their line are put together while a table grows. */
const TOGETHER = 64;

/**
 * An open-addressing table of state indices. An entry is looked for in the one line that its hash names, from a slot
 * that its hash names, round the line until a free slot, and in the next line only where that one is full: a look-up
 * costs one cache miss. An entry holds, from below, the index plus one; as much of the hash as tells it again from
 * the line; and in the sign bit, whether it stands outside its line. 0 is a free slot. So most states that differ are
 * told apart without looking at them, and a table grows without looking at states, in the order of memory.
 */
export class Table {
	/** Slots in use. */
	readonly size: number;
	/** The line of a state: its hash, as far as it is used, times this. */
	readonly scale: number;
	/** The lowest bits of an entry, which hold the index. */
	readonly shift: number;
	/** Mask of the bits that hold the hash. */
	readonly tag: number;

	constructor(
		readonly lines: number,
		/** May have room for more lines. */
		readonly entries: Int32Array,
	) {
		this.size = lines * LINE;
		this.scale = lines / 2 ** HASH_BITS;
		this.shift = 32 - Math.clz32(lines * FULL);
		this.tag = (2 ** (HASH_BITS - 31 + Math.clz32(lines)) - 1) << this.shift;
	}

	/** Of no state as yet, but with room to grow until it has room for so many; `shared`: in memory for all threads. */
	static of(states: number, shared: boolean): Table {
		let lines = FIRST_LINES;
		while (lines * FULL < states) lines = linesAfter(lines);
		return Table.over(FIRST_LINES, ints(lines * LINE + SKIP, shared));
	}

	/** Of so many lines, in memory that is `SKIP` longer. */
	static over(lines: number, memory: Int32Array): Table {
		return new Table(lines, memory.subarray(SKIP));
	}

	/** How many states it may hold. */
	get room(): number {
		return this.lines * FULL;
	}

	/** The same table in this other one's memory. */
	movedTo({ entries }: Table): Table {
		entries.set(this.entries.subarray(0, this.size));
		return new Table(this.lines, entries);
	}

	/** Makes it larger in the memory it has. */
	enlarge(): Enlargement {
		return new Enlargement(this, new Table(linesAfter(this.lines), this.entries));
	}
}

/** The growth of a table, which may be ended where it stands and then goes on. */
export class Enlargement {
	readonly #lines: Growth;
	/** Entries that stood outside their line, or do not fit into the last one. */
	#outside: number[] = [];

	constructor(
		readonly from: Table,
		readonly to: Table,
	) {
		this.#lines = new Growth(from.entries, from.lines);
	}

	/** `states` has the states of the table, of `words` words each. */
	run(states: Int32Array, words: number): Table {
		// Work may have been ended between the last line and the last of those outside.
		do {
			this.#move();
			this.#putOutside(states, words);
		} while (this.#lines.line >= 0);
		return this.to;
	}

	/**
	 * Goes on with the lines until some entries stood outside. One loop, without closures and with constants in variables: a
	 * third less time than with a function that puts an entry.
	 */
	#move(): void {
		const { shift, scale, tag } = this.from;
		const index = ((1 << shift) - 1) | 0;
		const tags = tag >>> shift;
		const { entries, size, scale: newScale, shift: newShift, tag: newTag } = this.to;
		const newIndex = ((1 << newShift) - 1) | 0;
		const lines = this.#lines;
		const { moving } = lines;
		const outside = this.#outside;
		const enough = outside.length + TOGETHER;
		for (; lines.line >= 0 && outside.length < enough; lines.done()) {
			const count = lines.take();
			// The hashes of a line's own entries are consecutive, so that their lowest bits tell them apart.
			const least = Math.ceil(lines.line / scale) | 0;
			for (let i = 0; i < count; i = (i + 1) | 0) {
				const entry = moving[i] as number;
				const number = entry & index;
				const hash = (least + (((entry >>> shift) - least) & tags)) | 0;
				let slot = (Math.imul((hash * newScale) | 0, LINE) + (hash & (LINE - 1))) | 0;
				let steps = 0;
				let there = entry < 0 ? number : (entries[slot] as number);
				// Its own number is there where it was put before the work was ended.
				while (there !== 0 && (there & newIndex) !== number) {
					slot = (slot & -LINE) | ((slot + 1) & (LINE - 1));
					steps = (steps + 1) | 0;
					if ((steps & (LINE - 1)) === 0) slot = (slot + LINE) | 0;
					there = slot < size ? (entries[slot] as number) : number;
				}
				if (there === 0) entries[slot] = number | ((hash << newShift) & newTag) | (steps < LINE ? 0 : 1 << 31);
				else if (entry < 0 || slot >= size) outside.push(number);
			}
		}
	}

	/** Their hashes are not in the table. All of them first, so that the waits for states overlap. */
	#putOutside(states: Int32Array, words: number): void {
		const least = (this.#lines.line + 1) * LINE;
		const hashes = this.#outside.map((number) => hashWords(states, (number - 1) * words, words) >>> (32 - HASH_BITS));
		this.#outside = this.#outside.filter((number, i) => !put(this.to, number, hashes[i] as number, least));
	}
}

/** Puts an entry where it belongs, if it is not there yet; not before slot `least`, nor, while there is one, after the last. */
function put({ entries, size, scale, shift, tag }: Table, number: number, hash: number, least: number): boolean {
	const index = ((1 << shift) - 1) | 0;
	let slot = ((hash * scale) | 0) * LINE + (hash & (LINE - 1));
	if (slot < least) return false;
	let steps = 0;
	while (entries[slot] !== 0) {
		if (((entries[slot] as number) & index) === number) return true;
		slot = (slot & -LINE) | ((slot + 1) & (LINE - 1));
		if ((++steps & (LINE - 1)) === 0) slot += LINE;
		if (slot >= size) {
			if (least > 0) return false;
			slot -= size;
		}
	}
	entries[slot] = number | ((hash << shift) & tag) | (steps < LINE ? 0 : 1 << 31);
	return true;
}

/** How many lines come after `lines`: powers of two, and halfway between them where tables are large. */
function linesAfter(lines: number): number {
	if (lines < LARGE) return lines * 4;
	const power = 2 ** (31 - Math.clz32(lines));
	return lines === power ? power * 1.5 : power * 2;
}
