import { lineText, type Trace } from "../../trace/index.ts";
import { commandFor } from "../command.ts";
import { bounded, labelText } from "../label.ts";
import type { Paint } from "../paint.ts";
import type { Failure, ModelResult, ScenarioResult, Shown } from "../result.ts";
import { diagram } from "./diagram.ts";
import { explanation } from "./explained.ts";
import { beside, count, grid, labelled, paragraphs, wrap } from "./wrap.ts";

/** More changes than this are summed up. */
const MOST_CHANGES = 16;

/** One counterexample, a witness or a dearest run; in full it takes a second or two to be explained. */
export function counterexample(
	model: ModelResult,
	shown: Shown,
	width: number,
	paint: Paint,
	inFull: boolean,
): string[] {
	const { scenario, property } = shown;
	const trace = shown.counterexample.trace();
	const { verdict } = property;
	const isCost = property.class === "cost";
	const kind =
		isCost || verdict === "reached" ? verdict : property.class === "warning" ? "warning, violated" : "violated";
	return [
		...wrap(`${property.id}  ${property.title}: ${kind} in ${bounded(scenario)}`, width).map(paint.bold),
		...(property.statement && property.statement !== property.title
			? wrap(property.statement, width - 4).map((line) => `    ${line}`)
			: []),
		"",
		...told(trace, width, paint, {
			explained: inFull ? explanation(shown.counterexample.explanation(), property.id, width) : [],
			fewest: isCost
				? "any"
				: (shown.counterexample.fewest() ?? (scenario.comparison === "exact" ? "unknown" : "lossy")),
		}),
		...beside("Searched: ", `${labelText(scenario)}.`, width),
		...beside("Again: ", commandFor(model, scenario, property), Number.POSITIVE_INFINITY),
	];
}

/** What is to be said of a trace besides what stands in it. */
interface Besides {
	/** Lines that explain it. */
	readonly explained: readonly string[];
	/** Of what there is none with fewer. */
	readonly fewest: keyof typeof FEWEST;
}

/** A trace with what is to be said of it. */
export function told(
	trace: Trace,
	width: number,
	paint: Paint,
	{ explained, fewest }: Besides = { explained: [], fewest: "any" },
): string[] {
	return [
		...diagram(trace, width, paint),
		"",
		...paragraphs("Why: ", trace.explanation, width),
		...explained,
		...changes(trace, width),
		...beside("Length: ", lengthOf(trace, fewest), width),
		...sources(trace, width),
	];
}

/** `models/bio-task.ts:17: message`; where the line is not known, `file` in its place, if that is. */
export function failureLine({ source, message }: Failure, file?: string): string {
	const at = source ? lineText(source) : file;
	return at === undefined ? message : `${at}: ${message}`;
}

/** A model error with the steps that lead to it. */
export function failure(
	model: ModelResult,
	scenario: ScenarioResult,
	error: Failure,
	width: number,
	paint: Paint,
): string[] {
	const head = wrap(failureLine(error), width - 13);
	const lines = head.map((line, i) =>
		i === 0 ? `${paint.bad("model error")}  ${paint.bold(line)}` : `             ${line}`,
	);
	const { trace } = error;
	const way = !trace ? "" : trace.steps.length > 0 ? "; the steps that lead there:" : ", in the initial state";
	return [
		...lines,
		`  in scenario ${scenario.name} of ${model.name}${way}`,
		...(trace && trace.steps.length > 0
			? ["", ...diagram(trace, width, paint), "", `Length: ${lengthOf(trace, "any")}`, ...sources(trace, width)]
			: []),
		...(error.before.length > 0 ? beside("Violated before: ", violatedBefore(scenario, error), width) : []),
		...beside("Again: ", commandFor(model, scenario), Number.POSITIVE_INFINITY),
	];
}

/** `once in 31 steps; with --max-depth 31 the search ends there`: a race often shows as a value outside its type. */
export function violatedBefore({ simulation }: ScenarioResult, { trace, before }: Failure): string {
	const found = before.map(({ property, steps }) => `${property} in ${count(steps, "step")}`).join(", ");
	// States of the last depth are expanded too.
	const last = simulation || !trace ? 0 : trace.steps.length - 2;
	const depth = Math.max(0, ...before.map(({ steps }) => steps).filter((steps) => steps <= last));
	return depth > 0 ? `${found}; with --max-depth ${depth} the search ends there` : found;
}

/** What is said of the numbers of steps and of context switches. */
const FEWEST = {
	steps: [", the fewest", ", the fewest in so few steps"],
	switches: [", the fewest with so few switches", ", the fewest"],
	unknown: [", the fewest", ", perhaps not the fewest: too many states to look for that"],
	expected: [", the fewest", ", perhaps not the fewest: as it is expected, that was not looked for"],
	lossy: [", perhaps not the fewest, for states were taken for others", ""],
	any: ["", ""],
} as const;

export function lengthOf({ steps, contextSwitches, kernelSwitches }: Trace, fewest: keyof typeof FEWEST): string {
	const [length, switches] = FEWEST[fewest];
	const cpus = kernelSwitches === undefined ? "" : `; a CPU turned to another task ${count(kernelSwitches, "time")}`;
	return `${count(steps.length, "step")}${length}; context switches: ${contextSwitches} between consecutive steps${switches}${cpus}`;
}

function changes({ net }: Trace, width: number): string[] {
	if (net.length === 0) return ["Changed: nothing, the last state equals the first"];
	const shown = net.slice(0, MOST_CHANGES).map(({ path, from, to }) => `${path}: ${from} -> ${to}`);
	const more = net.length - shown.length;
	const label = "Changed: ";
	const room = width - label.length;
	const lines = grid(shown, room).flatMap((line) => wrap(line, room, 2));
	if (more > 0) lines.push(`and ${count(more, "other value")}`);
	return labelled(label, lines);
}

function sources({ steps }: Trace, width: number): string[] {
	const digits = String(steps.length).length;
	const known = steps.flatMap(({ source }, i) =>
		source ? [`${String(i + 1).padStart(digits)} ${lineText(source)}`] : [],
	);
	if (known.length === 0) return [];
	const label = "Source: ";
	return labelled(label, grid(known, width - label.length));
}
