import type { EventTypes, Id, Routine } from "preempt";
import { isExecuting, type Kernel, type KernelState, type LinuxSystem, type LocalLock } from "preempt/linux";
import {
	P1,
	P2,
	P4,
	P5h,
	P5k,
	P6,
	P7,
	P8,
	P9,
	P10,
	P14,
	P15,
	P16,
	P20,
	type Party,
	type Sees,
	seen,
} from "./catalogue.ts";
import { P24 } from "./properties/delay.ts";
import { P12 } from "./properties/softirq.ts";
import { P13 } from "./properties/wakeups.ts";

type Cpu = Id<"cpu">;
type AnyOf<F> = Routine<never, unknown, never, string> & { readonly _frame?: F };
/** The parts of the frames that the properties look at. */
type Adder = { batch: Cpu };
type Worker = { batch: Cpu; work: Id<"work"> };
type Queueing = { work: Id<"work">; cpu: Cpu };

/** A per-CPU list of bios that a work item per CPU processes (family B). */
export interface WorkList<S extends KernelState, A extends Adder, W extends Worker> {
	/** The lock that protects it, where it is no lock-less list (P10). */
	readonly lock?: LocalLock;
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
}

/** The properties of a design of family B. */
export function workListProperties<S extends KernelState, T extends EventTypes, A extends Adder, W extends Worker>(
	k: Kernel,
	system: LinuxSystem<S, T>,
	design: WorkList<S, A, W>,
): void {
	const sys = seen(system);
	const waiting = design.waiting as unknown as (v: Sees, cpu: Cpu) => readonly Id<"bio">[];
	const isEmpty = design.isEmpty as unknown as (v: Sees, cpu: Cpu) => boolean;
	const who = parties(k, design);
	P1(k, sys, who);
	P2(k, sys);
	P4(k, sys, isEmpty, waiting, who);
	P5k(k, sys, design.listOf);
	P5h(k, sys);
	P6(k, sys);
	P7(k, sys);
	P8(k, sys);
	P9(k, sys);
	if (design.lock) P10(k, sys, design.lock);
	P14(k, sys);
	P15(k, sys);
	P16(k, sys);
	P20(k, sys, draining(k, design as never));
	if (design.tellsWakes) {
		P12(k, sys);
		P13(k, sys, k.kworkers, k.Bio.count);
	}
	if (design.ticks !== undefined) P24(k, sys, waiting, design.ticks);
}

type Design = WorkList<KernelState, Adder, Worker>;

/** The token set of P4 for family B, and what P1 names as those who could still have acted. */
function parties<S extends KernelState, A extends Adder, W extends Worker>(
	k: Kernel,
	design: WorkList<S, A, W>,
): Party[] {
	const d = design as unknown as Design;
	// These run in every state: no closures made on the way.
	const adding = k.Cpu.all.map((cpu) => (f: Partial<Adder>) => f.batch === cpu && d.willKick(f));
	const queueing = k.Cpu.all.map((cpu) => (f: Partial<Queueing & { ret: boolean }>) => f.ret === true && f.cpu === cpu);
	const isQueuedOn = ({ s }: Sees, pool: Cpu, cpu: Cpu): boolean => {
		const { worklist } = s.pool[pool];
		for (let i = 0; i < worklist.length; i++) if (d.listOf(worklist.at(i)) === cpu) return true;
		return false;
	};
	/** PENDING is set from the queueing to the start of the function; a timer of an offline CPU never fires (TM3). */
	const isPending = ({ s }: Sees, work: Id<"work">): boolean => {
		const timer = k.workTimers.get(work);
		const base = timer === undefined ? null : s.timer[timer].base;
		return s.work[work].pending && (base === null || s.cpu[base].online);
	};
	const isArmed = (v: Sees, cpu: Cpu): boolean =>
		d.takesOwnCpu
			? v.s.pool[cpu].worklist.length > 0 ||
				d.queueWork.some((queue) => v.at(queue, "anywhere", queueing[cpu] as never))
			: k.Work.all.some((work) => d.listOf(work) === cpu && isPending(v, work));

	const adder: Party = {
		name: "an adder",
		acts: (v, cpu) => v.at(d.queue, "anywhere", adding[cpu] as never),
		doesNot: (_, cpu) => `none is between adding to the list of CPU ${cpu} and queueing its work`,
	};
	const work: Party = {
		name: "the work",
		acts: isArmed,
		doesNot: (v, cpu) => {
			const pool = k.Cpu.all.find((c) => isQueuedOn(v, c, cpu));
			if (pool !== undefined && d.takesOwnCpu)
				return `the one of CPU ${cpu} is queued on CPU ${pool}, where it will take the list of CPU ${pool}`;
			const work = k.Work.all.find((w) => d.listOf(w) === cpu && v.s.work[w].pending);
			if (work === undefined || d.takesOwnCpu) return `none is pending that would take the list of CPU ${cpu}`;
			if (isPending(v, work)) return `${k.Work.nameOf(work)} is pending, and nobody comes to start it`;
			return `the timer of ${k.Work.nameOf(work)} is armed on a CPU that is offline`;
		},
	};
	const instance: Party = {
		name: "a running work function",
		acts: (v, cpu) =>
			v.at(d.worker, "anywhere", (f, process) => {
				const list =
					f.batch ?? (d.takesOwnCpu ? cpuOf(k, v, process) : f.work === undefined ? undefined : d.listOf(f.work));
				return list === cpu && (d.looksAgain || !hasTaken(d, v, process));
			}),
		doesNot: (v, cpu) => {
			const running = k.Cpu.all.filter((c) => isExecuting(k, v.s, c));
			if (running.length === 0) return "no worker is running";
			return `${running.map((c) => `the one on CPU ${c}`).join(" and ")} will not look at the list of CPU ${cpu} again`;
		},
	};
	return [adder, work, instance];
}

/** The CPU of the worker that process number `process` is. */
function cpuOf(k: Kernel, v: Sees, process: number): Cpu | undefined {
	const worker = k.workerProcess.indexOf(process);
	return worker < 0 ? undefined : v.s.context[k.kworkers[worker] as Id<"context">].cpu;
}

/** The statements that stand before the work function has taken its list. */
const BEFORE = ["list = batch->list", "bio_list_init(&batch->list)", "bio_list_add(&list, bio_list_pop(&batch->list))"];

function hasTaken(d: Design, v: Sees, process: number): boolean {
	return (
		!v.at(d.worker, "anywhere", (f, p) => p === process && f.batch === undefined) &&
		!v.at(d.worker, BEFORE as never, (_, p) => p === process)
	);
}

/** By CPU, how many instances hold bios taken from its list. */
function draining(k: Kernel, d: Design): (v: Sees) => readonly number[] {
	const counts = k.Cpu.all.map(() => 0);
	const count = (f: Partial<Worker>): boolean => {
		if (f.batch !== undefined && d.holds(f)) counts[f.batch] = (counts[f.batch] as number) + 1;
		return false;
	};
	return (v) => {
		counts.fill(0);
		v.at(d.worker, "anywhere", count as never);
		return counts;
	};
}
