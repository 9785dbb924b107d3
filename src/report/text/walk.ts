import { isMark, type Trace } from "../../trace/index.ts";
import type { Paint } from "../paint.ts";
import { told } from "./counterexample.ts";

/** A walk as a diagram, with how its last state differs from the first. */
export function walkText(trace: Trace, width: number, paint: Paint): string {
	if (trace.steps.length === 0) return "no step was taken yet\n";
	return `${told(trace, width, paint).join("\n")}\n`;
}

/** A step that somebody may choose. */
export interface Choice {
	readonly cpu: number | undefined;
	readonly process: string;
	readonly routine: string;
	readonly label: string;
	/** What it would change, `path: from -> to`. */
	readonly changes: readonly string[];
}

/** The steps that are possible, numbered from 1; those that read alike with what they change. */
export function choicesText(choices: readonly Choice[], paint: Paint): string {
	const digits = String(choices.length).length;
	const cpus = choices.map(({ cpu }) => (cpu === undefined ? "" : `CPU ${cpu}`));
	const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length));
	const [cpuWidth, nameWidth] = [widest(cpus), widest(choices.map(({ process }) => process))];
	const told = choices.map(({ process, routine, label }, i) => {
		const where = [...(cpuWidth > 0 ? [cpus[i]?.padEnd(cpuWidth)] : []), process.padEnd(nameWidth)].join("  ");
		return `${where}  ${isMark(label) ? "" : `${routine}(): `}${label}`;
	});
	return choices
		.map(({ changes }, i) => {
			const line = told[i] as string;
			const alike = told.filter((other) => other === line).length > 1;
			const note = alike ? paint.dim(`  /* ${changes.join(", ") || "changes nothing"} */`) : "";
			return `  ${paint.bold(String(i + 1).padStart(digits))}  ${line}${note}\n`;
		})
		.join("");
}
