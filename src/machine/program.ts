import type { AnyRoutine, Closure, Exit, Node, Origin, Placement, Process } from "../lang/index.ts";
import { width } from "./layout.ts";
import type { AnyType } from "./types.ts";

/** A routine as it stands at one place of one process, with the slots of its frame. */
export interface Instance {
	readonly routine: AnyRoutine;
	readonly caller: Instance | undefined;
	/** Where it is called, or its process declared. */
	readonly origin: Origin;
	/** Position names from the process's routine down to this one; the reference interpreter makes the same. */
	readonly path: string;
	readonly fields: Readonly<Record<string, AnyType>>;
	/** First slot of each field. */
	readonly offsets: readonly number[];
	/** The frame as properties see it: locals without value are undefined. Set, as is the next, when views exist. */
	readonly peek: object;
	readonly context: {
		readonly s: object;
		readonly f: Record<string, unknown>;
		readonly me: object;
		readonly emit: object;
	};
	/** The same for what stands between steps. */
	readonly local: { readonly f: object };
}

/** The calls that `instance` stands in, from the process's own routine down to it. */
export function stackOf(instance: Instance): Instance[] {
	const stack: Instance[] = [];
	for (let at: Instance | undefined = instance; at; at = at.caller) stack.unshift(at);
	return stack;
}

/** Every slot of these fields of a frame; default all. */
export function slotsOf(instance: Instance, names?: readonly string[]): number[] {
	return Object.entries(instance.fields).flatMap(([name, type], i) =>
		names && !names.includes(name)
			? []
			: Array.from({ length: width(type) }, (_, n) => (instance.offsets[i] as number) + n),
	);
}

/** Where control goes after a step: a tree of conditions and frame actions whose leaves are positions. */
export type Target =
	| { readonly kind: "position"; readonly position: Position }
	| {
			readonly kind: "test";
			readonly instance: Instance;
			/** What `callOneOf` compares with. */
			readonly name: string | undefined;
			readonly condition: Closure;
			readonly yes: Target;
			readonly no: Target;
			readonly origin: Origin;
	  }
	| { readonly kind: "enter"; readonly instance: Instance; readonly args: Closure | undefined; next: Target }
	| {
			readonly kind: "exit";
			readonly instance: Instance;
			readonly value: Closure | undefined;
			readonly into: string | undefined;
			readonly next: Target;
	  }
	| { readonly kind: "forget"; readonly instance: Instance; readonly names: readonly string[]; readonly next: Target }
	/** The process's routine has returned; `otherwise` what it does then is a step. */
	| {
			readonly kind: "end";
			readonly instance: Instance;
			readonly exit: Exit;
			readonly next: Target;
			readonly otherwise: Target;
	  }
	| { readonly kind: "jump"; to: Target | undefined; readonly origin: Origin };

/** All that control may come to from `target` on up to the next positions, those included; what comes first is first. */
export function targetsFrom(target: Target): ReadonlySet<Target> {
	const found = new Set<Target>();
	const open = [target];
	for (let at = open.pop(); at; at = open.pop()) {
		if (found.has(at)) continue;
		found.add(at);
		open.push(...following(at));
	}
	return found;
}

/** The last first. */
function following(target: Target): Target[] {
	switch (target.kind) {
		case "position":
			return [];
		case "jump":
			return target.to ? [target.to] : [];
		case "test":
			return [target.no, target.yes];
		case "end":
			return [target.otherwise, target.next];
		default:
			return [target.next];
	}
}

/** One branch of a `choose` or `anyOf`. */
interface Branch {
	readonly node: Extract<Node, { kind: "choose" }>;
	/** Which of its branches. */
	readonly index: number;
}

/** One atomic step as it stands at one place of one process. */
export interface Edge {
	readonly id: number;
	readonly process: number;
	readonly instance: Instance;
	readonly label: string;
	/** The branches of choices that it is the first step of, innermost first. */
	readonly choices: Branch[];
	/** Name of the position that it is taken from. */
	at: string;
	readonly origin: Origin;
	/** Asked before the guard: whether the process is inside its gate, from where alone the step is taken. */
	readonly inside: Closure | undefined;
	readonly guard: Closure | undefined;
	readonly effect: Closure | undefined;
	/** Where the process goes with it. */
	readonly placement: Placement | undefined;
	/** A labelled condition: `after` is taken when it holds, `otherwise` when not. */
	readonly condition: Closure | undefined;
	readonly after: Target;
	readonly otherwise: Target | undefined;
}

/** A place where a process can stand between steps. */
export interface Position {
	/** Value of the program counter; positions that control never comes to have the last ones. */
	index: number;
	readonly name: string;
	readonly instance: Instance;
	/** The process's routine has returned, so none of its frames is left. */
	readonly returned: boolean;
	readonly edges: Edge[];
}

export interface Program {
	readonly process: Process;
	readonly index: number;
	readonly root: Instance;
	readonly entry: Target;
	readonly positions: readonly Position[];
	/** Where it stands when it has ended. */
	readonly end: Position;
	/** Every routine that stands in it. */
	readonly instances: readonly Instance[];
	/** Slot of the program counter. */
	readonly pc: number;
}
