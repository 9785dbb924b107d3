export type { Minimise } from "../explore/best.ts";

import type { SourceLine } from "./sources.ts";

/** A value that a step changed. */
export interface Change {
	/** Dotted path in the state, or `process: routine.field` for a frame. */
	readonly path: string;
	readonly of: "state" | "frame";
	readonly from: string;
	readonly to: string;
}

/** A value of the shared state, at the path that a change has with dots between. */
export interface StateValue {
	readonly path: readonly string[];
	readonly value: string;
}

/** A variable with its value, as a reader sees it. */
export interface Value {
	readonly name: string;
	readonly value: string;
}

/** A call of a routine, with the arguments that it began with: all steps taken in it have this same object. */
export interface Call {
	readonly routine: string;
	readonly args: readonly Value[];
}

/** A routine with all of its variables that are set. */
export interface Frame {
	readonly routine: string;
	readonly values: readonly Value[];
}

export interface TraceStep {
	readonly process: string;
	/** The lane (CPU) it ran on, if it ran on one. */
	readonly cpu: number | undefined;
	/** For example "task", "softirq", "hardirq"; empty where the model does not say. */
	readonly context: string;
	/** How deep that context nests on its lane; 0 is the task level. */
	readonly depth: number;
	/** It takes the lane from a task that has not given it up, or takes that task away. */
	readonly preempts: boolean;
	/** The lane that its process was on before, where that is another: it was moved. */
	readonly from: number | undefined;
	/** That context is over with it: its process is back where it begins, or on the level below. */
	readonly ends: boolean;
	/** Routines from the process's own down to the one that the step stands in. */
	readonly stack: readonly Call[];
	/** The C statement, or in `<>` a doing of the scheduler. */
	readonly label: string;
	/** How the step's condition came out, if it is one. */
	readonly outcome: boolean | undefined;
	/** What the routine's variables in the label stand for, after the step. */
	readonly values: readonly Value[];
	readonly changes: readonly Change[];
	/** The routines that the process stands in after the step, from its own down. */
	readonly frames: readonly Frame[];
	readonly source: SourceLine | undefined;
	/** The line of the model that put the step there, also where `source` is in the library. */
	readonly author: SourceLine | undefined;
}

/** A counterexample, rebuilt for readers. */
export interface Trace {
	/** Every value of the shared state before the first step. */
	readonly initial: readonly StateValue[];
	readonly steps: readonly TraceStep[];
	/** Consecutive steps of different processes. */
	readonly contextSwitches: number;
	/** Times that a CPU turned from one task (or idleness) to another task; unknown where the model does not say. */
	readonly kernelSwitches: number | undefined;
	/** How the last state differs from the first. */
	readonly net: readonly Change[];
	/** Why the property is false in the last state, or why no step led on from it; of a dearest run, what its steps cost. */
	readonly explanation: readonly string[];
	/** Whether the last step could not be completed: it raised a fault or a model error. */
	readonly cut: boolean;
}

/** Labels of this form are doings of the scheduler, not statements of the model. */
export const isMark = (label: string): boolean => label.startsWith("<");
