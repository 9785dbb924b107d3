import type { Model, Unreachable } from "../../lang/index.ts";
import { type CoverageDifference, gapsIn, type ModelResult } from "../../report/index.ts";
import { nameOf, scenariosOf } from "../plan/scenarios.ts";

/**
 * Compares the statements that no run took with those that the spec declares unreachable. Undefined where not every
 * scenario of the model was explored to its end: then nothing can be said.
 */
export function compareCoverage(
	model: Model,
	result: ModelResult,
	unreachable: Unreachable,
): readonly CoverageDifference[] | undefined {
	if (!isWhole(model, result)) return undefined;
	const { untaken } = gapsIn(explored(result));
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

/** Whether every scenario of the model was explored to its end. */
export function isWhole(model: Model, result: ModelResult): boolean {
	const { chosen } = scenariosOf(model, { all: true, set: [], scenario: [] });
	const names = new Set(explored(result).map(({ name }) => name));
	return chosen.every((scenario) => names.has(nameOf(model, scenario)));
}

const explored = ({ scenarios }: ModelResult) =>
	scenarios.filter(({ status, stopped }) => status !== "error" && stopped === undefined);
