import { Pairs } from "./pairs.ts";

/**
 * Numbers vectors of words: of their halves' numbers, each pair has a number (tree compression, as in LTSmin). States
 * differ from their parents in few words, so there are few halves.
 */
export class Tree {
	readonly #pairs = new Pairs();
	readonly #left: Tree | undefined;
	readonly #right: Tree | undefined;

	/** Of the words from `from` up to `to` of a state. */
	constructor(
		readonly from: number,
		readonly to: number,
	) {
		if (to - from <= 2) return;
		const middle = from + ((to - from) >> 1);
		this.#left = new Tree(from, middle);
		this.#right = new Tree(middle, to);
	}

	/** How many vectors have a number. */
	get count(): number {
		return this.#pairs.count;
	}

	get bytes(): number {
		return this.#pairs.bytes + (this.#left?.bytes ?? 0) + (this.#right?.bytes ?? 0);
	}

	/** The number of the vector in the state at word index `p`. Equal numbers are equal vectors. */
	number(states: Int32Array, p: number): number {
		const { from, to } = this;
		if (this.#left && this.#right)
			return this.#pairs.number(this.#left.number(states, p), this.#right.number(states, p));
		return this.#pairs.number(
			to > from ? (states[p + from] as number) : 0,
			to > from + 1 ? (states[p + from + 1] as number) : 0,
		);
	}
}
