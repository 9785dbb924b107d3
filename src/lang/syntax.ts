import type { Origin } from "./location.ts";
import type { Fields, IdSet, Type } from "./types.ts";

/** What a step's closure sees: the state, its own frame, its process's own record, and the events. */
export interface Context<S, F, M, E> {
	/** The whole shared state, to read and to change. */
	readonly s: S;
	/** Arguments and locals of the routine the step stands in. */
	readonly f: F;
	/** The part of the state that is this process's own. */
	readonly me: M;
	/** Declared events; properties listen to them. */
	readonly emit: E;
}

/** What a condition without a label sees: the frame alone, for it is no step of its own. */
export type Local<C> = C extends { readonly f: infer F } ? { readonly f: Readonly<F> } : unknown;

/** One statement of a routine; `C` is the context it needs, `L` the labels that can stand at. */
export interface Stmt<in C, out L extends string = string> {
	readonly node: Node;
	readonly _context?: (c: C) => void;
	readonly _label?: L;
}

/** A closure of the author's, its context known only to the type checker. */
export type Closure = (context: never) => unknown;

/** A statement with its types erased, as the layers below see it. */
export type Node =
	| {
			readonly kind: "step";
			readonly label: string;
			readonly guard: Closure | undefined;
			readonly effect: Closure | undefined;
			readonly origin: Origin;
	  }
	| {
			readonly kind: "branch";
			readonly label: string | undefined;
			/** In a finite dispatch: what is compared with. */
			readonly name?: string;
			readonly condition: Closure;
			readonly yes: readonly Node[];
			readonly no: readonly Node[];
			readonly origin: Origin;
	  }
	| {
			readonly kind: "choose";
			/** The set whose members the first branches are for, in order. */
			readonly over: IdSet<string> | undefined;
			readonly branches: readonly (readonly Node[])[];
			readonly origin: Origin;
	  }
	| { readonly kind: "loop"; readonly body: readonly Node[]; readonly origin: Origin }
	| { readonly kind: "break" | "continue"; readonly origin: Origin }
	| {
			readonly kind: "call";
			readonly routine: () => AnyRoutine;
			readonly args: Closure | undefined;
			readonly into: string | undefined;
			readonly origin: Origin;
	  }
	| { readonly kind: "return"; readonly value: Closure | undefined; readonly origin: Origin }
	| { readonly kind: "forget"; readonly names: readonly string[] }
	/** `leftOut`: what another scenario has in its place, as `ifdef` says. */
	| { readonly kind: "block"; readonly body: readonly Node[]; readonly leftOut?: readonly Node[] };

/** What position names call branch `k` of a choice: those for members of a set by the member, all others by number. */
export const branchName = ({ over }: Extract<Node, { kind: "choose" }>, k: number): string =>
	over && k < over.count ? `|${over.name}=${k}` : `|${k}`;

/** A named sequence of steps: a C function. `A`: arguments, `R`: returned value, `C`: context, `L`: labels. */
export interface Routine<in A, out R, in C, out L extends string> {
	readonly name: string;
	readonly args: Fields;
	readonly locals: Fields;
	readonly returns: Type<unknown> | undefined;
	/** How many times it may stand on one call stack (P16); 1 forbids recursion. */
	readonly depth: number;
	readonly body: readonly Node[];
	readonly origin: Origin;
	readonly _types?: {
		readonly args: (a: A) => void;
		readonly result: R;
		readonly context: (c: C) => void;
		readonly label: L;
	};
}

/** A routine whose types nobody asks for. */
export type AnyRoutine = Routine<never, unknown, never, string>;
/** The labels of a routine's own steps. */
export type LabelsOf<R> = R extends { readonly _types?: { readonly label: infer L extends string } } ? L : never;
