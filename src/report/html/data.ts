// Plain shapes without imports: the page is a program of its own that knows nothing else of the checker.

/** What the page shows. States are embedded as the first one and what each step changes. */
export interface PageData {
	readonly tool: { readonly name: string; readonly version: string };
	readonly models: readonly PageModel[];
	/** The statements that steps stand at, by `file:line`. */
	readonly excerpts: Readonly<Record<string, readonly string[]>>;
}

export interface PageModel {
	readonly name: string;
	readonly about: string;
	readonly file: string;
	readonly down: readonly string[];
	readonly across: { readonly name: string; readonly values: readonly (string | number)[] } | undefined;
	readonly rows: readonly PageRow[];
	readonly properties: readonly PageProperty[];
	readonly scenarios: readonly PageScenario[];
	/** What else is to be known of all verdicts, each with a word for what it is. */
	readonly remarks: readonly (readonly [name: string, text: string])[];
	/** Only with `--gate`. */
	readonly gate:
		| {
				readonly spec: string;
				readonly differences: readonly PageDifference[];
				/** Statements never taken, or taken though declared unreachable; nothing where the spec does not speak of it. */
				readonly coverage: readonly PageStatement[] | "unknown" | undefined;
				/** Nothing where the spec declares none. */
				readonly mutants:
					| { readonly caught: readonly PageMutant[]; readonly neverViolated: readonly string[] }
					| undefined;
		  }
		| undefined;
}

interface PageMutant {
	readonly design: string;
	readonly scenario: string;
	readonly property: string;
	readonly because: string | undefined;
}

interface PageRow {
	readonly values: readonly (string | number)[];
	/** Indices of scenarios; null where it was not chosen. */
	readonly cells: readonly (number | null)[];
}

export interface PageProperty {
	readonly id: string;
	readonly title: string;
	readonly statement: string;
	readonly class: "error" | "warning" | "cost";
	/** How it came out over all scenarios, in words. */
	readonly tally: string;
	/** The scenario with the shortest counterexample; of a cost, with the dearest run. */
	readonly best: string | undefined;
}

export interface PageScenario {
	readonly name: string;
	/** With all its sizes. */
	readonly bounded: string;
	readonly status: "holds" | "violated" | "incomplete" | "error";
	/** The label of its verdicts, item by item. */
	readonly facts: readonly (readonly [name: string, value: string])[];
	readonly unreached: readonly { readonly text: string /** As `file:line`. */; readonly source: string | undefined }[];
	readonly verdicts: readonly PageVerdict[];
	readonly failure: PageFailure | undefined;
	readonly command: string;
}

/** An error in the model. */
interface PageFailure {
	readonly message: string;
	readonly at: string;
	readonly race: Race | undefined;
	/** What was violated before, in words. */
	readonly before: string | undefined;
}

export interface PageStatement {
	readonly text: string;
	/** As `file:line`. */
	readonly source: string | undefined;
}

export interface PageVerdict {
	readonly id: string;
	readonly verdict: string;
	readonly race: Race | undefined;
	readonly command: string;
}

interface PageDifference {
	readonly scenario: string;
	readonly property: string;
	readonly expected: string;
	readonly actual: string;
	readonly because: string;
}

/** A counterexample, a witness or a dearest run. */
export interface Race {
	readonly lanes: readonly string[];
	/** As the text report draws them. */
	readonly rows: readonly RaceRow[];
	readonly steps: readonly RaceStep[];
	/** The state before the first step. */
	readonly initial: readonly (readonly [path: readonly string[], value: string])[];
	readonly explanation: readonly string[];
	/** What looking at the model again has found out, each with a word for what it is; for some counterexamples only. */
	readonly remarks: readonly (readonly [name: string, text: string])[];
	/** Steps of a process between which nobody must step in for the property to hold; `before` is one past the last at the end. */
	readonly windows: readonly { readonly process: string; readonly after: number; readonly before: number }[];
	/** Length and switches, in words. */
	readonly length: string;
}

/** A line of the diagram, in one of its lanes. */
export interface RaceRow {
	readonly kind: "step" | "mark" | "head" | "call" | "begin" | "end";
	readonly lane: number;
	/** Number of the step, from 1. */
	readonly number?: number | undefined;
	readonly indent: number;
	readonly text: string;
	readonly note: string;
}

export interface RaceStep {
	readonly process: string;
	readonly lane: number;
	readonly context: string;
	readonly label: string;
	/** Values and outcome, as in the diagram. */
	readonly note: string;
	readonly changes: readonly RaceChange[];
	readonly frames: readonly { readonly routine: string; readonly values: readonly (readonly [string, string])[] }[];
	/** Where it stands, as `file:line`. */
	readonly source: string | undefined;
}

export type RaceChange = readonly [path: string, from: string, to: string, of: "state" | "frame"];
