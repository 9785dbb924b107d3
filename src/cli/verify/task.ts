import type { Progress } from "../../explore/search.ts";
import type { Model, Scenario } from "../../lang/index.ts";
import type { Sources } from "../../trace/index.ts";
import type { Bundle } from "../load/bundle.ts";
import type { Settings } from "../plan/settings.ts";

export interface Watcher {
	/** Called between slices. */
	readonly tick: (scenario: string, progress: Progress) => void;
	/** Called when a scenario is done. */
	readonly done: () => void;
	/** Asked now and then; true ends the search, and no other is begun. */
	readonly interrupted: () => boolean;
}

/** One scenario that is to be verified. */
export interface Task extends Settings {
	readonly model: Model;
	readonly scenario: Scenario;
	readonly sources: Sources;
	/** Where threads that help with the search find the model; none: only this thread searches. */
	readonly threads?: {
		readonly bundle: Bundle;
		readonly index: number;
		/** Whether the others have nothing else to do. */
		readonly idle: () => boolean;
	};
}
