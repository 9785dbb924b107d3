import type { Critical, CriticalWindow, Explanation, Standing } from "../../trace/index.ts";
import type { Shown } from "../result.ts";
import { groupBy } from "./group.ts";
import { count, paragraphs } from "./wrap.ts";

/** More objects than this are not named. */
const MOST = 8;

/** What was found out about the counterexample to `property`, as labelled paragraphs. */
export function explanation({ critical, involved, standing }: Explanation, property: string, width: number): string[] {
	const objects = involved.slice(0, MOST).map(({ object, fields, steps }) => {
		const what = fields.length > 0 ? ` (${fields.join(", ")})` : "";
		return `${object}${what}: changed by ${steps.length === 1 ? "step" : "steps"} ${steps.join(", ")}`;
	});
	const more = involved.length - objects.length;
	return [
		...paragraphs("Parties: ", standing.length > 0 ? parties(standing) : [], width),
		...paragraphs("Involved: ", [...objects, ...(more > 0 ? [`and ${count(more, "other")}`] : [])], width),
		...paragraphs("Critical: ", criticalLines(critical, property), width),
	];
}

/** Who could still act, and why nobody does. */
function parties(standing: readonly Standing[]): string[] {
	const named = (which: (each: Standing) => boolean, one: string, several: string): string[] => {
		const names = standing.filter(which).map(({ process }) => process);
		return names.length > 0 ? [`${names.join(", ")} ${names.length === 1 ? one : several}`] : [];
	};
	const left = standing
		.filter(({ ended, sleeps }) => !ended && !sleeps)
		.map(({ process, routine, next, waits }) => {
			const steps = next.map((label) => `"${label}"`).join(" or ");
			return waits
				? `${process} waits in ${routine}() at ${steps}`
				: `${process} may not run; in ${routine}() it is at ${steps}`;
		});
	return [
		...named(({ ended }) => ended, "has ended", "have ended"),
		...named(({ sleeps }) => sleeps, "sleeps", "sleep"),
		...left,
	];
}

/** The critical windows of a counterexample to `property`, where there are any, in lines that may be indented. */
export function criticalWindows({ critical }: Explanation, property: string): string[] {
	return critical.windows.length + critical.together.length > 0 ? criticalLines(critical, property) : [];
}

/** The same as a paragraph of its own. */
export function criticalOf({ counterexample, property }: Shown): string[] {
	return paragraphs("Critical: ", criticalWindows(counterexample.explanation(), property.id), Number.POSITIVE_INFINITY);
}

function criticalLines(critical: Critical, property: string): string[] {
	const { tried, undecided, windows, together } = critical;
	const open = undecided > 0 ? ` (${undecided} of ${count(tried, "point")} not decided: ${whyOpen(critical)})` : "";
	if (tried === 0) return ["nothing, for nobody stepped in where a process could have gone on"];
	if (windows.length > 0)
		return [
			...[...groupBy(windows, ({ by }) => by)].flatMap(([by, alike]) => windowLines(alike, by, property)),
			...(open ? [open.trim()] : []),
		];
	if (together.length > 0)
		return [
			...together.flatMap(placeLines),
			`Each can be done without, but when nobody steps in at any of these, no interleaving violates ${property}.`,
		];
	if (undecided === tried)
		return [`not found out, ${whyOpen(critical)}: ${count(tried, "point")} where somebody stepped in`];
	return [`no single point: wherever nobody steps in, ${property} is violated in another way${open}`];
}

/** A search that went beyond the limits of the first, or in another order, may meet an error in the model. */
function whyOpen({ undecided, wrong }: Critical): string {
	if (wrong === 0) return "too many states";
	const error = "another error in the model is met first";
	return wrong === undecided ? error : `${error}, or too many states`;
}

/** Windows in which the same must not happen, which is said once. */
function windowLines(windows: readonly CriticalWindow[], by: CriticalWindow["by"], property: string): string[] {
	const where = windows.length === 1 ? "there" : "at any one of these";
	return [...windows.flatMap(placeLines), `${without(by, where)}, no interleaving violates ${property}.`];
}

function without(by: CriticalWindow["by"], where: string): string {
	if (by === "own CPU") return `Without an interrupt, preemption or migration ${where}`;
	return `Without a step of anybody else ${where}${by === "any CPU" ? ", on this CPU or another" : ""}`;
}

function placeLines({ process, routine, steps: [after, before], between: [from, to] }: CriticalWindow): string[] {
	const where = before === undefined ? `after step ${after}` : `between steps ${after} and ${before}`;
	return [`${where}, where ${process} in ${routine}() is between`, `  ${from}`, `  ${to}`];
}
