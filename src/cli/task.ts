import type { Minimise } from "../explore/best.ts";
import type { Reduction } from "../explore/reductions.ts";
import type { Limits, Progress } from "../explore/search.ts";
import type { Walks } from "../explore/simulation.ts";
import type { Model, Scenario } from "../lang/index.ts";
import type { Sources } from "../trace/index.ts";
import type { Bundle } from "./bundle.ts";

export interface Watcher {
	/** Called between slices. */
	readonly tick: (scenario: string, progress: Progress) => void;
	/** Called when a scenario is done. */
	readonly done: () => void;
	/** Asked now and then; true ends the search, and no other is begun. */
	readonly interrupted: () => boolean;
}

export interface Task {
	readonly model: Model;
	readonly scenario: Scenario;
	readonly limits: Limits;
	readonly only: ReadonlySet<string> | undefined;
	readonly reductions: ReadonlySet<Reduction>;
	readonly sources: Sources;
	/** What counterexamples should have the fewest of. */
	readonly minimise: Minimise;
	/** Figures are computed where there are no more states than this. */
	readonly figures: number;
	/** Random walks instead of a search. */
	readonly simulate?: Walks | undefined;
	/** Whether what the search relies on is made sure of in every state. */
	readonly audit?: boolean | undefined;
	/** How many threads may share the search, and where they find the model; none: only this one. */
	readonly threads?: {
		readonly workers: number;
		readonly bundle: Bundle;
		readonly index: number;
		/** Whether the others have nothing else to do. */
		readonly idle: () => boolean;
	};
}
