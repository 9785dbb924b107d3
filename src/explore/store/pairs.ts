const FIRST_ROOM = 1 << 10;

/** Numbers pairs of 32-bit words from 0, in the order in which they come. May be ended where it stands. */
export class Pairs {
	#words: Int32Array = new Int32Array(2 * FIRST_ROOM);
	/** Numbers plus one by hash; 0 is a free slot. Two thirds at most are taken. */
	#slots: Int32Array = new Int32Array(2 * FIRST_ROOM);
	#count = 0;

	get count(): number {
		return this.#count;
	}

	get bytes(): number {
		return this.#words.byteLength + this.#slots.byteLength;
	}

	first(number: number): number {
		return this.#words[2 * number] as number;
	}

	second(number: number): number {
		return this.#words[2 * number + 1] as number;
	}

	/** The pair's number, which it may get only now. */
	number(first: number, second: number): number {
		const slot = this.#slotOf(first, second);
		const known = this.#slots[slot] as number;
		if (known !== 0) return known - 1;
		const number = this.#count;
		if (2 * number === this.#words.length) this.#words = extended(this.#words);
		if (3 * number >= 2 * this.#slots.length) {
			this.#rehash();
			return this.number(first, second);
		}
		// From here on there is no loop in which work could be ended.
		this.#words[2 * number] = first;
		this.#words[2 * number + 1] = second;
		this.#slots[slot] = number + 1;
		this.#count = number + 1;
		return number;
	}

	/** The slot that has it, or where it belongs. */
	#slotOf(first: number, second: number): number {
		const slots = this.#slots;
		const words = this.#words;
		let slot = place(first, second, slots.length);
		for (;;) {
			const number = ((slots[slot] as number) - 1) | 0;
			if (number < 0 || (words[2 * number] === first && words[2 * number + 1] === second)) return slot;
			slot = slot + 1 === slots.length ? 0 : slot + 1;
		}
	}

	#rehash(): void {
		const larger = new Int32Array(grown(this.#slots.length));
		for (let number = 0; number < this.#count; number++) {
			let slot = place(this.first(number), this.second(number), larger.length);
			while (larger[slot] !== 0) slot = slot + 1 === larger.length ? 0 : slot + 1;
			larger[slot] = number + 1;
		}
		this.#slots = larger;
	}
}

/** By a third once it is large, to save memory. */
export const grown = (length: number): number => (length < 1 << 20 ? 2 * length : 2 * Math.ceil((length * 2) / 3));

/** A longer array with the same beginning. */
function extended(array: Int32Array): Int32Array {
	const longer = new Int32Array(grown(array.length));
	longer.set(array);
	return longer;
}

/** From 0 to `slots` - 1, evenly. */
function place(first: number, second: number, slots: number): number {
	let h = Math.imul(first ^ (first >>> 15), 0x9e3779b1) ^ Math.imul(second ^ (second >>> 13), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
	h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
	return Math.floor(((h ^ (h >>> 16)) >>> 0) * (slots / 2 ** 32));
}
