import { lineText, type SourceLine, type Trace } from "../../trace/index.ts";
import { commandFor } from "../command.ts";
import { type Comparison, telling } from "../comparison.ts";
import { uncoveredText } from "../complaints.ts";
import { dearestRuns, figures, figureText, isFigure } from "../figure.ts";
import type { Setting, Verified } from "../forms/form.ts";
import { assurance, bounded, labelOf } from "../label.ts";
import { matrixOf } from "../matrix.ts";
import {
	type Counterexample,
	type ModelResult,
	type PropertyResult,
	type ScenarioResult,
	shortest,
	shownAs,
	type Which,
} from "../result.ts";
import { lengthOf, violatedBefore } from "../text/counterexample.ts";
import { explanation } from "../text/explained.ts";
import { groupBy } from "../text/group.ts";
import { relies } from "../text/relies.ts";
import { rowsOf } from "../text/rows.ts";
import { tally, unfinished, vacuous } from "../text/summary.ts";
import { grouped } from "../text/wrap.ts";
import type { PageData, PageModel, PageProperty, PageScenario, Race } from "./data.ts";

/** Lines of the model's text that are shown of one statement. */
const EXCERPT = 14;

/** Everything that the page shows, from the results. */
export function collect(all: readonly Verified[], { tool, sources }: Setting): PageData {
	const excerpts = new Map<string, readonly string[]>();
	const noted = (at: SourceLine | undefined): string | undefined => {
		if (!at) return undefined;
		const key = lineText(at);
		if (!excerpts.has(key)) excerpts.set(key, sources.excerpt(at, EXCERPT));
		return key;
	};
	const models = all.map((verified) => modelOf(verified, noted));
	return { tool, models, excerpts: Object.fromEntries(excerpts) };
}

type Noted = (at: SourceLine | undefined) => string | undefined;

function modelOf({ model, gate }: Verified, noted: Noted): PageModel {
	const { name, about, file, scenarios } = model;
	const { down, across, rows } = matrixOf(scenarios);
	// Only these are explained in full: there may be many, and each takes its time.
	const which = telling(gate);
	const explained = new Set(shortest(model, which).map(({ counterexample }) => counterexample));
	return {
		name,
		about,
		file,
		down,
		across,
		rows: rows.map(({ values, cells }) => ({
			values,
			cells: cells.map((scenario) => (scenario ? scenarios.indexOf(scenario) : null)),
		})),
		properties: propertiesOf(model),
		scenarios: scenarios.map((scenario) => scenarioOf(model, scenario, which, explained, noted)),
		remarks: remarksOf(model),
		gate: gate && {
			spec: gate.spec,
			differences: differencesOf(gate),
			coverage: coverageOf(gate),
			mutants: mutantsOf(gate),
		},
	};
}

function propertiesOf(model: ModelResult): PageProperty[] {
	const shown = [...shortest(model), ...dearestRuns(model)];
	const best = new Map(shown.map(({ property, scenario }) => [property.id, scenario.name]));
	const byId = groupBy(
		model.scenarios.flatMap(({ properties }) => properties),
		({ id }) => id,
	);
	return [...byId].map(([id, results]) => {
		const [{ title = "", statement = "", class: kind = "error" } = {}] = results;
		return { id, title, statement, class: kind, tally: tally(results, model.scenarios.length), best: best.get(id) };
	});
}

/** The remarks of the text report: `Vacuous: …` and the like, each line on its own. */
function remarksOf(model: ModelResult): (readonly [string, string])[] {
	const unbroken = Number.POSITIVE_INFINITY;
	// Beside an error in the model nothing else counts.
	if (model.scenarios.some(({ failure }) => failure)) return [];
	if (model.scenarios.length === 0) return remarks(unfinished(model, unbroken));
	return remarks([
		...figures(model, unbroken),
		...vacuous(model, unbroken),
		...unfinished(model, unbroken),
		...relies(model, unbroken),
	]);
}

/** `Label: text`, and lines that go on below the text. */
function remarks(lines: readonly string[]): (readonly [string, string])[] {
	let margin = 0;
	return lines.map((line) => {
		const [, name = "", text = ""] = /^(\w[\w ]*): (.*)$/.exec(line) ?? [];
		if (name) margin = line.length - text.length;
		return name ? [name, text] : ["", line.slice(Math.min(margin, line.length - line.trimStart().length))];
	});
}

function coverageOf({ spec, coverage }: Comparison): NonNullable<PageModel["gate"]>["coverage"] {
	if (!coverage) return undefined;
	const { differences } = coverage;
	if (!differences) return "unknown";
	return differences.map((difference) => ({
		text: uncoveredText(difference, spec),
		source: difference.source && lineText(difference.source),
	}));
}

const mutantsOf = ({ mutants, neverViolated = [] }: Comparison) => mutants && { caught: mutants.caught, neverViolated };

const differencesOf = ({ differences }: Comparison) =>
	differences.map(({ scenario, property, expected, actual }) => ({
		scenario,
		property,
		expected: expected?.verdict ?? "not in the spec",
		actual: actual ?? "no such property",
		because: expected?.because ?? "",
	}));

function scenarioOf(
	model: ModelResult,
	scenario: ScenarioResult,
	which: Which,
	explained: ReadonlySet<Counterexample>,
	noted: Noted,
): PageScenario {
	const { name, status, properties, failure } = scenario;
	return {
		name,
		bounded: bounded(scenario),
		status,
		facts: factsOf(scenario),
		unreached: labelOf(scenario).unreached.map(({ routine, label, source }) => ({
			text: `${routine}(): ${label}`,
			source: source && lineText(source),
		})),
		verdicts: properties.map((property) => ({
			id: property.id,
			verdict: isFigure(property) ? figureText(property) : property.verdict,
			race: raceTo(property, scenario, which(scenario, property), explained, noted),
			command: commandFor(model, scenario, property),
		})),
		failure: failure && {
			message: failure.message,
			at: failure.source ? lineText(failure.source) : model.file,
			race: failure.trace && raceOf(failure.trace, noted),
			before: failure.before.length > 0 ? violatedBefore(scenario, failure) : undefined,
		},
		command: commandFor(model, scenario),
	};
}

const APART = {
	exact: "told apart by their whole contents",
	"hash-compact": "told apart by a hash, so that some may be taken for others",
	bitstate: "told apart by a few bits, so that some may be taken for others",
} as const;

function factsOf(scenario: ScenarioResult): (readonly [string, string])[] {
	const label = labelOf(scenario);
	const taken = label.statements - label.unreached.length;
	return [
		["scenario", bounded(scenario)],
		["explored", label.explored],
		["memory model", "sequential consistency"],
		["reductions", [...label.reductions, ...label.unreduced].join("; ") || "none"],
		["states", `${grouped(label.states)}, ${APART[scenario.comparison]}, of ${scenario.bits} bits`],
		["transitions", grouped(label.transitions)],
		["depth", grouped(label.depth)],
		["assurance", assurance([scenario])],
		["statements", `${taken} of ${label.statements} taken`],
		...scenario.properties
			.filter(isFigure)
			.map((figure) => [figure.id, `${figure.title}: ${figureText(figure)}`] as const),
		...(scenario.cuts.length > 0
			? [["cut", `paths end where ${scenario.cuts.join(", ")} is raised; other verdicts say nothing beyond`] as const]
			: []),
	];
}

/** The counterexample, the witness or the dearest run, if there is one. */
function raceTo(
	{ id: property, counterexample, witness, run }: PropertyResult,
	{ comparison }: ScenarioResult,
	best: boolean,
	explained: ReadonlySet<Counterexample>,
	noted: Noted,
): Race | undefined {
	if (run) return raceOf(run.trace(), noted);
	const found = counterexample ?? witness;
	if (!found) return undefined;
	const { trace, fewest } = shownAs(found, best);
	const unknown = best ? "unknown" : "expected";
	const race = raceOf(trace, noted, fewest ?? (comparison === "exact" ? unknown : "lossy"));
	if (!explained.has(found)) return race;
	const { critical } = found.explanation();
	return {
		...race,
		remarks: remarks(explanation(found.explanation(), property, Number.POSITIVE_INFINITY)),
		windows: [...critical.windows, ...critical.together].map(({ process, steps: [after, before] }) => ({
			process,
			after,
			before: before ?? race.steps.length + 1,
		})),
	};
}

function raceOf(trace: Trace, noted: Noted, fewest: Parameters<typeof lengthOf>[1] = "any"): Race {
	const { lanes, rows } = rowsOf(trace);
	const notes = new Map(rows.map(({ number, note }) => [number, note]));
	return {
		lanes: lanes.titles,
		rows: rows.map(({ kind, lane, number, indent, text, note }) => ({ kind, lane, number, indent, text, note })),
		steps: trace.steps.map((step, i) => ({
			process: step.process,
			lane: lanes.of(step),
			context: step.context,
			label: step.label,
			note: notes.get(i + 1) ?? "",
			changes: step.changes.map(({ path, from, to, of }) => [path, from, to, of] as const),
			frames: step.frames.map(({ routine, values }) => ({
				routine,
				values: values.map(({ name, value }) => [name, value] as const),
			})),
			source: noted(step.source),
		})),
		initial: trace.initial.map(({ path, value }) => [path, value] as const),
		explanation: trace.explanation,
		length: lengthOf(trace, fewest),
		remarks: [],
		windows: [],
	};
}
