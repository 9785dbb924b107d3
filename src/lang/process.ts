import type { Names } from "./known.ts";
import type { Origin } from "./location.ts";
import type { AnyRoutine } from "./syntax.ts";
import type { Member } from "./types.ts";

/** Where a reader should see a process: its lane (CPU number, none when it is on none) and context. */
export interface Place {
	readonly lane: number | undefined;
	/** For example "task", "softirq", "hardirq". */
	readonly context: string;
	/** How deep the context nests on its lane; 0 is the task level. */
	readonly depth: number;
	/** It sleeps until somebody wakes it. Default: false. */
	readonly sleeps?: boolean;
}

/** Where a process may go together with its next step: a choice that is no step of its own. */
export interface Placement<C = never> {
	/** The lane that the step is then taken on. */
	readonly lane: number;
	/** Whether it may go there, or stay. */
	readonly when: (c: C) => boolean;
	/** What going there does, before the gate and the step's guard are asked. Changes nothing where it is there already. */
	readonly enter: (c: C) => void;
	/** Whether it is there already, and what going there is called as a step of its own (`apart()`). */
	readonly isThere: (c: C) => boolean;
	readonly label: string;
}

/** Conjoined with every step of a process. */
export interface Gate<C = never> {
	/** When it may run at all. */
	readonly when: (c: C) => boolean;
	/** What running any step does first. */
	readonly enter?: (c: C) => void;
	/** To enter without taking any step. Default: that is never done, in `apart()` neither. */
	readonly enters?: Entering<C> | undefined;
}

/** To enter a gate as a step by itself: always so in `apart()`, and in any system where it matters that it has been done. */
export interface Entering<C = never> {
	/** Whether it is inside already. */
	readonly isInside: (c: C) => boolean;
	readonly label: string;
	/** Whether it matters. Default: only where `waiting` says so. */
	readonly binds?: ((c: C) => boolean) | undefined;
	/** It matters where each statement that the process stands before waits: what the step is called then, after the first of them. */
	readonly waiting?: ((statement: string) => string) | undefined;
	/** Every step is taken from inside, so that to enter is one wherever another is possible there (`apart()`). */
	readonly only?: boolean;
}

/** What a process does at its end, when its routine has returned. */
export interface Exit<C = never, E = never> {
	/** Whether it does so together with its last step; otherwise, and by default, it is a step of its own, named `label`. */
	readonly when?: (c: C) => boolean;
	readonly enter: (c: E) => void;
	readonly label: string;
}

/** What `sys.process()` is told of a process besides its name and routine. */
export interface ProcessDeclaration<S, M, A, E = never> {
	/** What the routine is called with. */
	readonly args?: A;
	/** The members of id sets that it belongs to, and moves with (`IdSet.add`). Default: the interchangeable ids in `args`. */
	readonly of?: readonly Member[];
	/** The part of the state that is this process's own; default: all of it. */
	readonly me?: (s: S) => M;
	/** Default: it may run any step that is possible. */
	readonly gate?: Gate<{ s: S; me: M }>;
	/** Default: its end changes nothing. */
	readonly exit?: Exit<{ s: S; me: M }, { s: S; me: M; emit: E }>;
	/** One of these is chosen with every step. Default: it is where it is. */
	readonly placements?: readonly Placement<{ s: S; me: M }>[];
	/** Steps that never end the waiting for a terminal state: ticks, hogs, idle polling, migration. */
	readonly background?: boolean;
	/** Where a reader should see it. Default: on no lane. */
	readonly place?: (c: { s: S; me: M }) => Place;
}

export const PROCESS: Names<ProcessDeclaration<never, never, never>> = {
	args: true,
	of: true,
	me: true,
	gate: true,
	exit: true,
	placements: true,
	background: true,
	place: true,
};

/** A declared process with its types erased, as the layers below see it. */
export interface Process {
	readonly name: string;
	readonly routine: AnyRoutine;
	readonly args: Readonly<Record<string, unknown>>;
	readonly of: readonly Member[];
	readonly me: (s: never) => object;
	readonly gate: Gate | undefined;
	readonly exit: Exit | undefined;
	/** None where it is where it is. */
	readonly placements: readonly Placement[];
	readonly background: boolean;
	readonly place: ((c: never) => Place) | undefined;
	readonly origin: Origin;
}
