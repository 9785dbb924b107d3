import type { BuiltSystem, Place, Property } from "../lang/index.ts";
import { Bound } from "./bound.ts";
import { Careful } from "./careful.ts";
import { Checks } from "./checks.ts";
import { Control } from "./control.ts";
import { describe } from "./describe.ts";
import { FIRST_TIMES, type Generated, generate, Trail } from "./generate.ts";
import type { Condition, Description, Machine, StepViolation, Successors } from "./machine.ts";
import { planPacking } from "./pack.ts";
import type { Edge, Program } from "./program.ts";
import { PropertyError } from "./steperror.ts";

/** Of the expansions, one in so many has all its steps run twice. */
const SAMPLE = 1024;
/** Room for this many successors between flushes, besides one state's. */
const BATCH = 1024;

/** Turns a system into a machine over packed states; `only` restricts the properties by id. */
export function compile(system: BuiltSystem, only?: ReadonlySet<string>): Machine {
	return new Compiled(system, only);
}

class Compiled implements Machine {
	readonly words: number;
	readonly bits: number;
	readonly steps: readonly Edge[];
	readonly properties: readonly Property[];
	readonly taken: Float64Array;
	readonly fanout: number;
	readonly out: Successors;
	readonly found: StepViolation[] = [];
	readonly exercised: Uint8Array;
	readonly variables: readonly number[];
	readonly entered: readonly object[];
	readonly #bound: Bound;
	readonly #control: Control;
	readonly #code: Generated;
	readonly #careful: Careful;
	readonly #checks: Checks;
	readonly #trail: Trail;
	#expansions = 0;

	constructor(system: BuiltSystem, only: ReadonlySet<string> | undefined) {
		const bound = new Bound(system, only);
		const control = new Control(bound);
		const { layout, programs } = bound;
		const packing = planPacking([...layout.slots, ...layout.counters], { W: bound.vector, P: bound.counters });
		this.#bound = bound;
		this.#control = control;
		this.properties = bound.properties;
		this.entered = control.entered;
		this.steps = bound.steps;
		this.words = packing.words;
		this.bits = packing.bits;
		this.fanout = programs.reduce((sum, { positions }) => sum + Math.max(...positions.map((p) => p.edges.length)), 0);
		const capacity = BATCH + 2 * this.fanout;
		this.out = {
			words: new Int32Array(capacity * this.words),
			hashes: new Int32Array(capacity),
			edges: new Int32Array(capacity),
			count: 0,
		};
		this.taken = new Float64Array(this.steps.length);
		this.exercised = new Uint8Array(this.properties.length);
		this.variables = layout.slots.slice(0, bound.ghosts.from).map(({ size, fixed }) => (fixed ? 1 : size));

		const { found, exercised } = this;
		bound.bind(system.events, { found, exercised, successor: () => this.out.count });
		// The initial state: the types' first values, then the model's, then each process up to its first step.
		system.init?.(bound.state as never);
		for (const program of programs) {
			control.enter(program.root, () => program.process.args);
			control.follow(program, program.entry);
		}
		bound.freeze();
		this.#checks = new Checks(bound, exercised);
		this.#trail = new Trail(programs.length);
		this.#code = generate(bound, control, packing, this, this.#trail);
		this.#careful = new Careful(bound, control, this.#code, this.#trail, this);
	}

	initial(): void {
		this.#code.initial();
	}

	load(states: Int32Array, p: number): void {
		this.#code.load(states, p);
	}

	store(states: Int32Array, p: number): void {
		this.#code.store(states, p);
	}

	expand(): number {
		const code = this.#code;
		const trail = this.#trail;
		const { out } = this;
		const first = out.count;
		if (this.found.length > 0) this.found.length = 0;
		trail.background = 0;
		trail.careful = 0;
		const early = this.#expansions++ < FIRST_TIMES;
		let cuts = 0;
		for (let from = 0; ; ) {
			try {
				code.expand(from);
				break;
			} catch {
				// A fault or an error in some step of this process: take its steps one by one, then go on.
				cuts += this.#expandCarefully(trail.process, trail.marks[trail.process] as number);
				from = trail.process + 1;
			}
		}
		const live = out.count - first - trail.background + cuts;
		const { careful } = trail;
		const sampled = out.count > first && ((out.hashes[first] as number) & (SAMPLE - 1)) === 0;
		if (early || sampled) this.#careful.again(() => true);
		else if (careful !== 0) this.#careful.again((process) => ((careful >>> (process & 31)) & 1) === 1);
		return live;
	}

	#expandCarefully(process: number, mark: number): number {
		const program = this.#bound.programs[process] as Program;
		const counted = this.out.count - mark;
		this.#careful.forget(mark);
		this.#code.restore();
		const cuts = this.#careful.oneByOne(program, counted);
		if (program.process.background) this.#trail.background += this.out.count - mark;
		return cuts;
	}

	take(edge: number): boolean {
		const step = this.steps[edge] as Edge;
		const program = this.#bound.programs[step.process] as Program;
		if (!this.#control.position(program).edges.includes(step) || !this.#control.enabled(program, step)) return false;
		this.found.length = 0;
		this.#control.act(program, step);
		this.#code.save();
		return true;
	}

	violated(): readonly number[] {
		return this.#checks.violated(this.#expansions < FIRST_TIMES || this.#expansions % SAMPLE === 0);
	}

	violatedAtEnd(): readonly number[] {
		return this.#checks.all("terminal");
	}

	assign(variable: number, code: number): void {
		this.#bound.vector[variable] = code;
	}

	holds(index: number, condition: Condition): boolean {
		return this.#checks.holds(index, condition);
	}

	describe(): Description {
		return describe(this.#bound);
	}

	place(process: number): Place {
		const { place } = (this.#bound.programs[process] as Program).process;
		return place ? place(this.#bound.contexts[process] as never) : { lane: undefined, context: "", depth: 0 };
	}

	running(): readonly (number | null)[] {
		return this.#bound.running?.(this.#bound.state as never) ?? [];
	}

	explain(index: number): readonly string[] {
		const property = this.properties[index] as Property;
		try {
			return property.explain?.(this.#bound.sights[index] as never) ?? [];
		} catch (error) {
			throw new PropertyError(error, property);
		}
	}
}
