import { ModelError } from "./error.ts";
import { type Names, requireKnown } from "./known.ts";
import type { Origin } from "./location.ts";
import { requireClosure, requirePlain } from "./plain.ts";
import type { AnyRoutine, LabelsOf } from "./syntax.ts";
import type { Fields, RecordOf } from "./types.ts";

/** `error`: wrong; `warning`: the kernel would print a splat; `cost`: a figure, which is neither. */
export type PropertyClass = "error" | "warning" | "cost";

/**
 * Asks where processes stand: calls `visit` for every active frame of `routine`, and says whether any call
 * returned true. A local without value is undefined there. With labels, only frames whose routine stands at one of those steps (about to take it).
 */
export type Where = <R extends AnyRoutine>(
	routine: R,
	labels: readonly LabelsOf<R>[] | "anywhere",
	visit: (f: Partial<FrameOfRoutine<R>>, process: number) => boolean,
) => boolean;
type FrameOfRoutine<R> = R extends { readonly _frame?: infer F } ? F : never;

/** What a property sees of a state: the state, its own ghost variables, and where processes stand. */
export interface Sight<S, G = unknown> {
	readonly s: S;
	readonly g: G;
	readonly at: Where;
}

/** What a handler of an event sees, besides the event's arguments. */
export interface EventSight<S, M, G> extends Sight<S, G> {
	/** The process that emitted the event. */
	readonly me: M;
}

/** What a handler says of an event: true exercises the property, false or a line that says why violates it, undefined is neither. */
export type Answer = boolean | string | undefined;

/** Handlers of events. */
export type Handlers<S, M, E, G, R = Answer> = {
	readonly [K in keyof E]?: E[K] extends (...args: infer A) => void ? (v: EventSight<S, M, G>, ...args: A) => R : never;
};

/** What `sys.property()` is told: one condition at least, or handlers, or that it is `raised`. */
export interface PropertyDeclaration<S, M, E, G extends Fields> {
	/** What is the case where it holds, in a few words. */
	readonly title: string;
	/** The exact statement, as its documentation gives it. */
	readonly statement: string;
	/** Default: `error`. */
	readonly class?: Exclude<PropertyClass, "cost">;
	/** History that the property needs, kept in the state while the property is checked. */
	readonly ghost?: G;
	/** Must hold in every state. */
	readonly invariant?: (v: Sight<S, RecordOf<G>>) => boolean;
	/** Must hold where nothing but background steps is ever enabled again. */
	readonly terminal?: (v: Sight<S, RecordOf<G>>) => boolean;
	/** Must hold of each event when it is emitted. */
	readonly on?: Handlers<S, M, E, RecordOf<G>>;
	/** The kernel library raises it (`fault`), as does nothing here. */
	readonly raised?: true;
	/**
	 * Must be true in some state that is reached: otherwise the model is not what it should be. It is the whole of its
	 * property; handlers beside it only keep its history.
	 */
	readonly sometimes?: (v: Sight<S, RecordOf<G>>) => boolean;
	/** Where invariant or terminal condition say something: never true means vacuous. Default: always. */
	readonly antecedent?: (v: Sight<S, RecordOf<G>>) => boolean;
	/** Why it is false in the state at hand, in lines for a reader: the object, the CPU, who could still have acted. */
	readonly explain?: (v: Sight<S, RecordOf<G>>) => readonly string[];
}

const PROPERTY: Names<PropertyDeclaration<never, never, never, never>> = {
	title: true,
	statement: true,
	class: true,
	ghost: true,
	invariant: true,
	terminal: true,
	on: true,
	raised: true,
	sometimes: true,
	antecedent: true,
	explain: true,
};

/** Of what a figure is also told for each one, such as completions, and how many there are. */
export interface Per {
	readonly count: number;
	/** One of them, as in "2 per completion". */
	readonly what: string;
}

/** What `sys.cost()` is told. */
export interface CostDeclaration<S, M, E> {
	readonly title: string;
	/** What is counted, as its documentation gives it. */
	readonly statement: string;
	/** What each event costs: a whole number from 0 to 255. */
	readonly on: Handlers<S, M, E, object, number>;
	/** Where the figure is also told for each one of something. */
	readonly per?: Per;
}

/** A declared property with its types erased, as the layers below see it. */
export interface Property {
	readonly id: string;
	readonly title: string;
	readonly statement: string;
	readonly class: PropertyClass;
	readonly ghost: Fields;
	readonly invariant: ((v: never) => boolean) | undefined;
	readonly terminal: ((v: never) => boolean) | undefined;
	readonly sometimes: ((v: never) => boolean) | undefined;
	/** Those of a cost give numbers. */
	readonly on: Readonly<Record<string, (v: never, ...args: never[]) => Answer | number>>;
	readonly raised: boolean;
	readonly antecedent: ((v: never) => boolean) | undefined;
	readonly explain: ((v: never) => readonly string[]) | undefined;
	readonly per: Per | undefined;
	readonly origin: Origin;
}

/** What a property of class error or warning is, if its declaration makes sense. */
export function propertyOf<S, M, E, G extends Fields>(
	id: string,
	declaration: PropertyDeclaration<S, M, E, G>,
	events: readonly string[],
	origin: Origin,
): Property {
	requireKnown(`property ${id}`, declaration, PROPERTY);
	const { title, statement, ghost = {}, on = {}, raised = false } = declaration;
	const { invariant, terminal, sometimes, antecedent, explain } = declaration;
	if (sometimes && (invariant || terminal || raised || antecedent))
		throw new ModelError(
			`property ${id} is to hold sometimes: what must always hold, or an antecedent, is a property of its own`,
			origin.author,
		);
	const told = [invariant, terminal, sometimes, ...Object.values(on)];
	if (!raised && told.every((each) => each === undefined))
		throw new ModelError(
			`property ${id} says nothing: it has no invariant, terminal, sometimes or on, and is not raised`,
			origin.author,
		);
	for (const closure of [...told, antecedent, explain]) {
		requirePlain(closure, origin);
		if (closure !== undefined) requireClosure(closure, `a condition or handler of property ${id}`, origin);
	}
	requireEvents(id, on, events, origin);
	const kind = requireClass(id, declaration.class ?? "error", origin);
	return {
		id,
		title,
		statement,
		class: kind,
		ghost,
		invariant,
		terminal,
		sometimes,
		on: on as Property["on"],
		raised,
		antecedent,
		explain,
		per: undefined,
		origin,
	};
}

/** The same of a figure. */
export function costOf<S, M, E>(
	id: string,
	declaration: CostDeclaration<S, M, E>,
	events: readonly string[],
	origin: Origin,
): Property {
	requireKnown(`cost ${id}`, declaration, { title: true, statement: true, on: true, per: true });
	const { title, statement, on, per } = declaration;
	if (per) requireKnown(`per of cost ${id}`, per, { count: true, what: true });
	if (per && !(Number.isInteger(per.count) && per.count > 0))
		throw new ModelError(`cost ${id} is told per ${per.what}, of which there are ${per.count}`, origin.author);
	requireEvents(id, on, events, origin);
	return {
		id,
		title,
		statement,
		class: "cost",
		ghost: {},
		invariant: undefined,
		terminal: undefined,
		sometimes: undefined,
		on: on as Property["on"],
		raised: false,
		antecedent: undefined,
		explain: undefined,
		per,
		origin,
	};
}

function requireEvents(id: string, on: object, events: readonly string[], origin: Origin): void {
	for (const event of Object.keys(on))
		if (!events.includes(event)) {
			const there = events.length > 0 ? `there are ${events.join(", ")}` : "there are none";
			throw new ModelError(`property ${id} listens to ${event}, which is no event here: ${there}`, origin.author);
		}
}

function requireClass(id: string, kind: string, origin: Origin): "error" | "warning" {
	if (kind === "error" || kind === "warning") return kind;
	const figures = kind === "cost" ? "; sys.cost() declares a figure" : "";
	throw new ModelError(`property ${id} is of class ${kind}: there are error and warning${figures}`, origin.author);
}
