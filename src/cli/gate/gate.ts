import type { Expectations, Model, Mutants } from "../../lang/index.ts";
import type { Comparison, Difference, ModelResult, ScenarioResult } from "../../report/index.ts";
import { EXIT, worst } from "../exit.ts";
import { compareCoverage } from "./coverage.ts";
import { compareMutants, neverViolated } from "./mutants.ts";
import type { Spec } from "./spec.ts";

/** A model's verdicts beside the expected ones. */
export interface Gated extends Comparison {
	readonly code: number;
}

/** Compares every verdict with the expected one; `only` restricts it to these properties, unless empty. */
export function gate(
	model: ModelResult,
	{ path, expect }: Pick<Spec, "path" | "expect">,
	only: readonly string[],
): Gated {
	const compared = (id: string) => only.length === 0 || only.includes(id);
	return gated(model, path, (scenario) => compare(scenario, expect).filter(({ property }) => compared(property)));
}

/** As `gate`, and compares the mutants and what was reached with what the spec declares of them, if it does. */
export function gateWhole(model: Model, result: ModelResult, spec: Spec, only: readonly string[]): Gated {
	const { unreachable, mutants } = spec;
	const verdicts = gate(result, spec, only);
	const withMutants = mutants ? gateMutants(model, result, { ...spec, mutants }, only, verdicts) : verdicts;
	if (!unreachable) return withMutants;
	const differences = compareCoverage(model, result, unreachable);
	const code = differences && differences.length > 0 ? EXIT.violated : EXIT.holds;
	return { ...withMutants, coverage: { differences }, code: worst([withMutants.code, code]) };
}

function gateMutants(
	model: Model,
	result: ModelResult,
	spec: Spec & { readonly mutants: Mutants },
	only: readonly string[],
	verdicts: Gated,
): Gated {
	const { differences: all, caught, unseen } = compareMutants(model, result, spec, only);
	// A mutant that the spec expects to be caught in that scenario is a difference already.
	const isKnown = ({ scenario, property }: Difference) =>
		verdicts.differences.some((known) => known.scenario === scenario && known.property === property);
	const differences = all.filter((difference) => !isKnown(difference));
	return {
		...verdicts,
		differences: [...verdicts.differences, ...differences],
		mutants: { caught, unseen },
		neverViolated: neverViolated(model, result),
		code: worst([verdicts.code, ...codesOf(differences)]),
	};
}

/** As `gate`, where there is no spec: every property must hold or be vacuous. */
export function unlessAllHolds(model: ModelResult): Gated {
	const because = "no other verdict was asked for";
	return gated(model, "a spec that demands that all holds", ({ name, properties }) =>
		properties
			.filter(({ class: kind }) => kind !== "cost")
			.filter(({ verdict }) => verdict !== "holds" && verdict !== "vacuous" && verdict !== "reached")
			.map(({ id, verdict }) => {
				const expected = { verdict: verdict === "never reached" ? "reached" : "holds", because } as const;
				return { scenario: name, property: id, expected, actual: verdict };
			}),
	);
}

function gated(model: ModelResult, spec: string, compared: (scenario: ScenarioResult) => Difference[]): Gated {
	const differences = model.scenarios.filter(({ status }) => status !== "error").flatMap(compared);
	const failed = model.scenarios.some(({ status }) => status === "error");
	const unseen = model.notBegun.length > 0 || model.scenarios.some(({ stopped }) => stopped);
	return {
		spec,
		differences,
		code: worst([...codesOf(differences), ...(failed ? [EXIT.model] : []), ...(unseen ? [EXIT.incomplete] : [])]),
	};
}

const codesOf = (differences: readonly Difference[]): number[] =>
	differences.map(({ actual }) => (actual === "incomplete" ? EXIT.incomplete : EXIT.violated));

function compare({ name, axes, sizes, properties }: ScenarioResult, expect: Expectations): Difference[] {
	const expected = expect({ ...axes, ...sizes });
	const ids = new Set([...properties.map(({ id }) => id), ...Object.keys(expected)]);
	return [...ids].flatMap((id) => {
		const wanted = Object.hasOwn(expected, id) ? expected[id] : undefined;
		const actual = properties.find((property) => property.id === id)?.verdict;
		return wanted && wanted.verdict === actual ? [] : [{ scenario: name, property: id, expected: wanted, actual }];
	});
}
