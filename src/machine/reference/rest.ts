import type { AnyRoutine, Closure, Node, Origin } from "../../lang/index.ts";

export type NodeOf<K extends Node["kind"]> = Extract<Node, { kind: K }>;

/** What is still to run: an immutable stack of statements, loops and calls, innermost first. */
export type Rest =
	| {
			readonly kind: "body";
			readonly body: readonly Node[];
			readonly i: number;
			readonly at: string;
			readonly rest: Rest;
	  }
	| { readonly kind: "loop"; readonly body: readonly Node[]; readonly at: string; readonly rest: Rest }
	| { readonly kind: "called"; readonly call: NodeOf<"call"> | undefined; readonly rest: Rest }
	/** The process's routine has returned; `done`: what it does then is done. */
	| { readonly kind: "end"; readonly done?: boolean };

/** A routine on the call stack. */
export interface Activation {
	readonly routine: AnyRoutine;
	/** Position names from the process's routine down to this one. */
	readonly path: string;
}

/** A step that may be taken, and what runs after it. */
export interface Step {
	readonly label: string;
	readonly origin: Origin;
	readonly guard: Closure | undefined;
	readonly effect: Closure | undefined;
	/** A labelled condition: `yes` follows when it holds, `no` when not. */
	readonly condition: Closure | undefined;
	readonly yes: Rest;
	readonly no: Rest | undefined;
	/** A call beyond the declared depth: nothing but a fault. */
	readonly tooDeep: AnyRoutine | undefined;
}

/** Where a process stands between steps. */
export interface Control {
	/** Equal to the position's name in the packed machine. */
	readonly at: string;
	readonly active: readonly Activation[];
	readonly steps: readonly Step[];
	/** The process's routine has returned. */
	readonly returned: boolean;
}

export const body = (nodes: readonly Node[], at: string, rest: Rest): Rest => ({
	kind: "body",
	body: nodes,
	i: 0,
	at,
	rest,
});
