import { ModelError } from "../lang/index.ts";

/** What a model calls so that what it has declared is served. */
export type Serving =
	| "addGracePeriods(k, sys)"
	| "addHotplug(k, sys)"
	| "addIdle(k, sys, calls)"
	| "addSoftirqs(k, sys)"
	| "addSoftirqs(k, sys, action)"
	| "addWorkers(k, sys, …)";

/** Which of these calls a model has made: what nobody serves would wait for ever, in silence. */
export class Served {
	/** What the options need and nobody has called yet, each with the error that it is if nobody does. */
	readonly #needed = new Map<Serving, ModelError>();
	readonly #called = new Set<Serving>();

	/** An option does nothing unless the model calls `by` as well. */
	need(by: Serving, what: string): void {
		this.#needed.set(by, missing(by, what));
	}

	/** `by` has been called. */
	add(by: Serving): void {
		this.#called.add(by);
		this.#needed.delete(by);
	}

	has(by: Serving): boolean {
		return this.#called.has(by);
	}

	/** Inside a step: `what` would wait for ever where `by` has not been called. */
	require(by: Serving, what: string): void {
		if (!this.#called.has(by)) throw missing(by, what);
	}

	/** All that the options need. */
	requireNeeded(): void {
		for (const error of this.#needed.values()) throw error;
	}
}

const missing = (by: Serving, what: string): ModelError => new ModelError(`${what} needs ${by}, which is not called`);
