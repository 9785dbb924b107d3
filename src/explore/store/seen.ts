/** Tells states that are new from those met before. */
export interface Seen {
	/** Bytes in use. */
	readonly bytes: number;
	/** How many states it is expected to have taken for met that were not; undefined where it takes none. */
	readonly omitted: number | undefined;
	/** Whether it has no room for many more. */
	readonly full: boolean;
	/** Turns to the states at the beginnings of the first `count` rows of this length. May be ended where it stands. */
	look(rows: Int32Array, length: number, count: number): void;
	/**
	 * Whether number `i` of those states is new; then it is met from now on. May be ended where it stands, but not after
	 * that change.
	 */
	add(i: number): boolean;
}
