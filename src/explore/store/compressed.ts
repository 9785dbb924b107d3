import { Numbers } from "./numbers.ts";
import type { Seen } from "./seen.ts";
import { Tree } from "./tree.ts";

/** Bits of the number of a half. */
const BITS = 26;
const MASK = 2 ** BITS - 1;
/** More states than are ever added at once. */
const MARGIN = 2 ** 20;

/** Every state met, whole, but compressed: the numbers of its two halves, which make one number of 52 bits. */
export class CompressedStates implements Seen {
	readonly omitted = undefined;
	readonly #left: Tree;
	readonly #right: Tree;
	readonly #states: Numbers;
	#keys = new Float64Array(0);

	constructor(
		readonly words: number,
		/** About as many states as there may be. */
		room: number,
	) {
		const middle = (words + 1) >> 1;
		this.#left = new Tree(0, middle);
		this.#right = new Tree(middle, words);
		this.#states = new Numbers(2 ** (2 * BITS), room);
	}

	get bytes(): number {
		return this.#left.bytes + this.#right.bytes + this.#states.bytes;
	}

	/** Numbers of halves run out; nothing of any size comes near that. */
	get full(): boolean {
		return Math.max(this.#left.count, this.#right.count) > MASK - MARGIN;
	}

	look(rows: Int32Array, length: number, count: number): void {
		if (this.#keys.length < count) this.#keys = new Float64Array(2 * count);
		const keys = this.#keys;
		for (let i = 0; i < count; i++) {
			const p = i * length;
			keys[i] = spread(this.#left.number(rows, p), this.#right.number(rows, p));
		}
		this.#states.touch(keys, count);
	}

	add(i: number): boolean {
		return this.#states.add(this.#keys[i] as number);
	}
}

/** Puts two numbers of 26 bits together so that the sum is spread evenly; no two pairs come to the same (Feistel). */
export function spread(left: number, right: number): number {
	const a = left ^ mix(right, 0x9e3779b1);
	const b = right ^ mix(a, 0x85ebca6b);
	const c = a ^ mix(b, 0xc2b2ae35);
	const d = b ^ mix(c, 0x27d4eb2f);
	return c * 2 ** BITS + d;
}

function mix(x: number, factor: number): number {
	const h = Math.imul(x ^ (x >>> 13), factor);
	return (Math.imul(h ^ (h >>> 15), 0x7feb352d) >>> (32 - BITS)) & MASK;
}
