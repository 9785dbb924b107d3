import type { Origin } from "../../lang/index.ts";
import type { Control } from "./rest.ts";
import type { Data } from "./scene.ts";

/** A state of the reference interpreter: frozen plain objects, and where each process stands. */
export interface ReferenceState {
	readonly data: Data;
	readonly controls: readonly Control[];
}

export interface Violation {
	readonly property: string;
	readonly message: string | undefined;
}

/** One step that was taken. */
export interface Transition {
	readonly process: number;
	readonly label: string;
	/** Name of the routine the step stands in. */
	readonly routine: string;
	readonly origin: Origin;
	readonly background: boolean;
	/** The next state; none where a fault cut the path. */
	readonly state: ReferenceState | undefined;
	/** Properties that the step violates, by id; a fault has a message. */
	readonly violations: readonly Violation[];
}
