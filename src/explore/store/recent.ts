/** So many states are kept at hand: about half of all successors are among them. */
const ROOM = 1 << 13;

/** States met a moment ago, whole, each at the place that its hash names. */
export class Recent {
	readonly #states: Int32Array;
	readonly #taken = new Uint8Array(ROOM);

	constructor(readonly words: number) {
		this.#states = new Int32Array(ROOM * words);
	}

	/** Whether the state at word index `at` of `states` is one of them; it is then. */
	met(states: Int32Array, at: number, hash: number): boolean {
		const recent = this.#states;
		const place = hash & (ROOM - 1);
		const p = place * this.words;
		let difference = (this.#taken[place] as number) ^ 1;
		for (let w = 0; w < this.words; w++) {
			const word = states[at + w] as number;
			difference |= word ^ (recent[p + w] as number);
			recent[p + w] = word;
		}
		this.#taken[place] = 1;
		return difference === 0;
	}

	/** Forgets them all. */
	clear(): void {
		this.#taken.fill(0);
	}
}
