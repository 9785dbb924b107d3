import type { Finding } from "../findings.ts";
import type { Claim } from "../threads/control.ts";
import type { Table } from "./table.ts";

/** Length of a row, besides the words of the state. */
export const EXTRA = 4;
/** Rows at first. */
const ROOM = 1 << 10;

/** States of one level, and what came of expanding them. */
export class Chunk {
	claim: Claim = { first: 0, end: 0, depth: 0 };
	/** How many of their successors may be new. */
	count = 0;
	/** Of each of these, in one row: its words, its hash, its parent, and the slot where it was last looked for in
	 * `table`, with how many slots that is from the first; or, where states do not stay, which of its parent's
	 * successors it is. */
	rows: Int32Array;
	table: Table | undefined;
	/** The first of each property that is false in a state or by a step from it. */
	readonly findings: Finding[] = [];
	/** The state at which expanding ended with an error. */
	failed: { readonly state: number; readonly error: unknown } | undefined;
	/** Transitions that its thread had made in all after it, and how often each step was taken in them. */
	transitions = 0;
	readonly taken: Float64Array;

	readonly #width: number;

	constructor(words: number, steps: number) {
		this.#width = words + EXTRA;
		this.rows = new Int32Array(ROOM * this.#width);
		this.taken = new Float64Array(steps);
	}

	/** Forgets what came of it. */
	clear(): void {
		this.count = 0;
		this.findings.length = 0;
	}

	/** Makes room for so many more. */
	reserve(more: number): void {
		const needed = (this.count + more) * this.#width;
		if (needed <= this.rows.length) return;
		const larger = new Int32Array(2 ** Math.ceil(Math.log2(needed)));
		larger.set(this.rows);
		this.rows = larger;
	}
}
