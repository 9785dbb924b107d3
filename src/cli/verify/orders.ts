import type { Reduction } from "../../explore/reductions.ts";
import type { Scenario } from "../../lang/index.ts";
import type { Compilation } from "../../machine/index.ts";
import type { Bundle } from "../load/bundle.ts";

/** What a thread is told when it is started: which scenario to help with. */
export interface Orders {
	readonly bundle: Bundle;
	/** Which of the models in the bundle. */
	readonly index: number;
	readonly scenario: Scenario;
	readonly reductions: ReadonlySet<Reduction>;
	/** How its machine is made. */
	readonly compilation: Compilation;
	/** Name of the channel between the search's threads. */
	readonly channel: string;
}

/** What it says when it is ready: what its machine is like. It is then sent an `Invitation`. */
export interface Ready {
	readonly likeness: string;
}
