/** Slots of a line: 16 entries of 4 bytes are one cache line. */
export const LINE = 16;

/**
 * Makes a table of lines larger in the memory that it has, where no entry's line ever gets a lower number. From the
 * last line down, each is emptied and its entries are placed anew, always in lines that are done; so a table needs no
 * second one beside it to grow. Work may be ended where it stands: `run` then goes on from there.
 */
export class Growth {
	/** The next line to be emptied, and what was in the last one but is not yet placed. */
	#line: number;
	#left = 0;
	readonly #moving = new Int32Array(LINE);

	constructor(
		readonly entries: Int32Array,
		lines: number,
	) {
		this.#line = lines - 1;
	}

	/** `place` puts an entry of a line where it belongs now. It may be called twice for the same entry. */
	run(place: (entry: number, line: number) => void): void {
		const { entries } = this;
		const moving = this.#moving;
		while (this.#line >= 0) {
			const line = this.#line;
			const from = line * LINE;
			if (this.#left === 0) {
				for (let i = 0; i < LINE; i++) moving[i] = entries[from + i] as number;
				this.#left = LINE;
			}
			if (this.#left === LINE) for (let i = 0; i < LINE; i++) entries[from + i] = 0;
			while (this.#left > 0) {
				const entry = moving[this.#left - 1] as number;
				if (entry !== 0) place(entry, line);
				this.#left--;
				if (this.#left === 0) this.#line--;
			}
		}
	}
}
