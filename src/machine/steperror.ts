import type { Property } from "../lang/index.ts";
import type { Edge } from "./program.ts";

/** The step that an error is about; its id in the packed machine, where that is what ran. */
export type FailedStep = Pick<Edge, "process" | "label" | "origin"> & { readonly id: number | undefined };

/** A model error met while a step ran: in its closures, or in the property that an event of its reached. */
export class StepError extends Error {
	override readonly name = "StepError";
	constructor(
		override readonly cause: unknown,
		readonly edge: FailedStep,
	) {
		super(messageOf(cause));
	}
}

/** A model error met while a property's condition looked at a state. */
export class PropertyError extends Error {
	override readonly name = "PropertyError";
	constructor(
		override readonly cause: unknown,
		readonly property: Property,
	) {
		super(messageOf(cause));
	}
}

/** Whatever was thrown, in words. */
export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
