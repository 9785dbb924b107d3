import type { Machine } from "../machine/index.ts";
import type { Store } from "./store.ts";

/** Ids of the steps by which the search first reached state `state`, found by expanding the states on the way again. */
export function pathTo(machine: Machine, store: Store, state: number): number[] {
	const path: number[] = [];
	for (let at = state; store.parent(at) >= 0; at = store.parent(at)) path.unshift(stepTo(machine, store, at));
	return path;
}

/** The first step that leads from its parent to state `state`. */
function stepTo(machine: Machine, store: Store, state: number): number {
	const { out, words, taken } = machine;
	const { arena } = store;
	const from = out.count;
	const counts = taken.slice();
	machine.load(arena, store.parent(state) * words);
	try {
		machine.expand();
		for (let i = from; i < out.count; i++)
			if (same(out.words, i * words, arena, state * words, words)) return out.edges[i] as number;
	} finally {
		out.count = from;
		taken.set(counts);
	}
	throw new Error(`state ${state} cannot be reached again from its parent: the model is not deterministic`);
}

function same(a: Int32Array, p: number, b: Int32Array, q: number, words: number): boolean {
	for (let w = 0; w < words; w++) if (a[p + w] !== b[q + w]) return false;
	return true;
}
