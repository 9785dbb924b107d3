/** A place where a property was found false. */
export interface Finding {
	readonly property: string;
	/** Stored state in which it is false, or from which step `edge` makes it so. */
	readonly state: number;
	readonly edge: number | undefined;
	/** Steps from the initial state to where it is false. */
	readonly length: number;
	readonly message: string | undefined;
}
