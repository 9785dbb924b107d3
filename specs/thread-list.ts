import { type EventTypes, type Id, type Names, type Routine, requireKnown } from "preempt";
import type { Kernel, KernelState, LinuxSystem, Lock } from "preempt/linux";
import { P1, P2, P4, P5h, P6, P7, P8, P16, P20, type Party, type Sees, type Sys, seen } from "./catalogue.ts";
import { pointsIn } from "./points.ts";
import { P9, P14, P15 } from "./properties/contexts.ts";
import { P5d, P17 } from "./properties/hotplug.ts";
import { P13 } from "./properties/wakeups.ts";

type Cpu = Id<"cpu">;
type AnyOf<F> = Routine<never, unknown, never, string> & { readonly _frame?: F };
/** The parts of the frames that the properties look at. */
type Adder = { batch: Cpu; wake: boolean };
type Taker = { batch: Cpu; bios: { readonly head: Id<"bio"> | null } };
type Thread = { batch: Cpu };

/** A per-CPU list of bios that a thread per CPU processes (family C). */
export interface ThreadList<S extends KernelState> {
	/** The bios on the list of a CPU. */
	readonly waiting: (v: { s: S }, cpu: Cpu) => readonly Id<"bio">[];
	readonly isEmpty: (v: { s: S }, cpu: Cpu) => boolean;
	/** The spinlock of a CPU's list. */
	readonly lockOf: (cpu: Cpu) => Lock;
	readonly workers: readonly Id<"context">[];
	/** Adds to a list and wakes its thread. */
	readonly queue: AnyOf<Adder>;
	/** Takes a list and ends what was on it. */
	readonly take: AnyOf<Taker>;
	readonly thread: AnyOf<Thread>;
	/** A thread that is unparked looks at its list. */
	readonly looksAgain: boolean;
	/** The thread sets its state when it has found the list empty. */
	readonly testsFirst: boolean;
}

const THREAD_LIST: Names<ThreadList<never>> = {
	waiting: true,
	isEmpty: true,
	lockOf: true,
	workers: true,
	queue: true,
	take: true,
	thread: true,
	looksAgain: true,
	testsFirst: true,
};

/** The properties of a design of family C. */
export function threadListProperties<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	system: LinuxSystem<S, T>,
	design: ThreadList<S>,
): void {
	requireKnown("threadListProperties()", design, THREAD_LIST);
	const sys = seen(system);
	const d = design as unknown as ThreadList<KernelState>;
	const waiting = (v: Sees, cpu: Cpu) => d.waiting(v, cpu);
	const isEmpty = (v: Sees, cpu: Cpu) => d.isEmpty(v, cpu);
	const who = parties(k, d);
	P1(k, sys, who, waiting);
	P2(k, sys);
	P4(k, sys, isEmpty, waiting, who);
	P5k(k, sys, d);
	P5h(k, sys);
	P6(k, sys);
	P7(k, sys);
	P8(k, sys);
	P9(k, sys);
	P10(k, sys, d);
	P14(k, sys);
	P15(k, sys);
	P16(k, sys);
	P20(k, sys, draining(k, d), drainers(d));
	if (k.outgoing === undefined) {
		P13(k, sys, d.workers, k.Bio.count);
		return;
	}
	P5d(k, sys);
	P17(k, sys, isEmpty);
}

/** The statements up to where a list is taken; those of a thread that are to look; those of one that has looked. */
const BEFORE = [
	"spin_lock_irqsave(&batch->lock, flags)",
	"spin_lock_irqsave(&batch->lock, flags) /* spins */",
	"spin_lock_irqsave(&batch->lock, flags) /* blocks */",
	"bios = batch->bios",
	"bio_list_init(&batch->bios)",
];
const LOOKS = ["kthread_should_park()", "bio_list_empty(&batch->bios)"];
const GIVES_UP = ["set_current_state(TASK_INTERRUPTIBLE)", "__set_current_state(TASK_INTERRUPTIBLE)"];

/** The token set of P4 for family C, and what P1 names as those who could still have acted. */
function parties(k: Kernel, d: ThreadList<KernelState>): Party[] {
	// These run in every state: no closures made on the way.
	const adding = k.Cpu.all.map((cpu) => (f: Partial<Adder>) => f.batch === cpu && f.wake !== false);
	const of = k.Cpu.all.map((cpu) => (f: Partial<Thread>) => f.batch === cpu);
	const holding = k.Cpu.all.map((cpu) => (f: Partial<Taker>) => f.batch === cpu && f.bios?.head !== null);
	const before = pointsIn(d.take, BEFORE) as never;
	const givesUp = pointsIn(d.thread, GIVES_UP) as never;
	const looks = pointsIn(d.thread, LOOKS) as never;
	const worker = ({ s }: Sees, cpu: Cpu) => s.context[d.workers[cpu] as Id<"context">];
	const adder: Party = {
		name: "an adder",
		acts: (v, cpu) => v.at(d.queue, "anywhere", adding[cpu] as never),
		doesNot: (_, cpu) => `none is between its look at the list of CPU ${cpu} and waking its thread`,
	};
	const taker: Party = {
		name: "whoever takes the list",
		acts: (v, cpu) => v.at(d.take, before, of[cpu] as never),
		doesNot: (_, cpu) => `nobody is about to take that of CPU ${cpu}`,
	};
	const thread: Party = {
		name: "its thread",
		acts: (v, cpu) => {
			const { on_rq, state, should_park } = worker(v, cpu);
			if (should_park && k.options.hotplug !== "down" && d.looksAgain) return true;
			if (!on_rq) return false;
			if (state === "RUNNING") return !(d.testsFirst && v.at(d.thread, givesUp, of[cpu] as never));
			return v.at(d.thread, looks, of[cpu] as never) || v.at(d.take, "anywhere", holding[cpu] as never);
		},
		doesNot: (v, cpu) => {
			const { on_rq, state } = worker(v, cpu);
			return `it is ${on_rq ? "about to sleep" : "asleep"} (${state}), and nobody is left to wake it`;
		},
	};
	return [adder, taker, thread];
}

/** The kick is a wake-up: it puts the thread on the run queue of a CPU. */
function P5k(k: Kernel, sys: Sys, d: ThreadList<KernelState>): void {
	sys.property("P5k", {
		title: "the thread for the list of CPU X is woken on CPU X",
		statement: "P5, kick: when the thread that processes list c is woken, it may run on CPU c alone.",
		on: {
			woken: ({ s }, task) => {
				const cpu = k.Cpu.all.find((c) => d.workers[c] === task);
				if (cpu === undefined) return undefined;
				const { cpu: on, unbound } = s.context[task];
				const name = k.Context.nameOf(task);
				if (unbound) return `${name} has lost its affinity, for ever: it is woken on CPU ${on}, and may run on any CPU`;
				return on === cpu || `${name} is woken on CPU ${on}`;
			},
		},
	});
}

function P10(k: Kernel, sys: Sys, d: ThreadList<KernelState>): void {
	sys.property("P10", {
		title: "lists are accessed under their lock",
		statement: "Every access to the list of CPU c is made by the owner of its spinlock.",
		on: {
			list_access: ({ s, me }, cpu) =>
				s.lock[d.lockOf(cpu)].owner === me.id ||
				`${k.Context.nameOf(me.id)} accesses the list of CPU ${cpu}, and does not hold its spinlock`,
		},
	});
}

/** By CPU, how many instances hold bios taken from its list. */
function draining(k: Kernel, d: ThreadList<KernelState>): (v: Sees) => readonly number[] {
	const counts = k.Cpu.all.map(() => 0);
	const count = (f: Partial<Taker>): boolean => {
		if (f.batch !== undefined && f.bios?.head !== null) counts[f.batch] = (counts[f.batch] as number) + 1;
		return false;
	};
	return (v) => {
		counts.fill(0);
		v.at(d.take, "anywhere", count as never);
		return counts;
	};
}

function drainers(d: ThreadList<KernelState>): (v: Sees, cpu: Cpu) => readonly number[] {
	return (v, cpu) => {
		const found: number[] = [];
		v.at(d.take, "anywhere", (f, process) => {
			if (f.batch === cpu && f.bios?.head !== null) found.push(process);
			return false;
		});
		return found;
	};
}
