/** Exit codes. Of several that apply, the one that comes first here counts. */
export const EXIT = {
	/** The checker contradicts itself. */
	internal: 70,
	/** The command, a file or its types are wrong; nothing was verified. */
	usage: 2,
	/** The model itself is wrong. */
	model: 3,
	/** A property is violated; under --gate, a verdict is not the expected one. */
	violated: 1,
	/** A limit or an interrupt ended the search before everything was seen. */
	incomplete: 4,
	holds: 0,
} as const;

/** The first of the codes that apply. */
export function worst(codes: Iterable<number>): number {
	const met = new Set(codes);
	return Object.values(EXIT).find((code) => met.has(code)) ?? EXIT.holds;
}

/** Something the user can put right; shown as one message without a stack trace. */
export class UsageError extends Error {
	override readonly name = "UsageError";
}
