import { type Closure, ModelError, type Origin } from "../lang/index.ts";
import { requireDone, requireTruth } from "./answers.ts";
import { inWords, type Vector } from "./bank.ts";
import type { Bound } from "./bound.ts";
import { hand } from "./complaints.ts";
import { type Edge, type Instance, type Position, type Program, slotsOf, type Target } from "./program.ts";

/** A step that decides more often than this without reaching a position is taken to go round for ever. */
const LOCAL_STEPS = 10_000;

/** A step that is a condition, or a condition on the frame. */
type Asked = (Edge & { readonly condition: Closure }) | Extract<Target, { kind: "test" }>;

/** Runs steps on the working vector by walking the linked program, and does what generated code leaves to it. */
export class Control {
	readonly #bound: Bound;
	/** Where calls stand that the last step made. */
	readonly entered: Instance[] = [];
	/** The working vector by 32-bit words, and room for a copy. */
	readonly #words: Int32Array;
	readonly #before: Int32Array;
	readonly #copy: Vector;
	/** Where a process stood before it went elsewhere. */
	readonly #home: Int32Array;

	constructor(bound: Bound) {
		this.#bound = bound;
		this.#words = inWords(bound.vector);
		this.#copy = bound.vector.slice();
		this.#before = new Int32Array(this.#copy.buffer);
		this.#home = new Int32Array(this.#before.length);
	}

	/** Where `program` stands. */
	position(program: Program): Position {
		return program.positions[this.#bound.counters[program.pc] as number] as Position;
	}

	/** Whether the gate and the step's guard allow it, where the process goes with it. */
	enabled(program: Program, edge: Edge): boolean {
		const { placement, label, origin } = edge;
		if (!placement) return this.#isOpen(program, edge);
		const own = this.#bound.contexts[program.index] as never;
		const what = `the placement of "${label}"`;
		if (!this.#look(() => requireTruth(placement.when(own), what, origin), what, origin)) return false;
		this.#home.set(this.#words);
		try {
			placement.enter(own);
			return this.#isOpen(program, edge);
		} finally {
			this.#words.set(this.#home);
		}
	}

	#isOpen(program: Program, edge: Edge): boolean {
		const { gate } = program.process;
		const { inside, guard, instance, label, origin } = edge;
		const what = `the guard of "${label}"`;
		const asked = () => {
			const open = !guard || requireTruth(guard(instance.context as never), what, origin);
			// As in generated code: that it came out true is known by the step.
			if (!open) this.#bound.decisions.note(edge, false);
			return open;
		};
		const own = this.#bound.contexts[program.index] as never;
		return this.#look(
			() => (!gate || requireTruth(gate.when(own), what, origin)) && (!inside || inside(own) === true) && asked(),
			what,
			origin,
		);
	}

	/** Runs the step, guards apart. */
	act(program: Program, edge: Edge): void {
		this.#bound.watching = true;
		this.entered.length = 0;
		try {
			this.#act(program, edge);
		} finally {
			this.#bound.watching = false;
		}
	}

	#act(program: Program, edge: Edge): void {
		const context = edge.instance.context as never;
		const own = this.#bound.contexts[program.index] as never;
		edge.placement?.enter(own);
		program.process.gate?.enter?.(own);
		requireDone(edge.effect?.(context), edge.label, edge.origin);
		const holds = !edge.condition || this.#decide(edge as Asked, `the condition "${edge.label}"`);
		this.follow(program, holds ? edge.after : (edge.otherwise as Target));
	}

	#decide(at: Asked, what: string): boolean {
		const { local, context } = at.instance;
		const sees = "label" in at ? context : local;
		const holds = this.#look(() => requireTruth(at.condition(sees as never), what, at.origin), what, at.origin, true);
		this.#bound.decisions.note(at, holds);
		return holds;
	}

	/** Asks a question, which must not change anything; but events that it emits may change ghosts. */
	#look(ask: () => boolean, what: string, origin: Origin, emits = false): boolean {
		const now = this.#words;
		const before = this.#before;
		before.set(now);
		const answer = ask();
		for (let i = 0; i < now.length; i++)
			if (now[i] !== before[i] && (!emits || this.#changed()))
				throw new ModelError(`${what} changes the state`, origin.author);
		return answer;
	}

	/** Whether more than ghosts differs from the copy. */
	#changed(): boolean {
		const { vector, ghosts } = this.#bound;
		return vector.some((code, i) => code !== this.#copy[i] && (i < ghosts.from || i >= ghosts.to));
	}

	/** Brings the process to the position that `target` leads to, from its beginning or with a step. */
	follow(program: Program, target: Target, begins = false): void {
		let at = target;
		for (let i = 0; i < LOCAL_STEPS; i++) {
			switch (at.kind) {
				case "position":
					this.#bound.counters[program.pc] = at.position.index;
					return;
				case "jump":
					at = at.to as Target;
					break;
				case "test":
					at = this.#decide(at, "a condition without a label") ? at.yes : at.no;
					break;
				case "enter":
					this.entered.push(at.instance);
					this.enter(at.instance, at.args);
					at = at.next;
					break;
				case "forget":
					for (const offset of slotsOf(at.instance, at.names)) this.#bound.vector[offset] = 0;
					at = at.next;
					break;
				case "end":
					at = !begins && this.#ends(program, at) ? at.next : at.otherwise;
					break;
				case "exit":
					this.exit(at.instance, at.value, at.into);
					at = at.next;
					break;
			}
		}
		throw new ModelError(
			`a step that never ends: ${program.process.name} goes round a loop without reaching a step`,
			at.kind === "jump" ? at.origin.author : program.process.origin.author,
		);
	}

	/** Does what belongs to the end of a process, if it does that together with its last step. */
	#ends({ process }: Program, { instance, exit }: Extract<Target, { kind: "end" }>): boolean {
		const { name, origin } = process;
		const what = `whether ${name} ends with its last step`;
		const context = instance.context as never;
		const asked = () => requireTruth(exit.when?.(context) ?? false, what, origin);
		const ends = this.#look(asked, what, origin);
		if (ends) requireDone(exit.enter(context), exit.label, origin);
		return ends;
	}

	/** Gives a called routine its arguments. */
	enter(instance: Instance, args: Closure | undefined): void {
		const names = Object.keys(instance.routine.args);
		if (names.length === 0) return;
		const caller = instance.caller ?? instance;
		const values = (args?.(caller.local as never) ?? {}) as Record<string, unknown>;
		for (const name of names) {
			if (!(name in values))
				throw new ModelError(`${instance.routine.name} is called without its argument ${name}`, instance.origin.author);
			hand(instance.context.f, name, values[name], instance.origin);
		}
	}

	/** Resets the frame of a routine that returns, so that dead locals never multiply states. */
	exit(instance: Instance, value: Closure | undefined, into: string | undefined): void {
		// First of all, for a composite is a view of the frame it lies in.
		const result = value?.(instance.local as never);
		if (into !== undefined && instance.caller) hand(instance.caller.context.f, into, result, instance.origin);
		for (const offset of slotsOf(instance)) this.#bound.vector[offset] = 0;
	}
}
