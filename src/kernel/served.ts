import { ModelError } from "../lang/index.ts";

/** What a model calls so that what it has declared is served. */
export type Serving =
	| "addGracePeriods(k, sys)"
	| "addHotplug(k, sys)"
	| "addIdle(k, sys, calls)"
	| "addSoftirqs(k, sys)"
	| "addSoftirqs(k, sys, action)"
	| `addSoftirqs(k, sys, { ${string}: action })`
	| "addWorkers(k, sys, …)";

/** Which of these calls a model has made: what nobody serves would wait for ever, in silence. */
export class Served {
	/** What nobody has called yet, and sources of interrupts that nobody has added, each with the error that it is if nobody does. */
	readonly #needed = new Map<Serving | object, ModelError>();
	readonly #called = new Set<Serving>();

	/** An option does nothing unless the model calls `by` as well. */
	need(by: Serving, what: string): void {
		this.#needed.set(by, missing(by, what));
	}

	/** A source of interrupts would never come unless it is added; `what` made it. */
	needAdded(source: object, what: string): void {
		this.#needed.set(source, new ModelError(`${what}: its source stands in no call of addHardirqs()`));
	}

	/** A source of interrupts has been added. */
	added(source: object): void {
		this.#needed.delete(source);
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

	/** All that is needed. */
	requireNeeded(): void {
		for (const error of this.#needed.values()) throw error;
	}
}

const missing = (by: Serving, what: string): ModelError => new ModelError(`${what} needs ${by}, which is not called`);
