import type { Closure } from "../lang/index.ts";
import type { Bound, Monitor } from "./bound.ts";
import type { Checks } from "./checks.ts";
import type { Control } from "./control.ts";
import type { Generated } from "./generate.ts";
import type { Machine } from "./machine.ts";
import type { Vectors } from "./pack.ts";
import type { Edge, Program } from "./program.ts";
import { NotInterchangeable } from "./symmetry/images.ts";

/** The name under which the quotient is refused. */
export const QUOTIENT = "quotient";
/** So many steps on, states that still differ are not followed any more. */
const FAR = 2;
/** So many steps of a walk through states as they are go with each state of the sample, and at the end. */
const STRIDE = 4;
const LAST_STRIDE = 32;

const FAILS = "fails: ";
const isNext = (outcome: string | undefined): boolean => outcome !== undefined && !outcome.startsWith(FAILS);

/**
 * Checks that a state and what is kept of it go on alike, which the reduction relies on: the same steps are possible,
 * properties are told the same, and afterwards the two are equal, or differ in nothing new.
 */
export class Alike {
	readonly #bound: Bound;
	readonly #control: Control;
	readonly #code: Generated;
	readonly #checks: Checks;
	readonly #machine: Pick<Machine, "found"> & { readonly monitor: Monitor };
	readonly #forget: Closure;
	/** Where the walk has come to. */
	#walker: Vectors | undefined;
	#random = 1;

	constructor(
		bound: Bound,
		control: Control,
		code: Generated,
		checks: Checks,
		machine: Pick<Machine, "found"> & { readonly monitor: Monitor },
		forget: Closure,
	) {
		this.#bound = bound;
		this.#control = control;
		this.#code = code;
		this.#checks = checks;
		this.#machine = machine;
		this.#forget = forget;
	}

	/** Demands it of the current state's successors. `sampled`: and a little further on the walk. */
	check(sampled: boolean): void {
		this.#aside((state) => {
			for (const [program, edge] of this.#steps()) {
				this.#goTo(state);
				if (!isNext(this.#outcome(program, edge))) continue;
				const whole = this.#now();
				const kept = this.#kept();
				if (!equal(whole, kept)) this.#demand(whole, kept, 0);
			}
			if (sampled) this.#walk(STRIDE);
		});
	}

	/** To be called when a search is over. */
	settle(): void {
		this.#aside(() => this.#walk(LAST_STRIDE));
	}

	/** Does `work` so that the search does not notice. */
	#aside(work: (state: Vectors) => void): void {
		const { monitor, found } = this.#machine;
		const { came } = this.#bound.decisions;
		const { exercised, pricing } = monitor;
		const before = { state: this.#now(), found: found.splice(0), came: came.slice(), exercised: exercised.slice() };
		monitor.pricing = true;
		try {
			work(before.state);
		} finally {
			this.#goTo(before.state);
			found.splice(0, found.length, ...before.found);
			came.set(before.came);
			exercised.set(before.exercised);
			monitor.pricing = pricing;
		}
	}

	#demand(whole: Vectors, kept: Vectors, far: number): void {
		this.#demandAlike(whole, kept, () => this.#checks.answers().join());
		let ends = true;
		for (const [program, edge] of this.#steps()) {
			this.#goTo(whole);
			const one = this.#outcome(program, edge);
			const [to, toKept] = [this.#now(), this.#kept()];
			this.#goTo(kept);
			if (one !== this.#outcome(program, edge))
				throw new NotInterchangeable(QUOTIENT, `"${edge.label}" tells states apart`);
			if (one === undefined) continue;
			if (!program.process.background) ends = false;
			if (!isNext(one)) continue;
			const other = this.#now();
			if (equal(toKept, this.#kept())) continue;
			if (!differsAs(to, other, whole, kept))
				throw new NotInterchangeable(QUOTIENT, `"${edge.label}" tells states apart`);
			if (far < FAR) this.#demand(to, other, far + 1);
		}
		if (ends) this.#demandAlike(whole, kept, () => this.#checks.all("terminal").join());
	}

	/**
	 * Demands it of the states on a random walk on which nothing is forgotten: what matters only much later does not show
	 * in a few steps from a state that is kept.
	 */
	#walk(steps: number): void {
		for (let i = 0; i < steps; i++) this.#goOn();
	}

	#goOn(): void {
		if (!this.#walker) {
			this.#code.initial();
			this.#walker = this.#now();
		}
		const whole = this.#walker;
		this.#goTo(whole);
		const kept = this.#kept();
		if (!equal(whole, kept)) this.#demand(whole, kept, FAR);
		this.#goTo(whole);
		const ways = this.#steps();
		this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) & 0x7fffffff;
		const first = this.#random >>> 8;
		const next = ways.findIndex((_, i) => {
			this.#goTo(whole);
			const [program, edge] = ways[(first + i) % ways.length] as (typeof ways)[number];
			return isNext(this.#outcome(program, edge));
		});
		this.#walker = next < 0 ? undefined : this.#now();
	}

	#demandAlike(whole: Vectors, kept: Vectors, ask: () => string): void {
		this.#goTo(whole);
		const one = ask();
		this.#goTo(kept);
		if (ask() !== one) throw new NotInterchangeable(QUOTIENT, "a property tells states apart");
	}

	/** The steps where the working vector stands. */
	#steps(): readonly (readonly [Program, Edge])[] {
		return this.#bound.programs.flatMap((program) =>
			this.#control.position(program).edges.map((edge) => [program, edge] as const),
		);
	}

	/** Takes the step, and says what was heard of it, or of its failure; nothing if it is not possible. */
	#outcome(program: Program, edge: Edge): string | undefined {
		const { found } = this.#machine;
		found.length = 0;
		try {
			if (!this.#control.enabled(program, edge)) return undefined;
			this.#control.act(program, edge);
			return found.map(({ property }) => property).join();
		} catch (error) {
			return `${FAILS}${error}`;
		}
	}

	#now(): Vectors {
		const { vector, counters } = this.#bound;
		return { W: vector.slice(), P: counters.slice() };
	}

	/** What is kept of the working vector. */
	#kept(): Vectors {
		this.#forget(this.#bound.state as never);
		return this.#now();
	}

	#goTo({ W, P }: Vectors): void {
		const { vector, counters } = this.#bound;
		vector.set(W);
		counters.set(P);
		this.#code.save();
	}
}

const equal = (a: Vectors, b: Vectors): boolean =>
	a.W.every((code, i) => code === b.W[i]) && a.P.every((code, i) => code === b.P[i]);

/** Whether `a` and `b` differ only in what they differed in before, when they were `whole` and `kept`, and as these did. */
const differsAs = (a: Vectors, b: Vectors, whole: Vectors, kept: Vectors): boolean =>
	a.P.every((code, i) => code === b.P[i]) &&
	a.W.every((code, i) => code === b.W[i] || (code === whole.W[i] && b.W[i] === kept.W[i]));
