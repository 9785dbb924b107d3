import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Expectations, Expected, Model, Mutants, Unreachable } from "../lang/index.ts";
import {
	type Comparison,
	type Difference,
	failureLine,
	type ModelResult,
	type ScenarioResult,
} from "../report/index.ts";
import type { Sources } from "../trace/index.ts";
import { compareCoverage } from "./coverage.ts";
import { EXIT, UsageError, worst } from "./exit.ts";
import { failureOf } from "./failure.ts";
import { load, stem } from "./load.ts";
import { compareMutants, isMutants, neverViolated } from "./mutants.ts";

export interface Spec {
	readonly path: string;
	readonly expect: Expectations;
	/** Where the spec demands that all else is reached. */
	readonly unreachable: Unreachable | undefined;
	/** Where the spec demands that every design that holds can be broken. */
	readonly mutants: Mutants | undefined;
}

/** A model's verdicts beside the expected ones. */
export interface Gated extends Comparison {
	readonly code: number;
}

/** The spec of the model in file `path`: the one given, or `../specs/NAME.ts` seen from the model. */
export async function specFor(path: string, given: string | undefined, sources: Sources): Promise<Spec> {
	const file = given ?? relative(process.cwd(), join(dirname(path), "..", "specs", `${stem(path)}.ts`));
	if (!existsSync(file)) throw new UsageError(`${path}: its spec ${file} does not exist; name another with --spec`);
	const { default: expect, unreachable, mutants } = (await load(file, sources)).exports;
	if (typeof expect !== "function")
		throw new UsageError(`${file}: its default export is not a function from scenario to expected verdicts`);
	if (unreachable !== undefined && !isUnreachable(unreachable))
		throw new UsageError(`${file}: its export unreachable is not a list of { routine, label, because }`);
	if (mutants !== undefined && !isMutants(mutants))
		throw new UsageError(`${file}: its export mutants is not { design: { scenario, caughtBy, because? } }`);
	return {
		path: file,
		unreachable,
		mutants,
		expect: (scenario) => {
			let expected: ReturnType<Expectations>;
			try {
				expected = (expect as Expectations)(scenario);
			} catch (error) {
				throw new UsageError(failureLine(failureOf(error, sources), file));
			}
			return requireExpected(file, expected);
		},
	};
}

const VERDICTS: readonly unknown[] = ["holds", "violated", "vacuous", "reached", "never reached", "unbounded"];

/** A spec need not have been type-checked. */
function requireExpected(file: string, expected: ReturnType<Expectations> | undefined): ReturnType<Expectations> {
	for (const [id, each] of Object.entries(expected ?? {})) {
		const { verdict, because } = (each ?? {}) as Partial<Expected>;
		if (!VERDICTS.includes(verdict) && !/^at most \d+$/.test(String(verdict)))
			throw new UsageError(`${file}: ${id} has the verdict ${verdict}; it is ${VERDICTS.join(", ")} or at most N`);
		if (typeof because !== "string") throw new UsageError(`${file}: ${id} has no because, a text that says why`);
	}
	return expected ?? {};
}

const isUnreachable = (value: unknown): value is Unreachable =>
	Array.isArray(value) &&
	value.every((each: unknown) => {
		const { routine, label, because } = (each ?? {}) as Record<string, unknown>;
		return [routine, label, because].every((text) => typeof text === "string");
	});

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
