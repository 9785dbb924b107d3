/**
 * What is kept of every state that was met: all of it, all of it compressed, a hash, or some bits in a large array.
 * With the last two, states are taken for others by chance.
 */
export type Keep = "whole" | "compressed" | "hashed" | "bits";

export interface Limits {
	readonly states: number;
	/** Seconds. */
	readonly time: number;
	/** Bytes of stored states, parents and table. */
	readonly memory: number;
	/** Steps from the initial state. */
	readonly depth: number;
	/** Default: whole. */
	readonly keep?: Keep;
}

/** Why a search ended before everything was seen; `lossy`: what it keeps of states cannot tell all of them apart. */
export type Stop = "states" | "time" | "memory" | "depth" | "interrupt" | "walks" | "lossy";
