import type { Minimise } from "../../explore/best.ts";
import { REDUCTIONS, type Reduction } from "../../explore/reductions.ts";
import type { FormName } from "../../report/index.ts";
import { UsageError } from "../exit.ts";

/** The command line, parsed. */
export interface Options {
	readonly files: readonly string[];
	readonly all: boolean | undefined;
	readonly scenario: readonly string[];
	/** `axis=value,value`, each. */
	readonly set: readonly string[];
	readonly property: readonly string[];
	readonly maxStates: number | undefined;
	readonly maxMemory: string | undefined;
	readonly maxTime: number | undefined;
	readonly maxDepth: number | undefined;
	readonly compress: boolean | undefined;
	readonly hashCompact: boolean | undefined;
	readonly bitstate: boolean | undefined;
	readonly minimise: Minimise;
	readonly reductions: ReadonlySet<Reduction>;
	/** What searches rely on is made sure of in every state. */
	readonly audit: boolean | undefined;
	/** Random walks instead of a search: how many, and from which seed. */
	readonly simulate: number | undefined;
	readonly seed: number | undefined;
	/** Threads that search; undefined: one for each core. */
	readonly workers: number | undefined;
	readonly list: boolean | undefined;
	readonly gate: boolean | undefined;
	readonly spec: string | undefined;
	readonly watch: boolean | undefined;
	readonly typecheck: boolean | undefined;
	/** Figures of large scenarios too. */
	readonly figures: boolean | undefined;
	readonly format: FormName;
	/** A folder for the counterexamples found. */
	readonly saveTraces: string | undefined;
	readonly out: string | undefined;
	/** `FORM` or `FORM=FILE`, each: what is reported beside. */
	readonly report: readonly string[];
	/** Undefined: where the output is a terminal that has colours. */
	readonly color: boolean | undefined;
}

/** Those that the option names; all without it. */
export function reductionsOf(given: string | undefined): ReadonlySet<Reduction> {
	if (given === undefined) return new Set(REDUCTIONS);
	const names = given === "none" ? [] : given.split(",");
	if (names.includes("none")) throw new UsageError(`--reductions ${given}: none goes with no other`);
	for (const name of names)
		if (!REDUCTIONS.includes(name as Reduction))
			throw new UsageError(
				`--reductions ${given}: there is no ${name}: name some of ${REDUCTIONS.join(", ")}, or none`,
			);
	if (names.includes("quotient") && !names.includes("eager"))
		throw new UsageError(
			`--reductions ${given}: quotient needs eager, for a task whose place is forgotten goes where it goes with its next step`,
		);
	return new Set(names as Reduction[]);
}
