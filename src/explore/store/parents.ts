import { ints } from "./memory.ts";

/**
 * The state from which each state was first reached, in two bits a state. States are expanded in the order in which
 * they are stored, so parents never decrease with the index, and one row of bits holds them all: the bit of state
 * `i` stands at `i` plus the number of states expanded up to and with its parent (an Elias-Fano sequence).
 */
export class Parents {
	/** Before each word of `bits`, how many bits are set; made when first asked, and again when more are. */
	#ranks: Int32Array | undefined;
	#ranked = 0;

	constructor(readonly bits: Int32Array) {}

	/** Of no state as yet, but with room for so many. */
	static of(states: number, shared: boolean): Parents {
		return new Parents(ints((2 * states + 32) >>> 5, shared));
	}

	/** Parent of state `index` of `count`; -1 where it has none. */
	of(index: number, count: number): number {
		const ranks = this.#rank(count);
		let low = 0;
		let high = ranks.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((ranks[middle] as number) <= index) low = middle;
			else high = middle - 1;
		}
		let left = index - (ranks[low] as number);
		for (let bit = 0; bit < 32; bit++)
			if ((((this.bits[low] as number) >>> bit) & 1) === 1 && left-- === 0) return low * 32 + bit - index - 1;
		throw new RangeError(`no state ${index}`);
	}

	#rank(count: number): Int32Array {
		if (this.#ranks && this.#ranked === count) return this.#ranks;
		// Bits of `count` states and their parents: no more words than this are in use.
		const ranks = new Int32Array(Math.min(this.bits.length, (2 * count + 32) >>> 5));
		for (let i = 0, sum = 0; i < ranks.length; i++) {
			ranks[i] = sum;
			sum += ones(this.bits[i] as number);
		}
		this.#ranks = ranks;
		this.#ranked = count;
		return ranks;
	}
}

/** How many bits of `word` are set. */
function ones(word: number): number {
	const pairs = word - ((word >>> 1) & 0x55555555);
	const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
	return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
