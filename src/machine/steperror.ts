import type { Edge } from "./program.ts";

/** A model error met while a step ran. */
export class StepError extends Error {
	override readonly name = "StepError";
	constructor(
		override readonly cause: unknown,
		readonly edge: Edge,
	) {
		super(cause instanceof Error ? cause.message : String(cause));
	}
}
