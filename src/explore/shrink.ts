import type { Trial, Violating } from "./trial.ts";

/** So many steps are tried; what is left then is as short as it gets. */
const ENOUGH = 2_000_000;

/**
 * A shorter walk that violates the same property: without its detours, and without whatever steps it can do without
 * (delta debugging, Zeller and Hildebrandt 2002). The same walk always shrinks to the same.
 */
export function shrink(trial: Trial, start: Int32Array, steps: readonly number[]): Violating | undefined {
	let best = trial.walk(start, steps);
	if (!best) return undefined;
	const shorter = (steps: readonly number[]): boolean => {
		const found = trial.walk(start, steps);
		if (!found || !best || found.path.length >= best.path.length) return false;
		best = found;
		return true;
	};
	for (let size = best.path.length; size >= 1 && trial.steps < ENOUGH; ) {
		shorter(direct(best));
		let removed = false;
		for (let at = 0; at < best.path.length && trial.steps < ENOUGH; )
			if (shorter(best.path.toSpliced(at, size))) removed = true;
			else at += size;
		if (!removed || size > best.path.length) size = Math.floor(size / 2);
	}
	return best;
}

/** The path without the steps between two visits of one state. */
function direct({ path, states }: Violating): number[] {
	const last = new Map(states.map((state, i) => [state.join(), i]));
	const kept: number[] = [];
	for (let i = 0; i < path.length; i++) {
		i = last.get((states[i] as Int32Array).join()) as number;
		if (i < path.length) kept.push(path[i] as number);
	}
	return kept;
}
