import type { Edge } from "./program.ts";

/** A step runs twice the first times that its statement is taken, wherever it stands. */
export const FIRST_TIMES = 16;
/** So many of these times, the state's images under swaps of interchangeable ids are expanded too. */
const FIRST_IMAGES = 2;

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
	/** Took a step whose images are to be checked. */
	images = false;
	/** Took a step of a statement that none was taken of before. */
	fresh = false;
	/** Steps are taken once more, to compare: they do not count. */
	repeating = false;
	/** Whether successors are replaced by the canonical ones of their kind. */
	symmetric = true;
	/** By step: its statement; and how often each was taken, as far as that matters. */
	readonly #statements: Int32Array;
	readonly #times: Int32Array;

	constructor(processes: number, steps: readonly Edge[]) {
		this.marks = new Int32Array(processes);
		const numbers = new Map<object, number>();
		this.#statements = Int32Array.from(steps, ({ origin }) => {
			const number = numbers.get(origin) ?? numbers.size;
			numbers.set(origin, number);
			return number;
		});
		this.#times = new Int32Array(numbers.size);
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
		const statement = this.#statements[edge] as number;
		const times = (this.#times[statement] as number) + 1;
		this.#times[statement] = times;
		if (times <= FIRST_TIMES) this.careful |= 1 << (this.process & 31);
		if (times <= FIRST_IMAGES) this.images = true;
		if (times === 1) this.fresh = true;
	}
}
