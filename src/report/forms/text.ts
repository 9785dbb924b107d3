import { surprising } from "../comparison.ts";
import { dearestRuns, figures } from "../figure.ts";
import type { Paint } from "../paint.ts";
import { type ModelResult, shortest, type Which, witnesses } from "../result.ts";
import { counterexample, failure } from "../text/counterexample.ts";
import { gateReport } from "../text/gate.ts";
import { matrix } from "../text/matrix.ts";
import { relies } from "../text/relies.ts";
import { legend, unfinished, vacuous } from "../text/summary.ts";
import { WIDTH, wrap } from "../text/wrap.ts";
import type { Form } from "./form.ts";

/** The report for people: one matrix of verdicts, then one counterexample for each violated property. */
export const text = {
	each: ({ model, gate }, { paint }) => {
		const failed = model.scenarios.some((scenario) => scenario.failure);
		if (!gate || failed) return verdicts(model, paint);
		return gateReport(model, gate, WIDTH, paint) + counterexamples(model, paint, surprising(gate));
	},
} satisfies Form;

function verdicts(model: ModelResult, paint: Paint): string {
	const title = wrap(`${model.name}  ${model.about}`, WIDTH).map((line, i) =>
		i === 0 ? paint.bold(model.name) + line.slice(model.name.length) : line,
	);
	const failed = model.scenarios.find((scenario) => scenario.failure);
	if (model.scenarios.length === 0) return joined([[...title, "", "No scenario was begun before the interrupt."]]);
	const table = [...title, "", ...matrix(model, WIDTH, paint)];
	const rest = failed?.failure
		? failure(model, failed, failed.failure, WIDTH, paint)
		: [
				...legend(model, WIDTH, paint),
				"",
				...figures(model, WIDTH),
				...vacuous(model, WIDTH),
				...unfinished(model, WIDTH),
				...relies(model, WIDTH),
			];
	return joined([table, rest]) + counterexamples(model, paint);
}

/** One counterexample for each violated property that `which` takes, the best there is; then the witnesses, and the dearest runs. */
function counterexamples(model: ModelResult, paint: Paint, which?: Which): string {
	const violated = shortest(model, which).map((shown) => counterexample(model, shown, WIDTH, paint, true));
	const reached = witnesses(model, which).map((shown) => counterexample(model, shown, WIDTH, paint, false));
	const dearest = dearestRuns(model, which).map((shown) => counterexample(model, shown, WIDTH, paint, false));
	return joined([...violated, ...reached, ...dearest].map((lines) => ["", ...lines]));
}

const joined = (blocks: readonly (readonly string[])[]): string =>
	blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
