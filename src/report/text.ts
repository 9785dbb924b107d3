import type { Paint } from "./paint.ts";
import { type ModelResult, type Shown, shortest } from "./result.ts";
import { counterexample, failure } from "./text/counterexample.ts";
import { matrix } from "./text/matrix.ts";
import { relies } from "./text/relies.ts";
import { legend, unfinished, vacuous } from "./text/summary.ts";
import { wrap } from "./text/wrap.ts";

/** Columns of the text report. */
export const WIDTH = 100;

/** The report for people: one matrix of verdicts, then one counterexample for each violated property. */
export function textReport(model: ModelResult, paint: Paint): string {
	const failed = model.scenarios.flatMap((scenario) =>
		scenario.failure ? [failure(model, scenario, scenario.failure, WIDTH, paint)] : [],
	);
	const verdicts = [
		...wrap(`${model.name}  ${model.about}`, WIDTH).map((line, i) =>
			i === 0 ? paint.bold(model.name) + line.slice(model.name.length) : line,
		),
		"",
		...matrix(model, WIDTH, paint),
	];
	const summary = [
		...legend(model, WIDTH, paint),
		"",
		...vacuous(model, WIDTH),
		...unfinished(model, WIDTH),
		...relies(model, WIDTH),
	];
	return `${joined([verdicts, summary, ...failed])}${counterexamples(model, paint)}`;
}

/** One counterexample for each violated property that `which` takes, the shortest there is. */
export function counterexamples(
	model: ModelResult,
	paint: Paint,
	which: (shown: Shown) => boolean = () => true,
): string {
	return joined(
		shortest(model)
			.filter(which)
			.map((shown) => ["", ...counterexample(model, shown, WIDTH, paint)]),
	);
}

const joined = (blocks: readonly (readonly string[])[]): string =>
	blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
