import type { BuiltSystem } from "../lang/index.ts";
import type { Machine } from "../machine/index.ts";

/** A scenario's system with the machine that was made of it. */
export interface Subject {
	readonly system: BuiltSystem;
	readonly machine: Machine;
	/** The properties that the machine was restricted to. */
	readonly only: ReadonlySet<string> | undefined;
}
