import { isRoutine, named } from "./body.ts";
import { ModelError } from "./error.ts";
import { requireKnown } from "./known.ts";
import { type Origin, origin } from "./location.ts";
import { PROCESS, type Process, type ProcessDeclaration } from "./process.ts";
import { type CostDeclaration, costOf, type Property, type PropertyDeclaration, propertyOf } from "./property.ts";
import { type ArgsOf, type Declaration, type FrameOf, makeRoutine, type ResultOf } from "./routine.ts";
import type { AnyRoutine, Context, Routine, Stmt } from "./syntax.ts";
import { type Fields, membersIn, type RecordOf, type RecordType, record, type ValueOf } from "./types.ts";

/** Events by name, each with the types of its arguments. */
export type EventTypes = Readonly<Record<string, readonly { readonly kind: string }[]>>;
/** The declared events as a step emits them: `emit.name(...arguments)`. */
export type Emitters<T extends EventTypes> = {
	readonly [K in keyof T]: (...args: ValuesOf<T[K]>) => void;
};
type ValuesOf<P extends readonly unknown[]> = { -readonly [I in keyof P]: ValueOf<P[I]> };

/**
 * Which states count as one though they differ, for no step, property or figure can ever tell them apart (a quotient
 * by bisimulation). Traces show states as they were.
 */
export interface Quotient<S> {
	/** What a report says that is, each as in "a quotient over ...". */
	readonly about: readonly string[];
	/** Brings a state to the one that is kept of its kind. */
	readonly forget: (s: S, isAsked: Asked) => void;
}

/** Whether it is asked for once where a process waits, which otherwise may be forgotten. */
export type Asked = (process: number) => boolean;

/**
 * Declares routines for every system whose state, own record and events have at least those of `S`, `M` and `E`; those of one
 * system `declare` is told of.
 */
export function routines<S, M, E>(declare: (routine: AnyRoutine) => void = () => {}) {
	return function routine<D extends Declaration, const B extends readonly Stmt<Context<S, FrameOf<D>, M, E>, string>[]>(
		name: string,
		declaration: D,
		body: B,
	): RoutineOf<D, Context<S, unknown, M, E>, B> {
		const made = makeRoutine(name, declaration, body, origin(routine));
		declare(made);
		return made as unknown as RoutineOf<D, Context<S, unknown, M, E>, B>;
	};
}

/** A system: typed state, processes that run routines over it, and properties. What a scenario explores. */
export class System<S extends object, M extends object, T extends EventTypes> {
	readonly processes: Process[] = [];
	/** Those that were declared for this system, called or not. */
	readonly routines: AnyRoutine[] = [];
	readonly properties: Property[] = [];
	/** Figures. Their handlers give numbers, and they have no conditions. */
	readonly costs: Property[] = [];
	readonly #quotients: Quotient<S>[] = [];
	declare readonly _context?: Context<S, unknown, M, Emitters<T>>;

	constructor(
		/** The state without the properties' ghosts. */
		readonly state: RecordType<Fields>,
		readonly init: ((s: S) => void) | undefined,
		readonly events: readonly string[],
		/** What each lane (CPU) is running, for counting the switches of a trace. */
		readonly running: ((s: S) => readonly (number | null)[]) | undefined,
	) {}

	/** Declares a routine. Labels are the C statements it stands for. */
	readonly routine = routines<S, M, Emitters<T>>((routine) => this.routines.push(routine));

	/** Adds a process, which runs `routine` once; returns its number, from 0. Throws ModelError for a name that another has. */
	process<A>(
		name: string,
		routine: Routine<A, unknown, Context<S, unknown, M, Emitters<T>>, string>,
		declaration: ProcessDeclaration<S, M, A, Emitters<T>> = {},
	): number {
		const where = origin(this.process);
		if (this.processes.some((p) => p.name === name))
			throw new ModelError(`two processes are named ${name}`, where.author);
		if (!isRoutine(routine))
			throw new ModelError(`process ${name} is to run a routine, and is given ${named(routine)}`, where.author);
		requireKnown(`process ${name}`, declaration, PROCESS);
		const { gate, exit, placements = [] } = declaration;
		if (gate) requireKnown(`the gate of process ${name}`, gate, { when: true, enter: true, enters: true });
		if (gate?.enters)
			requireKnown(`how process ${name} enters`, gate.enters, {
				isInside: true,
				label: true,
				binds: true,
				waiting: true,
				only: true,
			});
		if (exit) requireKnown(`the exit of process ${name}`, exit, { when: true, enter: true, label: true });
		for (const placement of placements)
			requireKnown(`a placement of process ${name}`, placement, {
				lane: true,
				when: true,
				enter: true,
				isThere: true,
				label: true,
			});
		const args = (declaration.args ?? {}) as Record<string, unknown>;
		return (
			this.processes.push({
				name,
				routine: routine as unknown as AnyRoutine,
				args,
				of: declaration.of ?? membersIn((routine as unknown as AnyRoutine).args, args),
				me: declaration.me ?? ((s: object) => s),
				gate,
				exit,
				placements,
				background: declaration.background ?? false,
				place: declaration.place,
				origin: where,
			}) - 1
		);
	}

	/** Adds a property under its id, which no other property or figure has. */
	property<G extends Fields = Record<never, never>>(
		id: string,
		declaration: PropertyDeclaration<S, M, Emitters<T>, G>,
	): this {
		const where = origin(this.property);
		this.#requireNew(id, where);
		this.properties.push(propertyOf(id, declaration, this.events, where));
		return this;
	}

	/** Adds a figure under its id: the most that the events of any run cost together, which is computed and not judged. */
	cost(id: string, declaration: CostDeclaration<S, M, Emitters<T>>): this {
		const where = origin(this.cost);
		this.#requireNew(id, where);
		this.costs.push(costOf(id, declaration, this.events, where));
		return this;
	}

	/**
	 * Declares that some of the state makes no difference: `forget` brings a state to the one that is kept of its kind.
	 * `about` is what a report says that is, as in "a quotient over ...".
	 */
	disregards(about: string, forget: Quotient<S>["forget"]): this {
		this.#quotients.push({ about: [about], forget });
		return this;
	}

	get quotient(): Quotient<S> | undefined {
		const all = this.#quotients;
		if (all.length < 2) return all[0];
		return {
			about: all.flatMap(({ about }) => about),
			forget: (s, isAsked) => {
				for (const { forget } of all) forget(s, isAsked);
			},
		};
	}

	#requireNew(id: string, where: Origin): void {
		if ([...this.properties, ...this.costs].some((p) => p.id === id))
			throw new ModelError(`two properties are named ${id}`, where.author);
	}
}

/** The routine that declaration `D` and body `B` make, to be run in context `C`. */
export type RoutineOf<D extends Declaration, C, B> = Routine<
	RecordOf<ArgsOf<D>>,
	ResultOf<D>,
	C,
	B extends readonly Stmt<never, infer N>[] ? N : never
> & { readonly _frame?: FrameOf<D> };

/** What a statement sees in a routine of system `Y` whose frame has at least the fields of `F`. */
export type In<Y extends { readonly _context?: unknown }, F = unknown> = NonNullable<Y["_context"]> & { readonly f: F };

/** Declares a system: its state and events; routines, processes and properties are added to what it returns. */
export function system<
	F extends Fields,
	M extends object,
	const T extends EventTypes = Record<never, never>,
>(declaration: {
	/** The fields of the shared state. */
	readonly state: F;
	/** Makes the initial state of one in which every field has its type's first value. */
	readonly init?: (s: RecordOf<F>) => void;
	/** Events by name, each with the types of its arguments. */
	readonly events?: T;
	/** What each lane (CPU) is running: a change is a context switch of the kernel. */
	readonly running?: (s: RecordOf<F>) => readonly (number | null)[];
	/** Only for its type: what each process's `me` looks like. */
	readonly me?: (s: RecordOf<F>) => M;
}): System<RecordOf<F>, M, T> {
	requireKnown("system()", declaration, { state: true, init: true, events: true, running: true, me: true });
	return new System(
		record(declaration.state),
		declaration.init,
		Object.keys(declaration.events ?? {}),
		declaration.running,
	);
}
