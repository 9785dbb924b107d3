import type { Edge } from "./program.ts";

/** A step runs twice the first times that its statement is taken, wherever it stands. */
export const FIRST_TIMES = 16;
/** So many of these times it is looked at closely what becomes of the state's images under swaps of interchangeable ids. */
const FIRST_CLOSE = 2;

/** What generated code leaves behind while it expands a state. */
export class Trail {
	/** Process whose steps are being taken. */
	process = 0;
	/** By process: how many successors there were before its own. */
	readonly marks: Int32Array;
	/** Successors made by background processes. */
	background = 0;
	/** By process number (modulo 32), one bit each: took a step that is to be checked by running it again. */
	careful = 0;
	/** Took a step whose images are to be looked at closely. */
	images = false;
	/** Took a step from a place of the code that none was taken from before. */
	fresh = false;
	/** Steps are taken once more, to compare: they do not count. */
	repeating = false;
	/** Whether successors are replaced by the canonical ones of their kind. */
	symmetric = true;
	/** How often each statement was taken, and each at each place of the code, as far as that matters. */
	readonly #statements: Counts;
	readonly #places: Counts;

	constructor(processes: number, steps: readonly Edge[]) {
		this.marks = new Int32Array(processes);
		this.#statements = new Counts(steps, ({ origin }) => origin);
		// Several statements may stand at one place, as in a choice.
		this.#places = new Counts(steps, ({ at, id }) => `${this.#statements.kind(id)} ${at}`);
	}

	/** Remembers how often each was taken. */
	mark(): void {
		this.#statements.mark();
		this.#places.mark();
	}

	/** Goes back to that, from the middle of whatever was going on. */
	recover(): void {
		this.repeating = false;
		this.#statements.recover();
		this.#places.recover();
	}

	/** Begins the expansion of a state. */
	begin(): void {
		this.background = 0;
		this.careful = 0;
		this.images = false;
		this.fresh = false;
	}

	/** Told of the first times that each step is taken. */
	first(edge: number): void {
		if (this.repeating) return;
		const times = this.#statements.count(edge);
		if (times <= FIRST_TIMES) this.careful |= 1 << (this.process & 31);
		if (times <= FIRST_CLOSE) this.images = true;
		if (this.#places.count(edge) === 1) this.fresh = true;
	}
}

/** How often steps of each kind were counted. */
class Counts {
	/** By step. */
	readonly #kinds: Int32Array;
	readonly #times: Int32Array;
	readonly #marked: Int32Array;

	constructor(steps: readonly Edge[], kindOf: (step: Edge) => unknown) {
		const numbers = new Map<unknown, number>();
		this.#kinds = Int32Array.from(steps, (step) => {
			const kind = kindOf(step);
			const number = numbers.get(kind) ?? numbers.size;
			numbers.set(kind, number);
			return number;
		});
		this.#times = new Int32Array(numbers.size);
		this.#marked = this.#times.slice();
	}

	mark(): void {
		this.#marked.set(this.#times);
	}

	recover(): void {
		this.#times.set(this.#marked);
	}

	kind(step: number): number {
		return this.#kinds[step] as number;
	}

	count(step: number): number {
		const kind = this.kind(step);
		const times = (this.#times[kind] as number) + 1;
		this.#times[kind] = times;
		return times;
	}
}
