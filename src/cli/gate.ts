import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Expectations } from "../lang/index.ts";
import type { Comparison, Difference, ModelResult, ScenarioResult } from "../report/index.ts";
import type { Sources } from "../trace/index.ts";
import { EXIT, UsageError, worst } from "./exit.ts";
import { failureOf } from "./failure.ts";
import { load, stem } from "./load.ts";

export interface Spec {
	readonly path: string;
	readonly expect: Expectations;
}

/** A model's verdicts beside the expected ones. */
export interface Gated extends Comparison {
	readonly code: number;
}

/** The spec of the model in file `path`: the one given, or `../specs/NAME.ts` seen from the model. */
export async function specFor(path: string, given: string | undefined, sources: Sources): Promise<Spec> {
	const file = given ?? relative(process.cwd(), join(dirname(path), "..", "specs", `${stem(path)}.ts`));
	if (!existsSync(file)) throw new UsageError(`${path}: its spec ${file} does not exist; name another with --spec`);
	const { default: expect } = (await load(file, sources)).exports;
	if (typeof expect !== "function")
		throw new UsageError(`${file}: its default export is not a function from scenario to expected verdicts`);
	return {
		path: file,
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

/** Compares every verdict with the expected one; `only` restricts it to these properties, unless empty. */
export function gate(model: ModelResult, { path, expect }: Spec, only: readonly string[]): Gated {
	const compared = (id: string) => only.length === 0 || only.includes(id);
	return gated(model, path, (scenario) => compare(scenario, expect).filter(({ property }) => compared(property)));
}

/** As `gate`, where there is no spec: every property must hold or be vacuous. */
export function unlessAllHolds(model: ModelResult): Gated {
	const expected = { verdict: "holds", because: "no other verdict was asked for" } as const;
	return gated(model, "a spec that demands that all holds", ({ name, properties }) =>
		properties
			.filter(({ verdict }) => verdict !== "holds" && verdict !== "vacuous")
			.map(({ id, verdict }) => ({ scenario: name, property: id, expected, actual: verdict })),
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
