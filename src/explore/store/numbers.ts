import { Growth, LINE } from "./growth.ts";
import { Pairs } from "./pairs.ts";

/** How many entries of a line are taken on average when the set grows. */
const FULL = 12;
const FIRST_LINES = 1 << 10;
/** Entries hold a number from 1 on in 32 bits. */
const ENTRIES = 2 ** 32 - 1;
/** A set of fewer lines grows fourfold, to grow seldom; a larger one by a third, to save memory. */
const LARGE = 1 << 20;
/** Memory is given out in so many bytes at a time, when first touched. */
const PAGE = 4096;

/**
 * A set of whole numbers below `limit`, at most 2^53, that are spread evenly. Each is stored in four bytes: the line
 * in which an entry stands says the rest of it (Cleary's quotienting), so nothing is left to chance. What a line has no
 * room for is kept apart. An addition may be ended where it stands.
 */
export class Numbers {
	/** Reserved whole, as memory that is not touched is free. */
	readonly #entries: Int32Array;
	#lines: number;
	/** Numbers for each line: line `i` has those from `i * #span` on. */
	#span: number;
	#crowded = new Pairs();
	#inLines = 0;
	#growing: Growing | undefined;
	/** Kept, so that no compiler leaves out what it is for. */
	touched = 0;

	constructor(
		readonly limit: number,
		/** About as many numbers as there may be. */
		room: number,
	) {
		this.#lines = Math.max(FIRST_LINES, Math.ceil(limit / ENTRIES));
		this.#span = Math.ceil(limit / this.#lines);
		this.#entries = new Int32Array(LINE * Math.max(this.#lines, Math.ceil((room / FULL) * 1.5)));
	}

	get count(): number {
		return this.#inLines + this.#crowded.count;
	}

	/** Of memory in use; a page that holds no number was never touched. */
	get bytes(): number {
		return Math.min(4 * LINE * this.#lines, PAGE * this.#inLines) + this.#crowded.bytes;
	}

	/** Brings the lines of the first `count` of these numbers into the cache. */
	touch(numbers: Float64Array, count: number): void {
		const entries = this.#entries;
		let touched = 0;
		for (let i = 0; i < count; i++)
			touched ^= entries[LINE * Math.floor((numbers[i] as number) / this.#span)] as number;
		this.touched = touched;
	}

	/** Adds `number`; false if it was in already. */
	add(number: number): boolean {
		if (this.#growing || (this.#inLines > FULL * this.#lines && this.#lines < this.#entries.length / LINE))
			this.#grow();
		return this.#add(number);
	}

	/** Calls `f` with each, in no order. */
	each(f: (number: number) => void): void {
		if (this.#growing) this.#grow();
		const entries = this.#entries;
		for (let slot = 0; slot < LINE * this.#lines; slot++) {
			const entry = entries[slot] as number;
			if (entry !== 0) f(Math.floor(slot / LINE) * this.#span + (entry >>> 0) - 1);
		}
		for (let i = 0; i < this.#crowded.count; i++) f(crowded(this.#crowded, i));
	}

	#add(number: number): boolean {
		const entries = this.#entries;
		const line = Math.floor(number / this.#span);
		const rest = number - line * this.#span;
		const entry = (rest + 1) | 0;
		let slot = rest & (LINE - 1);
		for (let i = 0; i < LINE; i++) {
			const there = entries[line * LINE + slot];
			if (there === entry) return false;
			if (there === 0) {
				entries[line * LINE + slot] = entry;
				this.#inLines++;
				return true;
			}
			slot = (slot + 1) & (LINE - 1);
		}
		const before = this.#crowded.count;
		return this.#crowded.number(Math.floor(number / 2 ** 32), number | 0) === before;
	}

	/** In the same memory: first the lines move, then what they had no room for is tried again. */
	#grow(): void {
		if (!this.#growing) {
			const lines = Math.min(this.#entries.length / LINE, Math.ceil(this.#lines * (this.#lines < LARGE ? 4 : 4 / 3)));
			const lineMoves = new Growth(this.#entries, this.#lines);
			const crowded = new Pairs();
			// From here to the last assignment there is no call in which work could be ended.
			this.#growing = { lines: lineMoves, span: this.#span, crowded: this.#crowded, tried: 0 };
			this.#crowded = crowded;
			this.#inLines = 0;
			this.#lines = lines;
			this.#span = Math.ceil(this.limit / lines);
		}
		const growing = this.#growing;
		for (const { lines } = growing; lines.line >= 0; lines.done()) {
			const count = lines.take();
			for (let i = 0; i < count; i++) this.#add(lines.line * growing.span + ((lines.moving[i] as number) >>> 0) - 1);
		}
		for (; growing.tried < growing.crowded.count; growing.tried++) this.#add(crowded(growing.crowded, growing.tried));
		this.#growing = undefined;
	}
}

/** Number `i` of those that lines had no room for. */
const crowded = (numbers: Pairs, i: number): number => numbers.first(i) * 2 ** 32 + (numbers.second(i) >>> 0);

/** A growth that has begun: the lines, and numbers for each, as they were; what they had no room for, and how much of
 * that was tried again. */
interface Growing {
	readonly lines: Growth;
	readonly span: number;
	readonly crowded: Pairs;
	tried: number;
}
