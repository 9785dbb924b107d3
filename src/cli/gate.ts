import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Expectations, Model, Unreachable } from "../lang/index.ts";
import type { Comparison, Difference, ModelResult, ScenarioResult } from "../report/index.ts";
import type { Sources } from "../trace/index.ts";
import { compareCoverage } from "./coverage.ts";
import { EXIT, UsageError, worst } from "./exit.ts";
import { failureOf } from "./failure.ts";
import { load, stem } from "./load.ts";

export interface Spec {
	readonly path: string;
	readonly expect: Expectations;
	/** Where the spec demands that all else is reached. */
	readonly unreachable: Unreachable | undefined;
}

/** A model's verdicts beside the expected ones. */
export interface Gated extends Comparison {
	readonly code: number;
}

/** The spec of the model in file `path`: the one given, or `../specs/NAME.ts` seen from the model. */
export async function specFor(path: string, given: string | undefined, sources: Sources): Promise<Spec> {
	const file = given ?? relative(process.cwd(), join(dirname(path), "..", "specs", `${stem(path)}.ts`));
	if (!existsSync(file)) throw new UsageError(`${path}: its spec ${file} does not exist; name another with --spec`);
	const { default: expect, unreachable } = (await load(file, sources)).exports;
	if (typeof expect !== "function")
		throw new UsageError(`${file}: its default export is not a function from scenario to expected verdicts`);
	if (unreachable !== undefined && !isUnreachable(unreachable))
		throw new UsageError(`${file}: its export unreachable is not a list of { routine, label, because }`);
	return {
		path: file,
		unreachable,
		expect: (scenario) => {
			try {
				return (expect as Expectations)(scenario);
			} catch (error) {
				const { source, message } = failureOf(error, sources);
				throw new UsageError(`${source ? `${source.file}:${source.line}` : file}: ${message}`);
			}
		},
	};
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

/** As `gate`, and compares what was reached with what the spec declares unreachable, if it does. */
export function gateWhole(model: Model, result: ModelResult, spec: Spec, only: readonly string[]): Gated {
	const verdicts = gate(result, spec, only);
	if (!spec.unreachable) return verdicts;
	const differences = compareCoverage(model, result, spec.unreachable);
	const code = differences && differences.length > 0 ? EXIT.violated : EXIT.holds;
	return { ...verdicts, coverage: { differences }, code: worst([verdicts.code, code]) };
}

/** As `gate`, where there is no spec: every property must hold or be vacuous. */
export function unlessAllHolds(model: ModelResult): Gated {
	const because = "no other verdict was asked for";
	return gated(model, "a spec that demands that all holds", ({ name, properties }) =>
		properties
			.filter(({ verdict }) => verdict !== "holds" && verdict !== "vacuous" && verdict !== "reached")
			.map(({ id, verdict }) => {
				const expected = { verdict: verdict === "never reached" ? "reached" : "holds", because } as const;
				return { scenario: name, property: id, expected, actual: verdict };
			}),
	);
}

function gated(model: ModelResult, spec: string, compared: (scenario: ScenarioResult) => Difference[]): Gated {
	const differences = model.scenarios.filter(({ status }) => status !== "error").flatMap(compared);
	const codes = differences.map(({ actual }) => (actual === "incomplete" ? EXIT.incomplete : EXIT.violated));
	const failed = model.scenarios.some(({ status }) => status === "error");
	const unseen = model.notBegun.length > 0 || model.scenarios.some(({ stopped }) => stopped);
	return {
		spec,
		differences,
		code: worst([...codes, ...(failed ? [EXIT.model] : []), ...(unseen ? [EXIT.incomplete] : [])]),
	};
}

function compare({ name, axes, sizes, properties }: ScenarioResult, expect: Expectations): Difference[] {
	const expected = expect({ ...axes, ...sizes });
	const ids = new Set([...properties.map(({ id }) => id), ...Object.keys(expected)]);
	return [...ids].flatMap((id) => {
		const wanted = Object.hasOwn(expected, id) ? expected[id] : undefined;
		const actual = properties.find((property) => property.id === id)?.verdict;
		return wanted && wanted.verdict === actual ? [] : [{ scenario: name, property: id, expected: wanted, actual }];
	});
}
