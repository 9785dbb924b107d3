const GROWTH = 1.3;

/** States by index, from the first that is still needed on: a ring in which later ones take the place of earlier ones. */
export class Queue {
	states: Int32Array;
	#room = 1 << 12;

	constructor(readonly words: number) {
		this.states = new Int32Array(this.#room * words);
	}

	get bytes(): number {
		return this.states.byteLength;
	}

	/** Word index of state `index`. */
	at(index: number): number {
		return (index % this.#room) * this.words;
	}

	/** Makes room for states `first` up to `end`, of which those up to `count` are there. */
	reserve(first: number, count: number, end: number): void {
		if (end - first <= this.#room) return;
		const { words } = this;
		const room = Math.max(end - first, Math.ceil(this.#room * GROWTH));
		const larger = new Int32Array(room * words);
		for (let i = first; i < count; i++) {
			const from = this.at(i);
			const to = (i % room) * words;
			for (let w = 0; w < words; w++) larger[to + w] = this.states[from + w] as number;
		}
		this.states = larger;
		this.#room = room;
	}
}
