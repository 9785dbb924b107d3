import type { Minimise } from "../../explore/best.ts";
import type { Reduction } from "../../explore/reductions.ts";
import type { Limits } from "../../explore/search.ts";
import type { Walks } from "../../explore/simulation.ts";
import { limitsOf, workersOf } from "./limits.ts";
import type { Options } from "./options.ts";
import { onlyOf } from "./properties.ts";
import { walksOf } from "./walks.ts";

/** How the scenarios of a run are verified: data that one thread can hand to another. */
export interface Settings {
	/** Ids of the properties that are heeded; all without it. */
	readonly only: ReadonlySet<string> | undefined;
	/** Of each scenario's search. */
	readonly limits: Limits;
	/** Threads, this one among them. */
	readonly workers: number;
	readonly reductions: ReadonlySet<Reduction>;
	/** What counterexamples should have the fewest of. */
	readonly minimise: Minimise;
	/** Figures are computed where there are no more states than this. */
	readonly figures: number;
	/** Whether counterexamples are shown as a rule. */
	readonly shows: boolean;
	/** Random walks instead of a search. */
	readonly simulate?: Walks | undefined;
	/** Whether what searches rely on is made sure of in every state. */
	readonly audit?: boolean | undefined;
}

/** More states than this are not gone through a second time for figures: that would take minutes. */
export const FIGURES_AT_MOST = 5_000_000;
/** Nor are more than this, unless it is asked for: a quick look at the verdicts is to stay one. */
const FIGURES_QUICKLY = 5_000;

/** What the command line says of it. */
export function settingsOf(options: Options): Settings {
	const { property, reductions, audit, minimise, figures, gate } = options;
	return {
		only: onlyOf(property),
		limits: limitsOf(options),
		workers: workersOf(options),
		reductions,
		minimise,
		figures: figures || gate || property.length > 0 ? FIGURES_AT_MOST : FIGURES_QUICKLY,
		shows: !gate,
		simulate: walksOf(options),
		audit,
	};
}
