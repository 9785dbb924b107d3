import { hashWords } from "../machine/index.ts";

const FIRST_ROOM = 1 << 10;

/** Distinct packed states numbered from 0 as they come, each found again by its contents: a small store for a look back. */
export class Visited {
	/** Packed states, `words` words each, by number. */
	states: Int32Array;
	count = 0;
	/** Numbers plus one, by hash; 0 is free. At most half full. */
	#table: Int32Array;

	constructor(readonly words: number) {
		this.states = new Int32Array(FIRST_ROOM * words);
		this.#table = new Int32Array(2 * FIRST_ROOM);
	}

	get bytes(): number {
		return this.states.byteLength + this.#table.byteLength;
	}

	/** Number of the state at word index `p` of `from`, which is added if it is new: then it is the last. */
	add(from: Int32Array, p: number, hash: number): number {
		const slot = this.#slot(from, p, hash);
		const known = this.#table[slot] as number;
		if (known !== 0) return known - 1;
		const number = this.count++;
		for (let w = 0; w < this.words; w++) this.states[number * this.words + w] = from[p + w] as number;
		this.#table[slot] = number + 1;
		if (2 * this.count === this.#table.length) this.#grow();
		return number;
	}

	/** Number of the state at word index `p` of `from`; undefined where it has not been added. */
	find(from: Int32Array, p: number): number | undefined {
		const known = this.#table[this.#slot(from, p, hashWords(from, p, this.words))] as number;
		return known === 0 ? undefined : known - 1;
	}

	/** The state's slot, or the free one where it belongs. */
	#slot(from: Int32Array, p: number, hash: number): number {
		const mask = this.#table.length - 1;
		let slot = hash & mask;
		for (let known = this.#table[slot] as number; known !== 0; known = this.#table[slot] as number) {
			if (this.#same(known - 1, from, p)) return slot;
			slot = (slot + 1) & mask;
		}
		return slot;
	}

	#same(number: number, from: Int32Array, p: number): boolean {
		for (let w = 0; w < this.words; w++) if (this.states[number * this.words + w] !== from[p + w]) return false;
		return true;
	}

	#grow(): void {
		const { words } = this;
		const states = new Int32Array(2 * this.states.length);
		states.set(this.states);
		this.states = states;
		this.#table = new Int32Array(2 * this.#table.length);
		for (let i = 0; i < this.count; i++)
			this.#table[this.#slot(states, i * words, hashWords(states, i * words, words))] = i + 1;
	}
}
