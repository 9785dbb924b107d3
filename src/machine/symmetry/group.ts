/** What becomes of one slot: where its value goes, and by which table; none where it stays the same. */
export interface Moved {
	readonly to: number;
	readonly codes: readonly number[] | undefined;
}

/** A permutation of ids as it acts on states: by slot of the working vector and of the program counters. */
export interface Relabelling {
	readonly W: readonly Moved[];
	readonly P: readonly Moved[];
}

/** Two ids that are exchanged. */
export interface Swap {
	readonly name: string;
	readonly relabelling: Relabelling;
}

/** The group of permutations under which states count as one. */
export interface Group {
	/** All but the identity. */
	readonly elements: readonly Relabelling[];
	/** Exchanges of two ids each, which generate the group. */
	readonly swaps: readonly Swap[];
	/** The ids that count as interchangeable, for example "bio0 and bio1". */
	readonly classes: readonly string[];
	/** Interchangeable by declaration, and why they do not count as such. */
	readonly refused: readonly Refusal[];
}

export interface Refusal {
	/** As in `classes`. */
	readonly over: string;
	readonly reason: string;
}

export const TRIVIAL: Group = { elements: [], swaps: [], classes: [], refused: [] };
