import type { Names } from "./known.ts";
import type { Origin } from "./location.ts";
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

export interface EventSight<S, M, G> extends Sight<S, G> {
	/** The process that emitted the event. */
	readonly me: M;
}

/** Handlers of events: false violates the property, true exercises it, undefined is neither. */
export type Handlers<S, M, E, G, R = boolean | undefined> = {
	readonly [K in keyof E]?: E[K] extends (...args: infer A) => void ? (v: EventSight<S, M, G>, ...args: A) => R : never;
};

export interface PropertyDeclaration<S, M, E, G extends Fields> {
	readonly title: string;
	/** The exact statement, as its documentation gives it. */
	readonly statement: string;
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

export const PROPERTY: Names<PropertyDeclaration<never, never, never, never>> = {
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

export interface CostDeclaration<S, M, E> {
	readonly title: string;
	/** What is counted, as its documentation gives it. */
	readonly statement: string;
	/** What each event costs: a whole number, not negative. */
	readonly on: Handlers<S, M, E, object, number>;
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
	readonly on: Readonly<Record<string, (v: never, ...args: never[]) => boolean | number | undefined>>;
	readonly raised: boolean;
	readonly antecedent: ((v: never) => boolean) | undefined;
	readonly explain: ((v: never) => readonly string[]) | undefined;
	readonly per: Per | undefined;
	readonly origin: Origin;
}
