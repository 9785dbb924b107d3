import { twoHashes } from "./hashes.ts";
import { Numbers } from "./numbers.ts";
import type { Seen } from "./seen.ts";

/** Bits of a hash that are kept. */
const BITS = 52;

/** Of every state met, a hash of 52 bits in four bytes. A state with the hash of another is taken for met. */
export class HashedStates implements Seen {
	readonly full = false;
	omitted = 0;
	readonly #states: Numbers;
	#keys = new Float64Array(0);
	readonly #hashes = new Int32Array(2);

	constructor(
		readonly words: number,
		/** About as many states as there may be. */
		room: number,
	) {
		this.#states = new Numbers(2 ** BITS, room);
	}

	get bytes(): number {
		return this.#states.bytes;
	}

	look(rows: Int32Array, length: number, count: number): void {
		if (this.#keys.length < count) this.#keys = new Float64Array(2 * count);
		const hashes = this.#hashes;
		const keys = this.#keys;
		for (let i = 0; i < count; i++) {
			twoHashes(rows, i * length, this.words, hashes);
			keys[i] = ((hashes[0] as number) >>> 0) * 2 ** (BITS - 32) + ((hashes[1] as number) >>> (64 - BITS));
		}
		this.#states.touch(keys, count);
	}

	add(i: number): boolean {
		const { count } = this.#states;
		const isNew = this.#states.add(this.#keys[i] as number);
		if (isNew) this.omitted += count / 2 ** BITS;
		return isNew;
	}
}
