import { type BuiltSystem, isTogether, ModelError, type Place, type Property } from "../lang/index.ts";
import { Assurance } from "./assurance.ts";
import { Bound, type Monitor } from "./bound.ts";
import { Careful } from "./careful.ts";
import { Checks } from "./checks.ts";
import { Control } from "./control.ts";
import type { Decision } from "./decisions.ts";
import { describe } from "./describe.ts";
import { type Generated, generate } from "./generate.ts";
import type { Condition, Description, Machine, StepViolation, Successors } from "./machine.ts";
import { planPacking } from "./pack.ts";
import type { Edge, Program } from "./program.ts";
import { Alike, QUOTIENT } from "./quotient.ts";
import { PropertyError } from "./steperror.ts";
import { groupOf } from "./symmetry/find.ts";
import { type Group, TRIVIAL } from "./symmetry/group.ts";
import { Images } from "./symmetry/images.ts";
import { Reads, roomForReads } from "./symmetry/reads.ts";
import { Trail } from "./trail.ts";

/** Room for this many successors between flushes, besides one state's. */
const BATCH = 1024;

/** How a system is turned into a machine. */
export interface Compilation {
	/** Properties, by id; default all. */
	readonly only?: ReadonlySet<string> | undefined;
	/** States that differ by an exchange of interchangeable ids count as one. */
	readonly symmetry?: boolean;
	/** States count as one by the system's quotient. */
	readonly quotient?: boolean;
	/** What the search relies on is made sure of in all states, and not in a sample. */
	readonly audit?: boolean;
	/** Exchanges, by name, that turned out not to be possible, or the quotient, and why. */
	readonly refused?: ReadonlyMap<string, string>;
}

/** Turns a system into a machine over packed states. */
export function compile(system: BuiltSystem, compilation: Compilation = {}): Machine {
	return new Compiled(system, compilation);
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
	readonly #ignored: Uint8Array;
	readonly looked: Uint8Array;
	/** `pricing`, when it was marked. */
	#priced = false;
	readonly variables: readonly number[];
	readonly decisions: readonly Decision[];
	readonly came: Uint8Array;
	readonly entered: readonly object[];
	readonly group: Group;
	readonly quotient: Machine["quotient"];
	readonly eager: boolean;
	readonly monitor: Monitor;
	readonly #bound: Bound;
	readonly #control: Control;
	readonly #code: Generated;
	readonly #careful: Careful;
	readonly #checks: Checks;
	readonly #images: Images;
	readonly #alike: Alike | undefined;
	readonly #trail: Trail;
	readonly #assurance: Assurance;
	/** By process and position: whether it is asked where the process waits. */
	#asked: readonly Uint8Array[] | undefined;

	constructor(
		system: BuiltSystem,
		{ only, symmetry = false, quotient = false, audit = false, refused = new Map() }: Compilation,
	) {
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
		this.#ignored = new Uint8Array(this.properties.length);
		this.decisions = bound.decisions.all;
		this.came = bound.decisions.came;
		this.variables = layout.slots.slice(0, bound.ghosts.from).map(({ size, fixed }) => (fixed ? 1 : size));

		const { found, exercised } = this;
		const ignored = this.#ignored;
		this.monitor = { found, exercised, ignored, successor: () => this.out.count, pricing: false, heard: undefined };
		bound.bind(system.events, this.monitor);
		// The initial state: the types' first values, then the model's, then each process up to its first step.
		system.init?.(bound.state as never);
		for (const program of programs) {
			control.enter(program.root, () => program.process.args);
			control.follow(program, program.entry, true);
		}
		bound.freeze();
		this.group = symmetry ? groupOf(bound, refused) : TRIVIAL;
		const { about, forget } = (quotient ? system.quotient : undefined) ?? {};
		const why = refused.get(QUOTIENT);
		this.quotient = about === undefined ? undefined : { over: about, refused: why };
		this.eager = isTogether(system);
		const isAsked = (process: number) =>
			this.#asked?.[process]?.[control.position(programs[process] as Program).index] === 1;
		const forgets = why === undefined && forget ? (s: never) => forget(s, isAsked) : undefined;
		this.#checks = new Checks(bound, exercised, ignored);
		this.#trail = new Trail(programs.length, this.steps);
		this.#code = generate(bound, control, packing, this, this.#trail, this.group, forgets);
		this.#careful = new Careful(bound, control, this.#code, this.#trail, this);
		this.looked = roomForReads(bound, this.group);
		const reads = () => new Reads(bound, this.group, this.looked);
		this.#images = new Images(bound, this.#code, this.#trail, this.#careful, this.#checks, this, reads);
		this.#alike = forgets && new Alike(bound, control, this.#code, this.#checks, this, forgets);
		const parts = { careful: this.#careful, images: this.#images, alike: this.#alike };
		this.#assurance = new Assurance(this.#trail, parts, this, audit);
	}

	focus(on?: ReadonlySet<string>): void {
		for (const [i, { id }] of this.properties.entries()) this.#ignored[i] = Number(on !== undefined && !on.has(id));
		this.#checks.heed();
	}

	askWhere(points?: Uint8Array): void {
		this.#asked =
			points &&
			this.#bound.programs.map(({ positions }) =>
				Uint8Array.from(positions, ({ edges }) => Number(edges.some(({ id }) => points[id] === 1))),
			);
	}

	initial(): void {
		this.#checks.begin();
		this.#code.initial();
	}

	emit(): void {
		this.#code.emit(-1);
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
		// To set its length would have V8 free its memory, and ask for more with the next.
		while (this.found.length > 0) this.found.pop();
		trail.begin();
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
		// A search has made sure of all this before costs are asked for.
		if (!this.pricing) this.#assurance.ofSteps(first, cuts > 0);
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
		const violated = this.#checks.violated(this.#assurance.watches);
		this.#assurance.ofInvariants();
		return violated;
	}

	violatedAtEnd(): readonly number[] {
		const violated = this.#checks.all("terminal");
		this.#assurance.ofEnd(violated);
		return violated;
	}

	canonicalise(states: Int32Array, p: number): void {
		this.#code.canonicalise(states, p);
	}

	mark(): void {
		this.#trail.mark();
		this.#assurance.mark();
		this.#priced = this.pricing;
	}

	/** What stands in a `finally` is not done where work is ended from outside. */
	recover(): void {
		this.#trail.recover();
		this.#assurance.recover();
		this.#images.recover();
		this.#bound.watching = false;
		this.pricing = this.#priced;
		this.found.length = 0;
		this.out.count = 0;
		this.initial();
	}

	settle(sample: Iterable<unknown> = []): void {
		this.#bound.views.settle();
		this.#images.settle(sample);
		this.#alike?.settle();
	}

	get pricing(): boolean {
		return this.monitor.pricing;
	}

	set pricing(pricing: boolean) {
		this.monitor.pricing = pricing;
	}

	get symmetric(): boolean {
		return this.#trail.symmetric;
	}

	set symmetric(symmetric: boolean) {
		this.#trail.symmetric = symmetric;
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
			const lines = property.explain?.(this.#bound.sights[index] as never) ?? [];
			if (!Array.isArray(lines)) throw new ModelError("it gives no list of lines");
			return lines;
		} catch (error) {
			throw new PropertyError(error, property);
		}
	}
}
