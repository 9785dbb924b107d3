import type { Sources } from "../../trace/index.ts";
import type { Comparison } from "../comparison.ts";
import type { Paint } from "../paint.ts";
import type { ModelResult } from "../result.ts";

export interface Tool {
	readonly name: string;
	readonly version: string;
}

/** What a run found out about one model. */
export interface Verified {
	readonly model: ModelResult;
	/** Only with `--gate`. */
	readonly gate: Comparison | undefined;
}

/** What a form may need beside the verdicts. */
export interface Setting {
	readonly tool: Tool;
	readonly paint: Paint;
	/** Columns that a text for people may have. */
	readonly width: number;
	/** Knows the text of the lines that traces name. */
	readonly sources: Sources;
}

/** A form of report: a text for each model as soon as that is verified, or one for all of them. */
export type Form =
	| { readonly each: (verified: Verified, setting: Setting) => string }
	| { readonly whole: (all: readonly Verified[], setting: Setting) => string };
