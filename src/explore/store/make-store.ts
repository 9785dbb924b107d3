import type { Machine } from "../../machine/index.ts";
import type { Keep, Limits } from "../limits.ts";
import type { StateStore } from "../state-store.ts";
import { BitStates, largestArray } from "./bitstate.ts";
import { CompressedStates } from "./compressed.ts";
import { HashedStates } from "./hash-compact.ts";
import { PassingStore } from "./passing-store.ts";
import type { Seen } from "./seen.ts";
import { Store } from "./store.ts";

/** Indices of states are stored in so many bits. */
const MOST = 2 ** 30;
/** Places in the arena are computed in 32 bits with a sign. */
const WORDS = 2 ** 31;
/** Bytes a state, besides its words: its parent, and at most so much of the table. */
const BESIDES = 9;
/** Bytes of a number in the set of them, on average at most. */
const NUMBER = 4;

/** The store for a search of `machine` that keeps of states what `limits` say. */
export function storeFor(machine: Machine, limits: Limits): StateStore {
	const { words, fanout } = machine;
	const { memory, keep = "whole" } = limits;
	if (keep === "whole") {
		const room = Math.min(Math.floor(memory / (4 * words + BESIDES)), Math.floor(WORDS / words));
		return new Store(words, Math.max(1, Math.min(limits.states, room, MOST)));
	}
	const states = Math.max(1, Math.min(limits.states, MOST, Math.floor(memory)));
	return new PassingStore(words, { states, memory }, seenFor(words, keep, states, memory), fanout);
}

function seenFor(words: number, keep: Exclude<Keep, "whole">, states: number, memory: number): Seen {
	const room = Math.min(states, Math.floor(memory / NUMBER));
	if (keep === "compressed") return new CompressedStates(words, room);
	if (keep === "hashed") return new HashedStates(words, room);
	return new BitStates(words, largestArray(memory / 2));
}
