import { surprising } from "../comparison.ts";
import { dearestRuns, figureText, isFigure } from "../figure.ts";
import { bounded, labelText } from "../label.ts";
import { plain } from "../paint.ts";
import { type ModelResult, type Shown, shortest } from "../result.ts";
import { failure } from "../text/counterexample.ts";
import { diagram } from "../text/diagram.ts";
import { criticalWindows } from "../text/explained.ts";
import { paragraphs, wrap } from "../text/wrap.ts";
import type { Form } from "./form.ts";

/** What a mail or a commit message has room for. */
const WIDTH = 72;

/** Races to paste into a mail or a commit message: plain text, and nothing that git or a mailer would take amiss. */
export const lkml: Form = {
	each: ({ model, gate }, { tool }) => {
		const which = gate && surprising(gate);
		const races = [...shortest(model, which), ...dearestRuns(model, which)];
		const failed = model.scenarios.find((scenario) => scenario.failure);
		if (failed?.failure) return `${failure(model, failed, failed.failure, WIDTH, plain).join("\n")}\n`;
		if (races.length === 0) return `${wrap(`${model.name}: no counterexample.`, WIDTH).join("\n")}\n`;
		const by = `Searched by ${tool.name} ${tool.version}: `;
		return races.map((shown) => ascii(`${race(model, shown, by).join("\n")}\n`)).join("\n\n");
	},
};

function race(model: ModelResult, { scenario, property, counterexample }: Shown, by: string): string[] {
	const trace = counterexample.trace();
	const critical = criticalWindows(counterexample.explanation(), property.id);
	const violated = property.class === "warning" ? "a warning, violated" : "violated";
	const outcome = isFigure(property) ? figureText(property) : violated;
	return [
		...wrap(`${model.name} ${bounded(scenario)}: ${property.title} (${property.id}): ${outcome}.`, WIDTH),
		...(property.statement && property.statement !== property.title ? wrap(property.statement, WIDTH) : []),
		"",
		...diagram(trace, WIDTH, plain),
		"",
		...trace.explanation.flatMap((line) => wrap(line, WIDTH, hang(line))),
		"",
		...(critical.length > 0 ? [...paragraphs("Critical: ", critical, WIDTH), ""] : []),
		...wrap(`${by}${labelText(scenario)}.`, WIDTH),
	];
}

/** Labels and explanations are the author's; one character for another keeps the columns. */
const ascii = (text: string): string => text.replace(/[^\n\x20-\x7e]/gu, "?");

/** Lines of an explanation may be indented; what is wrapped stands a little further in. */
const hang = (line: string): number => line.length - line.trimStart().length + 2;
