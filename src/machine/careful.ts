import { Blocked, Fault, ModelError } from "../lang/index.ts";
import type { Bound } from "./bound.ts";
import type { Control } from "./control.ts";
import type { Generated } from "./generate.ts";
import type { Machine, StepViolation, Successors } from "./machine.ts";
import type { Edge, Program } from "./program.ts";
import { StepError } from "./steperror.ts";
import type { Trail } from "./trail.ts";

/** Processes by number (modulo 32), one bit each. */
export const ALL = -1;
/** More successors than any expansion has: all of them are counted already. */
const AGAIN = Number.POSITIVE_INFINITY;

/** Slow expansion, one step at a time: where some step throws, and for the second run of sampled steps. */
export class Careful {
	readonly #bound: Bound;
	readonly #control: Control;
	readonly #code: Generated;
	readonly #trail: Trail;
	readonly #out: Successors;
	readonly #found: StepViolation[];
	readonly #taken: Float64Array;
	readonly #words: number;

	constructor(
		bound: Bound,
		control: Control,
		code: Generated,
		trail: Trail,
		machine: Pick<Machine, "out" | "found" | "taken" | "words">,
	) {
		this.#bound = bound;
		this.#control = control;
		this.#code = code;
		this.#trail = trail;
		this.#out = machine.out;
		this.#found = machine.found;
		this.#taken = machine.taken;
		this.#words = machine.words;
	}

	/**
	 * All steps of `program` from the current state, catching what each of them throws. Returns how many were cut.
	 * The first `counted` successors are already counted as taken.
	 */
	oneByOne(program: Program, counted: number): number {
		const first = this.#out.count;
		let cuts = 0;
		this.#bound.views.mend();
		for (const edge of this.#control.position(program).edges) {
			const mark = this.#found.length;
			try {
				if (!this.#control.enabled(program, edge)) continue;
				this.#control.act(program, edge);
				this.#bound.views.check();
				this.#code.emit(edge.id);
				if (this.#out.count - first <= counted) this.#count(edge, -1);
			} catch (error) {
				this.#code.restore();
				if (error instanceof Blocked) this.#found.length = mark;
				else {
					// The path ends here: its last state has no successor by this step, but it is no end of waiting.
					const end = cut(error, edge);
					const events = this.#found.splice(mark).map(({ property }) => ({ ...end, property }));
					for (const { property, message } of [...events, end])
						this.#found.push({ property, edge: edge.id, message, why: undefined, successor: undefined });
					if (counted !== AGAIN) this.#count(edge, 1);
					cuts++;
				}
			}
		}
		return cuts;
	}

	#count(edge: Edge, by: number): void {
		this.#taken[edge.id] = (this.#taken[edge.id] as number) + by;
	}

	/** Forgets successors from `mark` on, and the violations that came with them. */
	forget(mark: number): void {
		this.#out.count = mark;
		const kept = this.#found.filter((v) => v.successor === undefined || v.successor < mark);
		this.#found.splice(0, this.#found.length, ...kept);
	}

	/**
	 * Makes the successors by some processes a second time, and demands the same: `which` has one bit each (modulo 32).
	 * Returns the violations that the second run has met.
	 */
	again(which: number): StepViolation[] {
		const count = this.#out.count;
		const found = this.#found.splice(0);
		for (const program of this.#bound.programs) {
			if (((which >>> (program.index & 31)) & 1) === 0) continue;
			const from = this.#trail.marks[program.index] as number;
			const to = this.#trail.marks[program.index + 1] ?? count;
			const before = this.#out.words.slice(from * this.#words, to * this.#words);
			this.#out.count = from;
			this.repeat(program);
			if (this.#out.count !== to) this.#differs(program);
			for (let w = 0; w < before.length; w++)
				if (this.#out.words[from * this.#words + w] !== before[w]) this.#differs(program);
		}
		this.#out.count = count;
		this.#bound.views.settle();
		return this.#found.splice(0, this.#found.length, ...found);
	}

	/** As `oneByOne`, but the steps do not count as taken. */
	repeat(program: Program): void {
		this.#trail.repeating = true;
		try {
			this.oneByOne(program, AGAIN);
		} finally {
			this.#trail.repeating = false;
		}
	}

	#differs(program: Program): never {
		const { edges } = this.#control.position(program);
		const label = edges.map((e) => `"${e.label}"`).join(" or ");
		throw erratic(`two runs of ${label} from one state differ`, edges[0]);
	}
}

/** What differs where a step does not do the same each time. */
export const erratic = (what: string, edge?: Edge): ModelError =>
	new ModelError(`nondeterministic step: ${what}; a step may use only s, f and me`, edge?.origin.author);

function cut(error: unknown, edge: Edge): Pick<StepViolation, "property" | "message"> {
	if (error instanceof Fault) return { property: error.property, message: error.message };
	throw new StepError(error, edge);
}
