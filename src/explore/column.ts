type Numbers = Int32Array | Uint16Array;

const FIRST_ROOM = 1 << 10;

/** Numbers one after the other, as many as there come to be. */
export class Column<A extends Numbers> {
	#cells: A;
	length = 0;

	constructor(readonly kind: new (length: number) => A) {
		this.#cells = new kind(FIRST_ROOM);
	}

	push(value: number): void {
		if (this.length === this.#cells.length) {
			const larger = new this.kind(2 * this.length);
			larger.set(this.#cells);
			this.#cells = larger;
		}
		this.#cells[this.length++] = value;
	}

	increase(index: number): void {
		this.#cells[index] = (this.#cells[index] as number) + 1;
	}

	/** A view of them; one that is pushed later may not show in it. */
	get values(): A {
		return this.#cells.subarray(0, this.length) as A;
	}

	get bytes(): number {
		return this.#cells.byteLength;
	}
}
