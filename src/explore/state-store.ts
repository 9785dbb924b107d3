import type { Successors } from "../machine/index.ts";
import type { Chunk } from "./store/chunk.ts";

/** Where successors came from: up to `ends[k]` of them are those of states up to `first + k`. */
export interface Sources {
	readonly first: number;
	readonly ends: Int32Array;
}

/** Every distinct state once, by index, in breadth-first order. */
export interface StateStore {
	/** 32-bit words of a state. */
	readonly words: number;
	readonly count: number;
	/** Bytes in use. */
	readonly bytes: number;
	/** Holds the states that are still to be expanded, at least: state `index` from word `at(index)` on. */
	readonly arena: Int32Array;
	at(index: number): number;
	/** Index of the state from which state `index` was first reached; -1 for an initial state. */
	parent(index: number): number;
	/** Which of its parent's successors state `index` is; undefined where the arena has both. */
	ordinal(index: number): number | undefined;
	/** How many states it is expected to have taken for others by mistake; undefined where it compares them whole. */
	readonly omitted: number | undefined;
	/** Empties `batch` into `chunk`, but for what need not be added. */
	sift(batch: Successors, sources: Sources, chunk: Chunk): void;
	/** To be called when a chunk is begun anew: what stood in it is not going to be stored. */
	forget(): void;
	/**
	 * Adds what is new in a chunk. False when a state did not fit; then it holds as many as it ever will. If it is ended
	 * where it stands, it is to be called again.
	 */
	add(chunk: Chunk): boolean;
}
