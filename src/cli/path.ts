import type { Finding, Search } from "../explore/search.ts";

/** Ids of the steps from the initial state to `finding`. */
export function pathTo({ machine, store }: Search, finding: Pick<Finding, "state" | "edge">): number[] {
	const path: number[] = finding.edge === undefined ? [] : [finding.edge];
	const { words } = machine;
	const next = new Int32Array(words);
	for (let at = finding.state; store.parent(at) >= 0; at = store.parent(at)) {
		const target = store.arena.subarray(at * words, (at + 1) * words);
		const id = machine.steps.findIndex((_, step) => {
			machine.load(store.arena, store.parent(at) * words);
			try {
				if (!machine.take(step)) return false;
			} catch {
				return false;
			}
			machine.store(next, 0);
			return next.every((word, i) => word === target[i]);
		});
		path.unshift(id);
	}
	return path;
}
