/** A sequence of numbers that a seed determines (mulberry32, by Tommy Ettinger). */
export class Random {
	#state: number;

	constructor(seed: number) {
		this.#state = seed | 0;
	}

	/** A number from 0 to `n` - 1. */
	below(n: number): number {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let z = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		z ^= z + Math.imul(z ^ (z >>> 7), 61 | z);
		return ((((z ^ (z >>> 14)) >>> 0) * n) / 2 ** 32) | 0;
	}
}
