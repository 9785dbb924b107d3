import { type AnyRoutine, labelsIn } from "preempt";

/** Those of `labels` that `routine` has: designs write the same function in several ways. */
export function pointsIn(routine: AnyRoutine, labels: readonly string[]): readonly string[] {
	const there = labelsIn(routine);
	return labels.filter((label) => there.has(label));
}
