/** So many levels are looked back upon. */
const BACK = 8;
/** And so many ahead, at most. */
const AHEAD = 10_000;
/** More than so many times the states that there are is no forecast but a guess. */
const MOST = 50;

/**
 * How many states there will be in the end, by how the last levels grew; undefined where that cannot be said yet.
 * `ends` has the states up to the end of each of these levels, in order. As a rule levels grow ever less, then shrink
 * ever more: the logarithm of their size is taken for a parabola.
 */
export function forecast(ends: readonly number[]): number | undefined {
	const sizes = ends.slice(1).map((end, i) => end - (ends[i] as number));
	if (sizes.length < 2 * BACK || sizes.some((size) => size <= 0)) return undefined;
	const growth = (from: number, to: number) =>
		Math.log((sizes.at(to) as number) / (sizes.at(from) as number)) / (to - from);
	// Of the size from level to level, on average over the earlier and the later half of the levels.
	const earlier = growth(-2 * BACK, -BACK);
	let factor = growth(-BACK - 1, -1);
	const bend = (factor - earlier) / (BACK - 1);
	if (bend >= 0 && factor >= 0) return undefined;
	// From the middle of the later half to the last level.
	factor += (bend * (BACK - 1)) / 2;
	let size = sizes.at(-1) as number;
	let total = ends.at(-1) as number;
	for (let level = 0; level < AHEAD && size >= 1; level++) {
		factor += Math.min(bend, 0);
		size *= Math.exp(factor);
		total += size;
	}
	return total < MOST * (ends.at(-1) as number) ? Math.round(total) : undefined;
}
