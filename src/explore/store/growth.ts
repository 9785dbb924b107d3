/** Slots of a line: 16 entries of 4 bytes are one cache line. */
export const LINE = 16;

/**
 * Makes a table of lines larger in the memory that it has, where no entry's line ever gets a lower number. From the
 * last line down, each is emptied and its entries are placed anew, always in lines that are done; so a table needs no
 * second one beside it to grow. Work may be ended where it stands: `run` then goes on from there.
 */
export class Growth {
	/** The line that is being emptied; and how many entries were taken out of it to be placed, -1 before they are. */
	#line: number;
	#count = -1;
	readonly #moving = new Int32Array(LINE);

	constructor(
		readonly entries: Int32Array,
		lines: number,
	) {
		this.#line = lines - 1;
	}

	/** `place` puts the first `count` entries of a list where they belong now. It may be called twice for a line. */
	run(place: (moving: Int32Array, count: number, line: number) => void): void {
		while (this.#line >= 0) {
			if (this.#count < 0) {
				const count = this.#list();
				this.entries.fill(0, this.#line * LINE, (this.#line + 1) * LINE);
				// Work cannot be ended between these two.
				this.#count = count;
			}
			place(this.#moving, this.#count, this.#line);
			this.#count = -1;
			this.#line--;
		}
	}

	/** Lists the entries of the line. */
	#list(): number {
		const entries = this.entries;
		const moving = this.#moving;
		let count = 0;
		for (let slot = this.#line * LINE, end = slot + LINE; slot < end; slot++) {
			const entry = entries[slot] as number;
			moving[count] = entry;
			count += (entry | -entry) >>> 31;
		}
		return count;
	}
}
