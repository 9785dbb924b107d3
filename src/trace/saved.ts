import type { Change, Trace } from "./trace.ts";

/** The version of the form; docs/by-hand.md describes it. */
const SAVED = "preempt-trace/1";

/** A step by name: it is found again wherever the model has it. */
export interface SavedStep {
	readonly process: string;
	readonly routine: string;
	readonly label: string;
	/** What it changed, as `path: from -> to`; by this an edited model is told. */
	readonly changes: readonly string[];
}

/** A walk through a model's states as it is kept in a file. */
export interface SavedTrace {
	readonly schema: typeof SAVED;
	readonly model: string;
	/** The model's file, seen from the folder of the trace's own. */
	readonly file: string;
	readonly scenario: string;
	/** Ids of properties that are false at its end. */
	readonly violates: readonly string[];
	/** Whether the last step raises an error, and so has no next state. */
	readonly cut: boolean;
	readonly steps: readonly SavedStep[];
}

/** Where a trace belongs. */
export type Belongs = Pick<SavedTrace, "model" | "file" | "scenario" | "violates">;

/** A trace as it is kept. */
export const saved = ({ steps, cut }: Trace, belongs: Belongs): SavedTrace => ({
	schema: SAVED,
	...belongs,
	cut,
	steps: steps.map(({ process, stack, label, changes }) => ({
		process,
		routine: stack.at(-1)?.routine ?? "",
		label,
		changes: changes.map(inWords),
	})),
});

/** One line of JSON for each step. */
export function savedText({ steps, ...head }: SavedTrace): string {
	const fields = Object.entries(head).map(([name, value]) => `\t${JSON.stringify(name)}: ${JSON.stringify(value)},\n`);
	const lines = steps.map((step) => `\t\t${JSON.stringify(step)}`);
	return `{\n${fields.join("")}\t"steps": [\n${lines.join(",\n")}\n\t]\n}\n`;
}

/** Reads what `savedText` wrote. Throws an Error that says what is wrong with it. */
export function readSaved(json: string): SavedTrace {
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch (error) {
		throw new Error(`is no JSON: ${(error as Error).message}`);
	}
	const trace = value as SavedTrace;
	if (!isRecord(value) || typeof value.schema !== "string" || !value.schema.startsWith("preempt-trace/"))
		throw new Error(`is no saved trace: it has no "schema": "${SAVED}"`);
	if (trace.schema !== SAVED) throw new Error(`has the form ${trace.schema}; this version reads ${SAVED}`);
	for (const name of ["model", "file", "scenario"] as const)
		if (typeof trace[name] !== "string") throw new Error(`has no text "${name}"`);
	if (!isTexts(trace.violates)) throw new Error('has no list of property ids "violates"');
	if (typeof trace.cut !== "boolean") throw new Error('has no "cut": true or false');
	if (!Array.isArray(trace.steps)) throw new Error('has no list "steps"');
	const wrong = trace.steps.findIndex((step) => !isStep(step));
	if (wrong >= 0) throw new Error(`step ${wrong + 1} is not { process, routine, label, changes }`);
	return trace;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isTexts = (value: unknown): value is readonly string[] =>
	Array.isArray(value) && value.every((each) => typeof each === "string");
const isStep = (step: unknown): boolean =>
	isRecord(step) && isTexts([step.process, step.routine, step.label]) && isTexts(step.changes);

export const inWords = ({ path, from, to }: Change): string => `${path}: ${from} -> ${to}`;
