import type { Machine } from "../machine/index.ts";
import type { StateStore } from "./state-store.ts";
import { Chunk } from "./store/chunk.ts";

/** So many states are looked at. */
const SAMPLE = 64;

/**
 * Throws where a state has a successor that is not stored. To be called when a search is complete, and so has them all:
 * states that the store or a thread has lost would show in nothing else. `store` keeps states whole.
 */
export function assertClosed(machine: Machine, store: StateStore): void {
	const { out, taken } = machine;
	const { count } = store;
	const counts = taken.slice();
	const chunk = new Chunk(machine.words, 0);
	const looks = Math.min(SAMPLE, count);
	// It must not pass over what it has seen a moment ago.
	store.forget();
	for (let look = 1; look <= looks; look++) {
		const state = Math.ceil((look * count) / looks) - 1;
		machine.load(store.arena, store.at(state));
		machine.expand();
		store.sift(out, { first: state, ends: Int32Array.of(out.count) }, chunk);
	}
	taken.set(counts);
	store.add(chunk);
	if (store.count !== count) throw new Error(`the search has lost states: of the ${count} stored, some lead to others`);
}
