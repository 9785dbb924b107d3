import { surprising } from "../comparison.ts";
import { dearestRuns, figures } from "../figure.ts";
import type { Paint } from "../paint.ts";
import { type ModelResult, shortest, type Which, witnesses } from "../result.ts";
import { counterexample, failure } from "../text/counterexample.ts";
import { gateReport } from "../text/gate.ts";
import { matrix } from "../text/matrix.ts";
import { relies } from "../text/relies.ts";
import { legend, unfinished, vacuous } from "../text/summary.ts";
import { wrap } from "../text/wrap.ts";
import type { Form } from "./form.ts";

/** The report for people: one matrix of verdicts, then one counterexample for each violated property. */
export const text = {
	each: ({ model, gate }, { paint, width }) => {
		const failed = model.scenarios.some((scenario) => scenario.failure);
		if (!gate || failed) return verdicts(model, width, paint);
		return gateReport(model, gate, width, paint) + counterexamples(model, width, paint, surprising(gate));
	},
} satisfies Form;

function verdicts(model: ModelResult, width: number, paint: Paint): string {
	const title = wrap(`${model.name}  ${model.about}`, width).map((line, i) =>
		i === 0 ? paint.bold(model.name) + line.slice(model.name.length) : line,
	);
	const failed = model.scenarios.find((scenario) => scenario.failure);
	if (model.scenarios.length === 0) return joined([[...title, "", "No scenario was begun before the interrupt."]]);
	const table = [...title, "", ...matrix(model, width, paint)];
	const rest = failed?.failure
		? failure(model, failed, failed.failure, width, paint)
		: [
				...legend(model, width, paint),
				"",
				...figures(model, width),
				...vacuous(model, width),
				...unfinished(model, width),
				...relies(model, width),
			];
	return joined([table, rest]) + counterexamples(model, width, paint);
}

/** One counterexample for each violated property that `which` takes, the best there is; then the witnesses, and the dearest runs. */
function counterexamples(model: ModelResult, width: number, paint: Paint, which?: Which): string {
	const violated = shortest(model, which).map((shown) => counterexample(model, shown, width, paint, true));
	const reached = witnesses(model, which).map((shown) => counterexample(model, shown, width, paint, false));
	const dearest = dearestRuns(model, which).map((shown) => counterexample(model, shown, width, paint, false));
	return joined([...violated, ...reached, ...dearest].map((lines) => ["", ...lines]));
}

const joined = (blocks: readonly (readonly string[])[]): string =>
	blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
