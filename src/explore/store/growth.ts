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
	readonly moving = new Int32Array(LINE);

	constructor(
		readonly entries: Int32Array,
		lines: number,
	) {
		this.#line = lines - 1;
	}

	/** The line whose entries are to be placed; negative at the end. */
	get line(): number {
		return this.#line;
	}

	/** Takes the line's entries out of it; returns how many there are at the beginning of `moving`. May be called again. */
	take(): number {
		if (this.#count < 0) {
			const count = this.#list();
			this.#clear();
			// Work cannot be ended between these two.
			this.#count = count;
		}
		return this.#count;
	}

	/** The entries are where they belong now: on to the next line. */
	done(): void {
		this.#count = -1;
		this.#line--;
	}

	/** Empties the line: without a loop, in which work could be ended, and in a sixth of the time that `fill()` takes. */
	#clear(): void {
		const { entries } = this;
		const slot = this.#line * LINE;
		entries[slot] = entries[slot + 1] = entries[slot + 2] = entries[slot + 3] = 0;
		entries[slot + 4] = entries[slot + 5] = entries[slot + 6] = entries[slot + 7] = 0;
		entries[slot + 8] = entries[slot + 9] = entries[slot + 10] = entries[slot + 11] = 0;
		entries[slot + 12] = entries[slot + 13] = entries[slot + 14] = entries[slot + 15] = 0;
	}

	/** Lists the entries of the line. */
	#list(): number {
		const { entries, moving } = this;
		let count = 0;
		for (let slot = this.#line * LINE, end = slot + LINE; slot < end; slot++) {
			const entry = entries[slot] as number;
			moving[count] = entry;
			count += (entry | -entry) >>> 31;
		}
		return count;
	}
}
