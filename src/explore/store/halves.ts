/** Bits of both numbers together: as many as a number can have exactly, but for one. */
export const TOGETHER = 52;
/** At least so many bits has either. */
const LEAST = 22;

/**
 * Puts two numbers together, the first of `left` bits, so that the sums are spread evenly below 2^52; no two pairs come to
 * the same. An unbalanced Feistel network.
 */
export class Halves {
	readonly #right: number;
	readonly #leftMask: number;
	readonly #rightMask: number;

	constructor(readonly left: number) {
		this.#right = TOGETHER - left;
		this.#leftMask = 2 ** left - 1;
		this.#rightMask = 2 ** this.#right - 1;
	}

	/** With as many bits for each as so many numbers of the one and of the other ask for, if both go on to grow alike. */
	static of(lefts: number, rights: number): Halves {
		const bits = (TOGETHER * Math.log2(lefts + 1)) / (Math.log2(lefts + 1) + Math.log2(rights + 1));
		return new Halves(Math.min(TOGETHER - LEAST, Math.max(LEAST, Math.round(bits))));
	}

	/** Whether one of so many numbers may have too many bits. */
	isFull(lefts: number, rights: number): boolean {
		return lefts > this.#leftMask || rights > this.#rightMask;
	}

	together(left: number, right: number): number {
		const a = left ^ (mix(right, 0x9e3779b1) & this.#leftMask);
		const b = right ^ (mix(a, 0x85ebca6b) & this.#rightMask);
		const c = a ^ (mix(b, 0xc2b2ae35) & this.#leftMask);
		const d = b ^ (mix(c, 0x27d4eb2f) & this.#rightMask);
		return c * 2 ** this.#right + d;
	}

	/** The same as another puts together what this one has. */
	moved(sum: number, to: Halves): number {
		const c = Math.floor(sum / 2 ** this.#right);
		const d = sum - c * 2 ** this.#right;
		const b = d ^ (mix(c, 0x27d4eb2f) & this.#rightMask);
		const a = c ^ (mix(b, 0xc2b2ae35) & this.#leftMask);
		const right = b ^ (mix(a, 0x85ebca6b) & this.#rightMask);
		return to.together(a ^ (mix(right, 0x9e3779b1) & this.#leftMask), right);
	}
}

/** As in murmur3: the higher bits come down to where the masks are. */
function mix(x: number, factor: number): number {
	const h = Math.imul(x ^ (x >>> 13), factor);
	const g = Math.imul(h ^ (h >>> 15), 0x7feb352d);
	return g ^ (g >>> 16);
}
