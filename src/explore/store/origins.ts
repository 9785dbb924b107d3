import { Parents } from "./parents.ts";

/**
 * Where states came from that are not kept themselves: each one's parent, and which of its parent's successors it is,
 * in as few bits as `fanout` successors need.
 */
export class Origins {
	readonly parents: Parents;
	/** Ordinals of `bits` bits each, so many in a word that none straddles two. */
	readonly ordinals: Int32Array;
	readonly bits: number;
	readonly perWord: number;

	constructor(states: number, fanout: number) {
		this.bits = 32 - Math.clz32(Math.max(1, fanout - 1));
		this.perWord = Math.floor(32 / this.bits);
		this.parents = Parents.of(states, false);
		this.ordinals = new Int32Array(Math.ceil(states / this.perWord));
	}

	/** Bytes of `count` states. */
	bytes(count: number): number {
		return Math.ceil(count / 4 + (4 * count) / this.perWord);
	}

	/** Which of its parent's successors state `index` is, from 0. */
	ordinal(index: number): number {
		const word = this.ordinals[Math.floor(index / this.perWord)] as number;
		return (word >>> (this.bits * (index % this.perWord))) & (2 ** this.bits - 1);
	}
}
