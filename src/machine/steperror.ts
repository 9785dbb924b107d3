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

/** Whatever was thrown, in words; for a write to an object that takes no more fields not in the engine's. */
export function messageOf(cause: unknown): string {
	if (!(cause instanceof Error)) return String(cause);
	const added = /^Cannot add property (.+), object is not extensible$/.exec(cause.message);
	return added === null ? cause.message : `${added[1]} is written, and was not declared`;
}
