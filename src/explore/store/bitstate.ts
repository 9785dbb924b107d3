import { twoHashes } from "./hashes.ts";
import type { Seen } from "./seen.ts";

/** Bits set for each state. */
const EACH = 3;
/** Memory is given out in so many bytes at a time, when first touched. */
const PAGE = 4096;
/** Indices of words have 31 bits. */
const MOST = 2 ** 33;

/** Of every state met, a few bits in one large array (a Bloom filter). A state whose bits others have set is taken for met. */
export class BitStates implements Seen {
	readonly full = false;
	omitted = 0;
	readonly #bits: Int32Array;
	/** Bits that are set, and states that were new. */
	#set = 0;
	#count = 0;
	#words = new Int32Array(0);
	#masks = new Int32Array(0);
	readonly #hashes = new Int32Array(2);

	constructor(
		readonly words: number,
		/** Bytes of the array; a power of two. */
		readonly size: number,
	) {
		this.#bits = new Int32Array(size / 4);
	}

	/** A page in which no bit is set was never touched. */
	get bytes(): number {
		return Math.min(this.size, PAGE * this.#set);
	}

	look(rows: Int32Array, length: number, count: number): void {
		if (this.#words.length < EACH * count) {
			this.#words = new Int32Array(2 * EACH * count);
			this.#masks = new Int32Array(2 * EACH * count);
		}
		const bits = this.#bits;
		const hashes = this.#hashes;
		const last = bits.length - 1;
		let touched = 0;
		for (let i = 0; i < count; i++) {
			twoHashes(rows, i * length, this.words, hashes);
			// Enhanced double hashing: a word from the one, a bit from the other.
			let word = hashes[0] as number;
			let step = hashes[1] as number;
			for (let k = 0; k < EACH; k++) {
				const at = EACH * i + k;
				this.#words[at] = word & last;
				this.#masks[at] = 1 << (step >>> 27);
				touched ^= bits[word & last] as number;
				word = (word + step) | 0;
				step = (Math.imul(step, 0x9e3779b1) + k) | 0;
			}
		}
		this.#hashes[0] = touched;
	}

	add(i: number): boolean {
		const bits = this.#bits;
		const chance = (this.#set / (8 * this.size)) ** EACH + this.#count / 2 ** 64;
		const first = EACH * i;
		let free = 0;
		// No loop and no call from here on: it could be ended there, with all bits set and nobody told.
		let word = this.#words[first] as number;
		let mask = this.#masks[first] as number;
		let there = bits[word] as number;
		if ((there & mask) === 0) free++;
		bits[word] = there | mask;
		word = this.#words[first + 1] as number;
		mask = this.#masks[first + 1] as number;
		there = bits[word] as number;
		if ((there & mask) === 0) free++;
		bits[word] = there | mask;
		word = this.#words[first + 2] as number;
		mask = this.#masks[first + 2] as number;
		there = bits[word] as number;
		if ((there & mask) === 0) free++;
		bits[word] = there | mask;
		if (free === 0) return false;
		this.#set += free;
		this.omitted += chance;
		this.#count++;
		return true;
	}
}

/** Bytes of the largest array in so many. */
export const largestArray = (bytes: number): number => Math.min(MOST, 2 ** Math.floor(Math.log2(Math.max(4, bytes))));
