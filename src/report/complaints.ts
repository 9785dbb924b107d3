import type { SourceLine } from "../trace/index.ts";
import type { Comparison, CoverageDifference, Difference } from "./comparison.ts";
import { dearestRuns, figureText } from "./figure.ts";
import type { Verified } from "./forms/form.ts";
import { bounded, unseen } from "./label.ts";
import { namesOf } from "./names.ts";
import { type ModelResult, type ScenarioResult, type Shown, shortest, type Which } from "./result.ts";
import { groupBy } from "./text/group.ts";
import { count } from "./text/wrap.ts";

/** Something that a reviewer is to see beside a line of the model. What is alike in several scenarios is one. */
export interface Complaint {
	/** The property, or one of `OTHER_RULES`. */
	readonly rule: string;
	/** `notice` where nothing is wrong: a run that a cost was asked for. */
	readonly level: "error" | "warning" | "notice";
	readonly title: string;
	/** What is wrong and where, in a sentence. */
	readonly message: string;
	/** Where it is seen best; the first, where there is no counterexample. */
	readonly scenario: ScenarioResult | undefined;
	readonly shown: Shown | undefined;
	readonly at: SourceLine;
}

/** What may be wrong beside properties. */
export const OTHER_RULES = {
	"model-error": "the model itself is wrong",
	coverage: "what is reached is not what the spec declares",
	incomplete: "not every scenario was seen to its end",
} as const;

export function complaintsOf({ model, gate }: Verified): Complaint[] {
	return [
		...failures(model),
		...(gate
			? [...surprises(model, gate), ...uncovered(gate)]
			: [...violations(model), ...neverReached(model), ...dearest(model)]),
		...incomplete(model),
	];
}

function violations(model: ModelResult): Complaint[] {
	return shortest(model).map((shown) => {
		const { id, title, class: kind } = shown.property;
		const names = model.scenarios
			.filter(({ properties }) => properties.some((p) => p.id === id && p.verdict === "violated"))
			.map(({ name }) => name);
		return {
			rule: id,
			level: kind === "warning" ? "warning" : "error",
			title: `${id}: ${title}`,
			message: `${title}: violated in ${where(names, model)}; shown in ${bounded(shown.scenario)}.`,
			scenario: shown.scenario,
			shown,
			at: lastLine(model, shown),
		};
	});
}

function neverReached(model: ModelResult): Complaint[] {
	const missed = model.scenarios.flatMap((scenario) =>
		scenario.properties.flatMap((property) => (property.verdict === "never reached" ? [{ scenario, property }] : [])),
	);
	return [...groupBy(missed, ({ property }) => property.id)].map(([id, each]) => {
		const { title, class: kind } = (each[0] as (typeof each)[number]).property;
		const names = each.map(({ scenario }) => scenario.name);
		return {
			rule: id,
			level: kind === "warning" ? "warning" : "error",
			title: `${id}: ${title}`,
			message: `${title}: never reached in ${where(names, model)}.`,
			scenario: each[0]?.scenario,
			shown: undefined,
			at: firstLine(model),
		};
	});
}

function dearest(model: ModelResult): Complaint[] {
	return dearestRuns(model).map((shown) => {
		const { id, title } = shown.property;
		return {
			rule: id,
			level: "notice",
			title: `${id}: ${title}`,
			message: `${title}: ${figureText(shown.property)}; shown is a run that comes to it, in ${bounded(shown.scenario)}.`,
			scenario: shown.scenario,
			shown,
			at: lastLine(model, shown),
		};
	});
}

/** Differences from the spec; those of a property that are of one kind are one. */
function surprises(model: ModelResult, { spec, differences }: Comparison): Complaint[] {
	const kind = ({ property, expected, actual }: Difference) => [property, expected?.verdict, actual].join(" ");
	return [...groupBy(differences, kind).values()].map((alike) => {
		const [{ property, expected, actual, scenario }] = alike as [Difference];
		const names = alike.map((difference) => difference.scenario);
		const which: Which = (s, p) => p.id === property && names.includes(s.name);
		const [shown] = [...shortest(model, which), ...dearestRuns(model, which)];
		const wanted = expected ? `${expected.verdict}, because ${expected.because}` : `nothing, ${spec} does not name it`;
		const verdict = actual ?? "there is no such property";
		return {
			rule: property,
			level: "error",
			title: `${property}: expected ${expected?.verdict ?? "nothing"}, ${verdict}`,
			message: `${property} is not as expected in ${where(names, model)}: ${verdict}. Expected: ${wanted}.`,
			scenario: shown?.scenario ?? model.scenarios.find(({ name }) => name === scenario),
			shown,
			at: shown ? lastLine(model, shown) : { file: spec, line: 1 },
		};
	});
}

function uncovered({ spec, coverage }: Comparison): Complaint[] {
	return (coverage?.differences ?? []).map(({ routine, label, source, because }) => ({
		rule: "coverage",
		level: "error",
		title: `${routine}(): ${label}`,
		message: uncoveredText({ routine, label, because }, spec),
		scenario: undefined,
		shown: undefined,
		at: source ?? { file: spec, line: 1 },
	}));
}

/** A difference in coverage in a sentence. */
export function uncoveredText(
	{ routine, label, because }: Pick<CoverageDifference, "routine" | "label" | "because">,
	spec: string,
): string {
	return because === undefined
		? `${routine}(): ${label} is never taken, and ${spec} does not declare it unreachable.`
		: `${routine}(): ${label} was taken, though ${spec} declares it unreachable because ${because}.`;
}

function failures(model: ModelResult): Complaint[] {
	return model.scenarios.flatMap((scenario) =>
		scenario.failure
			? [
					{
						rule: "model-error",
						level: "error",
						title: "model error",
						message: `${scenario.failure.message}, in scenario ${scenario.name}.`,
						scenario,
						shown: undefined,
						at: scenario.failure.source ?? firstLine(model),
					},
				]
			: [],
	);
}

function incomplete(model: ModelResult): Complaint[] {
	const { scenarios, notBegun } = model;
	const ended = scenarios.flatMap((scenario) => {
		const why = unseen(scenario);
		return why === undefined ? [] : [`${scenario.name} was ${why}`];
	});
	const never = notBegun.length > 0 ? [`${count(notBegun.length, "scenario")} not begun`] : [];
	if (ended.length + never.length === 0) return [];
	return [
		{
			rule: "incomplete",
			level: "warning",
			title: `${model.name}: incomplete`,
			message: `${[...ended, ...never].join("; ")}.`,
			scenario: scenarios.find(({ stopped }) => stopped),
			shown: undefined,
			at: firstLine(model),
		},
	];
}

function where(names: readonly string[], { scenarios }: ModelResult): string {
	if (scenarios.length === 1) return names.join();
	return `${names.length} of ${count(scenarios.length, "scenario")} (${namesOf(names, scenarios)})`;
}

const firstLine = ({ file }: ModelResult): SourceLine => ({ file, line: 1 });

/** The last line of the model's own on the way; where there is none, the one that put the last step there. */
function lastLine(model: ModelResult, { counterexample }: Shown): SourceLine {
	const { steps } = counterexample.trace();
	const own = steps.findLast(({ source, author }) => source && source.file === author?.file);
	return own?.source ?? steps.at(-1)?.author ?? firstLine(model);
}
