import { Halves, TOGETHER } from "./halves.ts";
import { Numbers } from "./numbers.ts";
import type { Seen } from "./seen.ts";
import { Tree } from "./tree.ts";

/** More states than are ever added at once. */
const MARGIN = 2 ** 20;

/** Every state met, whole, but compressed: the numbers of its two halves, which make one number of 52 bits. */
export class CompressedStates implements Seen {
	readonly omitted = undefined;
	readonly #left: Tree;
	readonly #right: Tree;
	#halves = new Halves(TOGETHER / 2);
	#states: Numbers;
	/** Whether it is known which half has the more numbers. */
	#isSettled = false;
	#keys = new Float64Array(0);

	constructor(
		readonly words: number,
		/** About as many states as there may be. */
		readonly room: number,
		/** After so many, bits are given to the halves by how many numbers each has. */
		readonly settled = 2 ** 20,
	) {
		const middle = (words + 1) >> 1;
		this.#left = new Tree(0, middle);
		this.#right = new Tree(middle, words);
		this.#states = new Numbers(2 ** TOGETHER, Math.min(room, 2 * settled));
	}

	get bytes(): number {
		return this.#left.bytes + this.#right.bytes + this.#states.bytes;
	}

	/** Numbers of a half run out. */
	get full(): boolean {
		return this.#halves.isFull(this.#left.count + MARGIN, this.#right.count + MARGIN);
	}

	look(rows: Int32Array, length: number, count: number): void {
		if (!this.#isSettled && this.#states.count + count > this.settled) this.#settle();
		if (this.#keys.length < count) this.#keys = new Float64Array(2 * count);
		const keys = this.#keys;
		for (let i = 0; i < count; i++) {
			const p = i * length;
			keys[i] = this.#halves.together(this.#left.number(rows, p), this.#right.number(rows, p));
		}
		this.#states.touch(keys, count);
	}

	add(i: number): boolean {
		return this.#states.add(this.#keys[i] as number);
	}

	/** May be ended where it stands, and done again. */
	#settle(): void {
		const halves = Halves.of(this.#left.count, this.#right.count);
		const states = new Numbers(2 ** TOGETHER, this.room);
		this.#states.each((sum) => states.add(this.#halves.moved(sum, halves)));
		// From here on there is no loop and no call in which work could be ended.
		this.#halves = halves;
		this.#states = states;
		this.#isSettled = true;
	}
}
