import type { Id, Names, Routine } from "preempt";
import type { ContextRecord, KernelState } from "preempt/linux";
import type { Sees } from "./catalogue.ts";

type Cpu = Id<"cpu">;
export type AnyOf<F> = Routine<never, unknown, never, string> & { readonly _frame?: F };
/** The parts of the frames that the properties look at. */
export type Adder = { bio: Id<"bio">; batch: Cpu };
export type Worker = { batch: Cpu; work: Id<"work"> };
export type Queueing = { work: Id<"work">; cpu: Cpu };
/** Of the callback that looks at the list of a CPU that is back: whether it has found it empty. */
export type Looker = { empty: boolean };
/** Of the callback that drains a dead CPU's list. */
export type Drainer = { cpu: Cpu; bio: Id<"bio"> };

/** A per-CPU list of bios that a work item per CPU processes (family B). */
export interface WorkList<S extends KernelState, A extends Adder, W extends Worker, D extends Drainer> {
	/** Whether a context holds what protects the list of a CPU, where it is no lock-less list (P10). */
	readonly held?: (v: Sees & { readonly me: ContextRecord }, cpu: Cpu) => boolean;
	/** The bios on the list of a CPU. */
	readonly waiting: (v: { s: S }, cpu: Cpu) => readonly Id<"bio">[];
	readonly isEmpty: (v: { s: S }, cpu: Cpu) => boolean;
	/** Adds to a list and queues its work. */
	readonly queue: AnyOf<A>;
	/** Whether an adder is to queue the work after it has added. */
	readonly willKick: (f: Partial<A>) => boolean;
	/** The routines that queue work items. */
	readonly queueWork: readonly AnyOf<Queueing>[];
	/** The work function. */
	readonly worker: AnyOf<W>;
	/** Whether an instance of it has taken bios that it has not ended. */
	readonly holds: (f: Partial<W>) => boolean;
	/** The CPU whose list a work item processes; undefined: it is none of these. */
	readonly listOf: (work: Id<"work">) => Cpu | undefined;
	/** The work function takes the list of the CPU it runs on, not that of its work. */
	readonly takesOwnCpu: boolean;
	/** The work function looks at the list again before it returns. */
	readonly looksAgain: boolean;
	/** Its works are delayed works, and a bio waits for this many ticks at most. */
	readonly ticks?: number;
	/** Whom completing wakes is told, too (P12, P13). */
	readonly tellsWakes?: true;
	readonly hotplug?: WorkListHotplug<S, D>;
}

/** What the design does about a CPU that goes offline. */
export interface WorkListHotplug<S extends KernelState, D extends Drainer> {
	/** Drains the list of a dead CPU; absent: nobody does. */
	readonly dead?: AnyOf<D>;
	/** Whether an instance of it has taken bios that it has not ended. */
	readonly holds?: (f: Partial<D>) => boolean;
	/** Whether it has returned. */
	readonly drained: (v: { s: S }) => boolean;
	/** Looks at the list when the CPU is back, or stays; absent: nobody does. */
	readonly up?: AnyOf<Looker>;
}

export const WORK_LIST: Names<WorkList<never, never, never, never>> = {
	held: true,
	waiting: true,
	isEmpty: true,
	queue: true,
	willKick: true,
	queueWork: true,
	worker: true,
	holds: true,
	listOf: true,
	takesOwnCpu: true,
	looksAgain: true,
	ticks: true,
	tellsWakes: true,
	hotplug: true,
};

export const HOTPLUG: Names<WorkListHotplug<never, never>> = {
	dead: true,
	holds: true,
	drained: true,
	up: true,
};

/** As the properties see it: a state of the kernel and all else. */
export type Design = Omit<WorkList<KernelState, Adder, Worker, Drainer>, "waiting" | "isEmpty" | "hotplug"> & {
	readonly waiting: (v: Sees, cpu: Cpu) => readonly Id<"bio">[];
	readonly isEmpty: (v: Sees, cpu: Cpu) => boolean;
	readonly hotplug?: Omit<WorkListHotplug<KernelState, Drainer>, "drained"> & {
		readonly drained: (v: Sees) => boolean;
	};
};
