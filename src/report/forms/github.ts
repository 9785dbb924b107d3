import type { Trace } from "../../trace/index.ts";
import { commandFor } from "../command.ts";
import { type Complaint, complaintsOf } from "../complaints.ts";
import { labelText } from "../label.ts";
import { criticalOf } from "../text/explained.ts";
import { count } from "../text/wrap.ts";
import type { Form, Verified } from "./form.ts";

/** Workflow commands: lines on standard output that GitHub shows as annotations of the change under review. */
export const github: Form = {
	each: (verified) =>
		[...complaintsOf(verified).map((complaint) => annotation(verified, complaint)), notice(verified)].join(""),
};

function annotation({ model }: Verified, { level, title, message, scenario, shown, at }: Complaint): string {
	const trace = shown?.counterexample.trace();
	const lines = [
		message,
		...(trace ? told(trace) : []),
		...(shown ? criticalOf(shown) : []),
		...(scenario
			? [`Searched: ${labelText(scenario)}.`, `Again: ${commandFor(model, scenario, shown?.property)}`]
			: []),
	];
	return command(level, { file: at.file, line: String(at.line), title }, lines);
}

/** A property need not say why it is false. */
const told = ({ steps, explanation }: Trace): string[] => [
	`${count(steps.length, "step")}${explanation.length > 0 ? "; why:" : ""}`,
	...explanation,
];

/** What was found in all, and what it relies on. */
function notice({ model, gate }: Verified): string {
	// A figure that was left out for its size says nothing of what the search has seen.
	const verdicts = model.scenarios.flatMap(({ properties }) =>
		properties.filter(({ unknown }) => unknown !== "size").map(({ verdict }) => verdict),
	);
	const of = (wanted: string) => verdicts.filter((verdict) => verdict === wanted).length;
	const usual = ["holds", "violated", "vacuous", "incomplete"];
	const rare = ["reached", "never reached"].filter((kind) => of(kind) > 0);
	const kinds = [...usual, ...rare].map((kind) => `${of(kind)} ${kind}`);
	const against = gate ? [`${count(gate.differences.length, "difference")} from ${gate.spec}`] : [];
	const title = `${model.name}: ${[...against, ...kinds].join(", ")}`;
	return command("notice", { file: model.file, line: "1", title }, model.scenarios.map(labelText));
}

function command(name: string, parameters: Readonly<Record<string, string>>, lines: readonly string[]): string {
	const given = Object.entries(parameters).map(([key, value]) => `${key}=${escaped(value, /[%\r\n:,]/g)}`);
	return `::${name} ${given.join(",")}::${escaped(lines.join("\n"), /[%\r\n]/g)}\n`;
}

/** As the runner reads it: a percent sign and the code in hexadecimal. */
const escaped = (text: string, special: RegExp): string =>
	text.replace(special, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
