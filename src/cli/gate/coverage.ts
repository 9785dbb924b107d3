import type { Model, Unreachable } from "../../lang/index.ts";
import { type CoverageDifference, gapsIn, type ModelResult } from "../../report/index.ts";
import { isWhole } from "../plan/scenarios.ts";

/**
 * Compares the statements that no run took with those that the spec declares unreachable. Undefined where not every
 * scenario of the model was explored to its end: then nothing can be said.
 */
export function compareCoverage(
	model: Model,
	result: ModelResult,
	unreachable: Unreachable,
): readonly CoverageDifference[] | undefined {
	const seen = explored(result);
	if (!isWhole(model, seen)) return undefined;
	const { untaken } = gapsIn(seen);
	const isDeclared = (routine: string, label: string) =>
		unreachable.some((each) => each.routine === routine && each.label === label);
	const missing = untaken.filter(({ routine, label }) => !isDeclared(routine, label));
	const taken = unreachable.filter(
		(each) => !untaken.some(({ routine, label }) => each.routine === routine && each.label === label),
	);
	return [
		...missing.map(({ routine, label, source }) => ({ routine, label, source, because: undefined })),
		...taken.map(({ routine, label, because }) => ({ routine, label, source: undefined, because })),
	];
}

/** Those that were explored to their end. */
export const explored = ({ scenarios }: ModelResult) =>
	scenarios.filter(({ status, stopped }) => status !== "error" && stopped === undefined);
