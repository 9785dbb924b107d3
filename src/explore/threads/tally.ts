import type { Machine } from "../../machine/index.ts";

/** What one thread has counted, in the chunks of its own that were added. Threads can share it. */
export interface Tally {
	readonly transitions: Float64Array;
	/** How often each step was taken, by step id. */
	readonly taken: Float64Array;
	/** By property: whether it was ever put to the test. */
	readonly exercised: Uint8Array;
	/** As in the machine: how guards and conditions came out. */
	readonly came: Uint8Array;
	/** As in the machine: what properties were seen to look at. */
	readonly looked: Uint8Array;
}

export function tallyFor({ taken, exercised, came, looked }: Machine, shared: boolean): Tally {
	const buffer = (bytes: number) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
	return {
		transitions: new Float64Array(buffer(8)),
		taken: new Float64Array(buffer(taken.byteLength)),
		exercised: new Uint8Array(buffer(exercised.byteLength)),
		came: new Uint8Array(buffer(came.byteLength)),
		looked: new Uint8Array(buffer(looked.byteLength)),
	};
}
