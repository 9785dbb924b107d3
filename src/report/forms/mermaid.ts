import type { Trace } from "../../trace/index.ts";
import { surprising } from "../comparison.ts";
import { dearestRuns, figureText, isFigure } from "../figure.ts";
import { bounded, labelText } from "../label.ts";
import { type Shown, shortest } from "../result.ts";
import { criticalOf } from "../text/explained.ts";
import { type Row, rowsOf } from "../text/rows.ts";
import type { Form } from "./form.ts";

/** Markdown with a sequence diagram for each race, as GitHub, GitLab and many wikis draw them. */
export const mermaid: Form = {
	each: ({ model, gate }) => {
		const which = gate && surprising(gate);
		const races = [...shortest(model, which), ...dearestRuns(model, which)];
		if (races.length === 0) return `${model.name}: no counterexample.\n`;
		return `${races.map((shown) => section(model.name, shown).join("\n")).join("\n\n")}\n`;
	},
};

function section(model: string, shown: Shown): string[] {
	const { scenario, property, counterexample } = shown;
	const trace = counterexample.trace();
	return [
		`## ${model} ${property.id}: ${property.title}`,
		"",
		isFigure(property)
			? `A run that comes to the most (${figureText(property)}), in \`${bounded(scenario)}\`.`
			: `Violated in \`${bounded(scenario)}\`.`,
		"",
		"```mermaid",
		...sequence(trace),
		"```",
		"",
		"```text",
		...trace.explanation,
		...criticalOf(shown),
		"```",
		"",
		`Searched: ${labelText(scenario)}.`,
	];
}

/** The lines of one sequence diagram. */
export function sequence(trace: Trace): string[] {
	const { lanes, rows } = rowsOf(trace);
	const lines: string[] = [];
	let pending: string[] = [];
	const note = (lane: number) => {
		if (pending.length > 0) lines.push(`Note over L${lane}: ${pending.join("<br/>")}`);
		pending = [];
	};
	for (const row of rows) {
		if (row.kind === "head" || row.kind === "call") {
			if (row.from !== undefined) lines.push(`L${row.from}-->>L${row.lane}: ${safe(row.text)}`);
			else pending.push(safe(row.text));
			continue;
		}
		// The arrow to where it goes on says it.
		if (row.kind === "mark" && row.number === undefined) continue;
		if (row.kind === "begin") pending.push(safe(row.text));
		note(row.lane);
		if (row.kind === "begin") lines.push(`activate L${row.lane}`);
		else if (row.kind === "end") lines.push(`deactivate L${row.lane}`);
		else lines.push(`L${row.lane}->>L${row.lane}: ${step(row)}`);
	}
	return [
		"sequenceDiagram",
		...[...lanes.titles.map((title, i) => `participant L${i} as ${safe(title)}`), ...lines].map(
			(line) => `    ${line}`,
		),
	];
}

const step = ({ number, text, note }: Row): string =>
	`${number}: ${safe(text)}${note ? `<br/>${safe(`/* ${note} */`)}` : ""}`;

/** Characters that mean something to Mermaid or to HTML, as its own entities. */
const safe = (text: string): string => text.replace(/[#;<>"&%]/g, (char) => `#${char.charCodeAt(0)};`);
