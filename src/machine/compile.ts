import {
	Blocked,
	type BuiltSystem,
	type Closure,
	Fault,
	ModelError,
	type Place,
	type Property,
	record,
} from "../lang/index.ts";
import { Layout, width } from "./layout.ts";
import { link } from "./link.ts";
import type { Description, Machine, StepViolation, Successors } from "./machine.ts";
import { packWord, planPacking, unpackSource } from "./pack.ts";
import type { Edge, Instance, Position, Program, Target } from "./program.ts";
import { follow, Generator, type Runtime } from "./successors.ts";
import { type AnyType, show } from "./types.ts";
import { type Vector, Views } from "./views.ts";

/** A step runs twice the first times it is taken, and then in one state of `SAMPLE`. */
const FIRST_TIMES = 64;
const SAMPLE = 1024;
/** Room for this many successors between flushes, besides one state's. */
const BATCH = 1024;

interface Generated {
	initial(): void;
	load(states: Int32Array, p: number): void;
	store(states: Int32Array, p: number): void;
	restore(): void;
	save(): void;
	emit(edge: number): void;
	live: number;
}

/** Turns a system into a machine over packed states; `only` restricts the properties by id. */
export function compile(system: BuiltSystem, only?: ReadonlySet<string>): Machine {
	return new Compiled(system, only);
}

class Compiled implements Machine {
	readonly words: number;
	readonly bits: number;
	readonly steps: Edge[] = [];
	readonly properties: readonly Property[];
	readonly taken: Float64Array;
	readonly fanout: number;
	readonly out: Successors;
	readonly found: StepViolation[] = [];
	readonly exercised: Uint8Array;
	readonly #programs: readonly Program[];
	readonly #code: Generated & Record<string, () => void>;
	readonly #expanders: readonly (() => void)[];
	readonly #state: object;
	readonly #sights: readonly Sighted[];
	readonly #vector: Vector;
	readonly #counters: Uint16Array;
	readonly #stateType: AnyType;
	readonly #contexts: readonly { readonly s: object; readonly me: object }[];
	readonly #running: BuiltSystem["running"];
	/** Set by generated code when a step's result is to be checked by running it again. */
	#careful = false;

	constructor(system: BuiltSystem, only: ReadonlySet<string> | undefined) {
		this.properties = system.properties.filter((p) => !only || only.has(p.id));
		this.#running = system.running;
		const layout = new Layout();
		this.#stateType = system.state as AnyType;
		layout.allocate(this.#stateType);
		const ghosts = this.properties.map((p) => layout.allocate(record(p.ghost)));
		let edges = 0;
		this.#programs = system.processes.map((process, i) => link(process, i, layout, () => edges++));
		for (const program of this.#programs) {
			program.pc = layout.counter(program.positions.length);
			for (const position of program.positions) for (const edge of position.edges) this.steps[edge.id] = edge;
		}
		this.fanout = this.#programs.reduce(
			(sum, program) => sum + Math.max(...program.positions.map((p) => p.edges.length)),
			0,
		);
		this.taken = new Float64Array(edges);
		this.exercised = new Uint8Array(this.properties.length);

		const wide = layout.slots.some((slot) => slot.size > 256);
		const room = Math.ceil(Math.max(4, layout.slots.length) / 4) * 4;
		this.#vector = wide ? new Uint16Array(room) : new Uint8Array(room);
		this.#counters = new Uint16Array(Math.ceil(Math.max(2, layout.counters.length) / 2) * 2);
		const views = new Views(this.#vector);
		this.#state = views.make(this.#stateType, 0, "");
		const at = this.#where();
		this.#sights = this.properties.map((p, i) => ({
			s: this.#state,
			g: views.make(record(p.ghost) as AnyType, ghosts[i] ?? 0, `${p.id}.`),
			at,
		}));
		this.#contexts = system.processes.map((process) => ({ s: this.#state, me: process.me(this.#state as never) }));
		for (const program of this.#programs)
			this.#bind(program, views, system.events, this.#contexts[program.index] as { me: object });

		// The initial state: the types' first values, then the model's, then each process up to its first step.
		system.init?.(this.#state as never);
		const runtime = this.#runtime();
		for (const program of this.#programs) {
			this.#enter(program.root, () => program.process.args);
			this.#follow(program, program.entry, runtime);
		}
		views.freezeFixed();

		const packing = planPacking([...layout.slots, ...layout.counters]);
		this.words = packing.words;
		this.bits = packing.bits;
		const capacity = BATCH + 2 * this.fanout;
		this.out = { words: new Int32Array(capacity * this.words), hashes: new Int32Array(capacity), count: 0 };
		const generator = new Generator();
		const bodies = this.#programs
			.map((program, i) => generator.process(program, this.#contexts[i] as object))
			.join("\n");
		const source = `"use strict"; ${generator.declarations}
			const words = O.words, hashes = O.hashes, W0 = W.slice(), P0 = P.slice(), B = W.slice(), Q = P.slice();
			const W32 = new Int32Array(W.buffer), B32 = new Int32Array(B.buffer), P32 = new Int32Array(P.buffer), Q32 = new Int32Array(Q.buffer);
			let live = 0;
			function restore() { ${copy("W32", "B32", (this.#vector.byteLength + 3) >> 2)} ${copy("P32", "Q32", this.#counters.byteLength >> 2)} }
			function save() { ${copy("B32", "W32", (this.#vector.byteLength + 3) >> 2)} ${copy("Q32", "P32", this.#counters.byteLength >> 2)} }
			function load(A, p) { ${unpackSource(packing)} save(); }
			function store(A, p) { ${Array.from({ length: this.words }, (_, i) => `A[p + ${i}] = ${packWord(packing, i)};`).join("\n")} }
			function initial() { W.set(W0); P.set(P0); save(); emit(-1); }
			function emit(e) {
				if (e >= 0 && (T[e] = T[e] + 1) <= ${FIRST_TIMES}) careful();
				const n = O.count; let p = n * ${this.words}, h = 0x9e3779b9 | 0;
				${Array.from({ length: this.words }, (_, i) => `{ const w = ${packWord(packing, i)}; words[p + ${i}] = w; h = Math.imul(h ^ w, 0x85ebca6b); h = (h << 13 | h >>> 19) * 5 + 0x52dce729 | 0; }`).join("\n")}
				h ^= h >>> 16; h = Math.imul(h, 0x7feb352d); h ^= h >>> 15; h = Math.imul(h, 0x846ca68b); h ^= h >>> 16;
				hashes[n] = h; O.count = n + 1;
				if (F.length > 0) blame(e);
			}
			${bodies}
			return { initial, load, store, save, restore, emit, get live() { return live; }, set live(n) { live = n; }, ${this.#programs.map((p) => `p${p.index}`).join(", ")} };`;
		const make = new Function("K", "W", "P", "O", "T", "R", "F", "careful", "blame", source);
		this.#code = make(
			generator.constants,
			this.#vector,
			this.#counters,
			this.out,
			this.taken,
			runtime,
			this.found,
			() => {
				this.#careful = true;
			},
			(edge: number) => this.#blame(edge),
		) as Generated & Record<string, () => void>;
		this.#expanders = this.#programs.map((p) => this.#code[`p${p.index}`] as () => void);
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
		const first = this.out.count;
		this.found.length = 0;
		this.#careful = false;
		code.live = 0;
		for (let i = 0; i < this.#expanders.length; i++) {
			const mark = this.out.count;
			const live = code.live;
			try {
				(this.#expanders[i] as () => void)();
			} catch {
				// A fault or an error in some step of this process: take its steps one by one.
				this.#forget(mark);
				code.restore();
				code.live = live + this.#oneByOne(this.#programs[i] as Program);
			}
		}
		const live = code.live;
		if (this.#careful || (this.out.count > first && ((this.out.hashes[first] as number) & (SAMPLE - 1)) === 0))
			this.#again(first);
		return live;
	}

	take(edge: number): boolean {
		const { process, guard, instance } = this.steps[edge] as Edge;
		const program = this.#programs[process] as Program;
		const position = program.positions[this.#counters[program.pc] as number] as Position;
		if (!position.edges.some((e) => e.id === edge)) return false;
		const gate = program.process.gate;
		if (gate && !gate.when(this.#contexts[process] as never)) return false;
		if (guard && !guard(instance.context as never)) return false;
		this.found.length = 0;
		this.#act(program, this.steps[edge] as Edge);
		this.#code.save();
		return true;
	}

	violated(): readonly number[] {
		return this.#check((p) => p.invariant);
	}

	violatedAtEnd(): readonly number[] {
		return this.#check((p) => p.terminal);
	}

	#check(condition: (p: Property) => Closure | undefined): readonly number[] {
		let bad: number[] = NONE;
		for (let i = 0; i < this.properties.length; i++) {
			const property = this.properties[i] as Property;
			const holds = condition(property);
			if (!holds) continue;
			const sight = this.#sights[i] as never;
			if (this.exercised[i] === 0 && (!property.antecedent || property.antecedent(sight))) this.exercised[i] = 1;
			if (!holds(sight)) bad = [...bad, i];
		}
		return bad;
	}

	place(process: number): Place {
		const { place } = (this.#programs[process] as Program).process;
		return place ? place(this.#contexts[process] as never) : { lane: undefined, context: "", depth: 0 };
	}

	running(): readonly (number | null)[] {
		return this.#running?.(this.#state as never) ?? [];
	}

	explain(index: number): readonly string[] {
		return (this.properties[index] as Property).explain?.(this.#sights[index] as never) ?? [];
	}

	describe(): Description {
		return {
			state: show(this.#stateType, this.#state) as Record<string, unknown>,
			ghosts: Object.fromEntries(
				this.properties.flatMap((p, i) =>
					Object.keys(p.ghost).length === 0
						? []
						: [[p.id, show(record(p.ghost) as AnyType, (this.#sights[i] as Sighted).g)]],
				),
			),
			processes: this.#programs.map((program) => {
				const position = program.positions[this.#counters[program.pc] as number] as Position;
				return {
					name: program.process.name,
					at: position.name,
					stack: chain(position.instance).map((instance) => this.#frame(instance)),
				};
			}),
		};
	}

	#frame(instance: Instance): { routine: string; frame: Record<string, unknown> } {
		const frame = Object.entries(instance.fields).map(([name, type], i) => {
			const code = this.#vector[instance.offsets[i] as number];
			return [name, type.kind === "unset" && code === 0 ? undefined : show(type, instance.context.f[name])];
		});
		return { routine: instance.routine.name, frame: Object.fromEntries(frame) };
	}

	/** Gives every frame of `program` its view, and its steps their context. */
	#bind(program: Program, views: Views, events: readonly string[], own: { me: object }): void {
		const emit = Object.fromEntries(events.map((event) => [event, this.#emitter(event, own.me)]));
		const bound = new Set<Instance>();
		const bind = (instance: Instance) => {
			for (let at: Instance | undefined = instance; at && !bound.has(at); at = at.caller) {
				bound.add(at);
				const f = views.frame(at.fields, at.offsets, `${at.routine.name}: `);
				(at as { context: object }).context = { s: this.#state, f, me: own.me, emit };
			}
		};
		bind(program.root);
		for (const instance of program.instances) bind(instance);
	}

	#emitter(event: string, me: object): (...args: unknown[]) => void {
		const listeners = this.properties.flatMap((property, i) => {
			const handle = property.on[event] as ((v: object, ...args: unknown[]) => boolean | undefined) | undefined;
			return handle ? [{ i, id: property.id, handle, sight: { ...(this.#sights[i] as Sighted), me } }] : [];
		});
		return (...args) => {
			for (const { i, id, handle, sight } of listeners) {
				const holds = handle(sight, ...args);
				if (holds === undefined) continue;
				this.exercised[i] = 1;
				if (!holds) this.found.push({ property: id, edge: -1, message: undefined, successor: this.out.count });
			}
		};
	}

	#runtime(): Runtime {
		return {
			follow: (program, target) => this.#follow(program, target, this.#runtime()),
			enter: (instance, args) => this.#enter(instance, args),
			exit: (instance, value, into) => this.#exit(instance, value, into),
		};
	}

	#follow(program: Program, target: Target, runtime: Runtime): void {
		const end = follow(target, runtime, (at) => {
			throw new ModelError(
				`a step that never ends: ${program.process.name} goes round a loop without reaching a step`,
				at.kind === "jump" ? at.origin.author : program.process.origin.author,
			);
		});
		this.#counters[program.pc] = end.position.index;
	}

	#enter(instance: Instance, args: Closure | undefined): void {
		const names = Object.keys(instance.routine.args);
		if (names.length === 0) return;
		const caller = instance.caller ?? instance;
		const values = (args?.(caller.context as never) ?? {}) as Record<string, unknown>;
		for (const name of names) {
			if (!(name in values))
				throw new ModelError(
					`${instance.routine.name} is called without its argument ${name}`,
					instance.routine.origin.author,
				);
			instance.context.f[name] = values[name];
		}
	}

	#exit(instance: Instance, value: Closure | undefined, into: string | undefined): void {
		const result = value?.(instance.context as never);
		Object.values(instance.fields).forEach((type, i) => {
			const offset = instance.offsets[i] as number;
			this.#vector.fill(0, offset, offset + width(type));
		});
		if (into !== undefined && instance.caller) instance.caller.context.f[into] = result;
	}

	/** Runs the step, guards apart, on the working vector. */
	#act(program: Program, edge: Edge): void {
		const context = edge.instance.context as never;
		program.process.gate?.enter?.(this.#contexts[program.index] as never);
		edge.effect?.(context);
		const target = edge.condition && !edge.condition(context) ? (edge.otherwise as Target) : edge.after;
		this.#follow(program, target, this.#runtime());
	}

	/** All steps of `program` from the current state, catching what each of them throws. Returns those not in the background. */
	#oneByOne(program: Program): number {
		const position = program.positions[this.#counters[program.pc] as number] as Position;
		let live = 0;
		for (const edge of position.edges) {
			const mark = this.found.length;
			try {
				if (!this.#enabled(program, edge)) continue;
				this.#act(program, edge);
				this.#code.emit(edge.id);
				if (!program.process.background) live++;
			} catch (error) {
				if (error instanceof Blocked) this.found.length = mark;
				else {
					// The path ends here, so that its last state has no successor by this step; but it is no end of waiting.
					this.found.push(cut(error, edge));
					this.taken[edge.id] = (this.taken[edge.id] as number) + 1;
					live++;
				}
			} finally {
				this.#code.restore();
			}
		}
		return live;
	}

	#enabled(program: Program, edge: Edge): boolean {
		const before = this.#vector.slice();
		const gate = program.process.gate;
		const possible =
			(!gate || gate.when(this.#contexts[program.index] as never)) &&
			(!edge.guard || edge.guard(edge.instance.context as never) === true);
		if (this.#vector.some((code, i) => code !== before[i]))
			throw new ModelError(`the guard of "${edge.label}" changes the state`, edge.origin.author);
		return possible === true;
	}

	/** Generates the successors from `first` on a second time, one by one, and demands the same. */
	#again(first: number): void {
		const count = this.out.count;
		const before = this.out.words.slice(first * this.words, count * this.words);
		const found = [...this.found];
		const taken = this.taken.slice();
		this.out.count = first;
		this.found.length = 0;
		for (const program of this.#programs) {
			const mark = this.out.count;
			this.#oneByOne(program);
			for (let i = mark; i < this.out.count; i++)
				for (let w = i * this.words; w < (i + 1) * this.words; w++)
					if (this.out.words[w] !== before[w - first * this.words]) this.#differs(program);
		}
		if (this.out.count !== count) this.#differs(undefined);
		this.taken.set(taken);
		this.found.splice(0, this.found.length, ...found);
	}

	#differs(program: Program | undefined): never {
		const position = program?.positions[this.#counters[program.pc] as number];
		const label = position?.edges.map((e) => `"${e.label}"`).join(" or ") ?? "a step";
		throw new ModelError(
			`nondeterministic step: two runs of ${label} from one state differ; a step may use only s, f and me`,
			position?.edges[0]?.origin.author,
		);
	}

	/** Names the step whose event a property has just found wrong. */
	#blame(edge: number): void {
		for (const violation of this.found) if (violation.edge < 0) (violation as { edge: number }).edge = edge;
	}

	/** Forgets successors from `mark` on, and the counts and violations that came with them. */
	#forget(mark: number): void {
		this.out.count = mark;
		const kept = this.found.filter((v) => v.successor === undefined || v.successor < mark);
		this.found.splice(0, this.found.length, ...kept);
	}

	#where(): (
		routine: object,
		labels: readonly string[] | "anywhere",
		visit: (f: object, process: number) => boolean,
	) => boolean {
		const table = new Map<
			object,
			{ program: Program; frames: readonly (readonly { instance: Instance; labels: readonly string[] }[])[] }[]
		>();
		const build = () => {
			for (const program of this.#programs) {
				const routines = new Set(program.instances.map((instance) => instance.routine));
				for (const routine of routines) {
					const frames = program.positions.map((position) =>
						chain(position.instance)
							.filter((instance) => instance.routine === routine)
							.map((instance) => ({
								instance,
								labels: instance === position.instance ? position.edges.map((e) => e.label) : [],
							})),
					);
					table.set(routine, [...(table.get(routine) ?? []), { program, frames }]);
				}
			}
		};
		return (routine, labels, visit) => {
			if (table.size === 0) build();
			for (const { program, frames } of table.get(routine) ?? [])
				for (const { instance, labels: here } of frames[this.#counters[program.pc] as number] ?? [])
					if (
						(labels === "anywhere" || here.some((label) => labels.includes(label))) &&
						visit(instance.context.f, program.index)
					)
						return true;
			return false;
		};
	}
}

interface Sighted {
	readonly s: object;
	readonly g: object;
	readonly at: unknown;
}

const NONE: number[] = [];

/** Frames from the process's routine down to `instance`. */
function chain(instance: Instance): Instance[] {
	const frames: Instance[] = [];
	for (let at: Instance | undefined = instance; at; at = at.caller) frames.unshift(at);
	return frames;
}

function cut(error: unknown, edge: Edge): StepViolation {
	if (error instanceof Fault)
		return { property: error.property, edge: edge.id, message: error.message, successor: undefined };
	throw new StepError(error, edge);
}

/** A model error met while a step ran. */
export class StepError extends Error {
	override readonly name = "StepError";
	constructor(
		override readonly cause: unknown,
		readonly edge: Edge,
	) {
		super(cause instanceof Error ? cause.message : String(cause));
	}
}

const copy = (to: string, from: string, words: number): string =>
	Array.from({ length: words }, (_, i) => `${to}[${i}] = ${from}[${i}];`).join(" ");
