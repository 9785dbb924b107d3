import type { Expectations, Model, Mutant, Mutants, Scenario } from "../../lang/index.ts";
import type { CaughtMutant, Difference, ModelResult } from "../../report/index.ts";
import { UsageError } from "../exit.ts";
import { isWhole, nameOf, scenarioOf, whyNot } from "../plan/scenarios.ts";
import { explored } from "./coverage.ts";

/** How a spec's mutants came out. */
export interface MutantsCompared {
	readonly differences: readonly Difference[];
	readonly caught: readonly CaughtMutant[];
	/** Mutants in scenarios that were not chosen. */
	readonly unseen: number;
}

/** Each mutant with the design that it is of. */
const listed = (mutants: Mutants): readonly (readonly [design: string, Mutant])[] =>
	Object.entries(mutants).flatMap(([design, of]) => [of].flat().map((mutant) => [design, mutant as Mutant] as const));

/** Every mutant is of a design, and is a scenario that the model verifies. */
export function requireMutants(model: Model, mutants: Mutants, file: string): void {
	const [axis, designs = ["default"]] = Object.entries(model.axes)[0] ?? [];
	for (const [design, { scenario }] of listed(mutants)) {
		if (!designs.some((each) => String(each) === design))
			throw new UsageError(`${file}: mutants names ${design}, which is no ${axis ?? "scenario"} of ${model.name}`);
		try {
			const reason = whyNot(model, scenarioOf(model, scenario));
			if (reason !== undefined) throw new UsageError(`${model.name} refuses it: ${reason}`);
		} catch (error) {
			if (!(error instanceof UsageError)) throw error;
			throw new UsageError(`${file}: the mutant of ${design}: ${error.message}`);
		}
	}
}

/** A mutant in a scenario that was explored, and the verdict there of the property that is to catch it. */
interface Seen extends Mutant {
	readonly design: string;
	readonly name: string;
	readonly verdict: Difference["actual"];
}

/** Each design that is to hold somewhere needs a mutant, and each mutant that was looked at is to be caught. */
export function compareMutants(
	model: Model,
	result: ModelResult,
	{ expect, mutants }: { readonly expect: Expectations; readonly mutants: Mutants },
	only: readonly string[],
): MutantsCompared {
	const all = listed(mutants);
	const seen = all.flatMap(([design, mutant]): Seen[] => {
		const name = nameOf(model, scenarioOf(model, mutant.scenario));
		const scenario = result.scenarios.find((each) => each.name === name && each.status !== "error");
		if (!scenario || (only.length > 0 && !only.includes(mutant.caughtBy))) return [];
		const verdict = scenario.properties.find(({ id }) => id === mutant.caughtBy)?.verdict;
		return [{ ...mutant, design, name, verdict }];
	});
	const isCaught = ({ verdict }: Seen) => verdict === "violated";
	const known = new Set(all.flatMap(([design, { scenario }]) => [design, designOf(model, scenario)]));
	const without = holding(model, result, expect).filter(([design]) => !known.has(design));
	return {
		differences: [
			...without.map(([, scenario]) => noMutant(scenario)),
			...seen.filter((mutant) => isWrongItself(model, expect, mutant)).map(noChange),
			...seen.filter((mutant) => !isCaught(mutant)).map(missed),
		],
		caught: seen
			.filter(isCaught)
			.map(({ design, name, caughtBy, because }) => ({ design, scenario: name, property: caughtBy, because })),
		unseen: all.length - seen.length,
	};
}

const noMutant = (scenario: string): Difference => ({
	scenario,
	property: "mutant",
	expected: {
		verdict: "violated",
		because: "a design that holds must have a mutant that a property catches: mutants in its spec names one",
	},
	actual: "none declared",
});

const noChange = ({ name, caughtBy }: Seen): Difference => ({
	scenario: name,
	property: "mutant",
	expected: { verdict: "holds", because: `the design itself is not to violate ${caughtBy} where its mutant does` },
	actual: "violated",
});

const missed = ({ design, name, caughtBy, because, verdict }: Seen): Difference => ({
	scenario: name,
	property: caughtBy,
	expected: {
		verdict: "violated",
		because: `it is the mutant of ${design}${because === undefined ? "" : `: ${because}`}`,
	},
	actual: verdict,
});

/** Designs of which nothing is expected to be violated in some scenario of the usual size, with the first such. */
function holding(model: Model, { scenarios }: ModelResult, expect: Expectations): [design: string, scenario: string][] {
	const usual = scenarios.filter(({ sizes }) =>
		Object.entries(model.sizes).every(([size, { default: n }]) => sizes[size] === n),
	);
	const holds = usual.filter(({ axes, sizes }) =>
		Object.values(expect({ ...axes, ...sizes })).every(
			({ verdict }) => verdict !== "violated" && verdict !== "never reached",
		),
	);
	return [...new Map(holds.toReversed().map(({ name, axes }) => [designOf(model, axes), name]))];
}

function designOf(model: Model, scenario: Scenario): string {
	const [axis] = Object.keys(model.axes);
	return axis === undefined ? "default" : String(scenario[axis]);
}

/** Whether the design, unchanged and with all else as in its mutant, is expected to violate what catches the mutant. */
function isWrongItself(model: Model, expect: Expectations, { design, scenario, caughtBy }: Seen): boolean {
	const [[axis, designs] = [], ...others] = Object.entries(model.axes);
	if (axis === undefined || designs === undefined) return false;
	const unchanged = {
		...scenarioOf(model, scenario),
		[axis]: designs.find((each) => String(each) === design) as string | number,
		...Object.fromEntries(others.flatMap(([name, values]) => (name === "mutant" ? [[name, values[0] as string]] : []))),
	};
	return expect(unchanged)[caughtBy]?.verdict === "violated";
}

/** Properties that are violated in no scenario: that they hold proves little. Undefined where not all was seen. */
export function neverViolated(model: Model, result: ModelResult): readonly string[] | undefined {
	if (!isWhole(model, explored(result))) return undefined;
	const all = result.scenarios.flatMap(({ properties }) => properties);
	const demanding = all.filter(
		({ class: kind, verdict }) => kind !== "cost" && verdict !== "reached" && verdict !== "never reached",
	);
	const violated = new Set(demanding.filter(({ verdict }) => verdict === "violated").map(({ id }) => id));
	return [...new Set(demanding.map(({ id }) => id))].filter((id) => !violated.has(id));
}
