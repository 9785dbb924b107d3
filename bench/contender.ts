import type { Case } from "./cases.ts";

/** What one run of a contender came to. */
export interface Outcome {
	readonly states: number;
	readonly transitions: number;
	/** Of searching alone. */
	readonly seconds: number;
	/** Of the whole command, from a model in the contender's language to the end. */
	readonly command: number;
	/** By its own count, and at most in physical memory; NaN where it does not say. */
	readonly bytes: number;
	readonly resident: number;
}

export interface Contender {
	readonly name: string;
	/** Why it cannot take part, if it cannot. */
	missing(): string | undefined;
	/** Whether it has the system. */
	knows(which: Case): boolean;
	/** Whether it need not count what the others do: it leaves out what it takes to be redundant, or some by chance. */
	readonly reduces?: boolean;
	run(which: Case): Outcome;
}

/** Seconds that `work` takes, and what it returns. */
export function timed<T>(work: () => T): { readonly seconds: number; readonly result: T } {
	const start = performance.now();
	const result = work();
	return { seconds: (performance.now() - start) / 1000, result };
}
