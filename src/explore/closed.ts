import { type Machine, ModelError, type Step, StepError } from "../machine/index.ts";
import type { StateStore } from "./state-store.ts";
import { Chunk } from "./store/chunk.ts";

/** So many states are looked at. */
const SAMPLE = 64;

/**
 * A stored state from which a step leads to one that is not stored, with the error that this is, if one is found. To be asked
 * when a search is complete, and so should have stored them all: states that a thread or the store has lost might show in nothing
 * else. `store` keeps states whole; the state found is added to it.
 */
export function unclosed(machine: Machine, store: StateStore): { state: number; error: StepError } | undefined {
	const { out, taken, words } = machine;
	const { count } = store;
	const counts = taken.slice();
	const chunk = new Chunk(words, 0);
	// It must not pass over what it has seen a moment ago.
	store.forget();
	for (const state of spread(machine, store, SAMPLE)) {
		machine.expand();
		chunk.clear();
		store.sift(out, { first: state, ends: Int32Array.of(out.count) }, chunk);
		store.add(chunk);
		if (store.count > count) return { state, error: leadsAstray(machine, store, count) };
	}
	taken.set(counts);
	return undefined;
}

/** At most so many of the stored states, spread over all of them, one after the other as the current one. */
export function* spread(machine: Machine, store: StateStore, most: number): Iterable<number> {
	const { count } = store;
	const looks = Math.min(most, count);
	for (let look = 1; look <= looks; look++) {
		const state = Math.ceil((look * count) / looks) - 1;
		machine.load(store.arena, store.at(state));
		yield state;
	}
}

/** The error that the last expansion's step to stored state `index` is. */
function leadsAstray({ out, words, steps }: Machine, { arena }: StateStore, index: number): StepError {
	let i = 0;
	while (out.words.subarray(i * words, (i + 1) * words).some((word, w) => word !== arena[index * words + w])) i++;
	const cause = new ModelError(
		"nondeterministic model: when all had been explored, this step led to a state that is none of them; a step may use only s, f and me (if this does, states were lost: please report it)",
	);
	return new StepError(cause, steps[out.edges[i] as number] as Step);
}
