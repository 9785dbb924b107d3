import type { Id } from "preempt";
import { isDisassociated, isExecuting, type Kernel } from "preempt/linux";
import type { Party, Sees } from "./catalogue.ts";
import { pointsIn } from "./points.ts";
import type { Adder, Design, Looker, Queueing } from "./work-design.ts";

type Cpu = Id<"cpu">;

/** The token set of P4 for family B, and what P1 names as those who could still have acted. */
export function workParties(k: Kernel, d: Design): Party[] {
	return [adder(k, d), work(k, d), instance(k, d), ...(k.outgoing !== undefined ? [callbacks(k, d, k.outgoing)] : [])];
}

// Conditions of these run in every state: no closures made on the way.

function adder(k: Kernel, d: Design): Party {
	const adding = k.Cpu.all.map((cpu) => (f: Partial<Adder>) => f.batch === cpu && d.willKick(f));
	return {
		name: "an adder",
		acts: (v, cpu) => v.at(d.queue, "anywhere", adding[cpu] as never),
		doesNot: (_, cpu) => `none is between adding to the list of CPU ${cpu} and queueing its work`,
	};
}

function work(k: Kernel, d: Design): Party {
	const queueing = k.Cpu.all.map((cpu) => (f: Partial<Queueing & { ret: boolean }>) => f.ret === true && f.cpu === cpu);
	/** PENDING is set from the queueing to the start of the function; a timer of an offline CPU never fires (TM3). */
	const isPending = ({ s }: Sees, item: Id<"work">): boolean => {
		const timer = k.workTimers.get(item);
		const base = timer === undefined ? null : s.timer[timer].base;
		const control = k.hotplugControl;
		const willMove = control !== undefined && s.context[control].on_rq;
		return s.work[item].pending && (base === null || s.cpu[base].online || willMove);
	};
	/** Where the function takes the list of its CPU: on a bound worker's alone. */
	const isQueuedFor = (v: Sees, cpu: Cpu): boolean => {
		if (v.s.pool[cpu].worklist.length > 0 && !isDisassociated(k, v.s, cpu)) return true;
		for (const queue of d.queueWork) if (v.at(queue, "anywhere", queueing[cpu] as never)) return true;
		return false;
	};
	const isArmed = (v: Sees, cpu: Cpu): boolean => {
		if (d.takesOwnCpu) return isQueuedFor(v, cpu);
		for (const item of k.Work.all) if (d.listOf(item) === cpu && isPending(v, item)) return true;
		return false;
	};
	const why = (v: Sees, cpu: Cpu): string => {
		const item = k.Work.all.find((w) => d.listOf(w) === cpu && v.s.work[w].pending);
		const pool = k.Cpu.all.find((c) => item !== undefined && v.s.pool[c].worklist.includes(item));
		const disabled = k.Work.all.find((w) => d.listOf(w) === cpu && v.s.work[w].disabled > 0);
		if (item === undefined && disabled !== undefined)
			return `${k.Work.nameOf(disabled)} is disabled: who queues it is refused, and enable_work() does not make up for it`;
		if (item === undefined) return `none is pending that would take the list of CPU ${cpu}`;
		if (pool !== undefined && d.takesOwnCpu) {
			if (pool === cpu)
				return `the one of CPU ${cpu} is queued there, and no worker is bound to that CPU any more: whoever runs it takes the list of the CPU that it is on then`;
			return `the one of CPU ${cpu} is queued on CPU ${pool}, where it will take the list of CPU ${pool}`;
		}
		if (isPending(v, item)) return `${k.Work.nameOf(item)} is pending, and nobody comes to start it`;
		return `the timer of ${k.Work.nameOf(item)} is armed on a CPU that is offline`;
	};
	return { name: "the work", acts: isArmed, doesNot: why, hangs: why };
}

function instance(k: Kernel, d: Design): Party {
	const hasTaken = taking(d);
	return {
		name: "a running work function",
		acts: (v, cpu) =>
			v.at(d.worker, "anywhere", (f, process) => {
				const here = d.takesOwnCpu ? cpuOf(k, v, process) : f.work === undefined ? undefined : d.listOf(f.work);
				const willLook = (f.batch ?? here) === cpu || (here === cpu && k.outgoing !== undefined);
				return willLook && (d.looksAgain || !hasTaken(v, process));
			}),
		doesNot: (v, cpu) => {
			const running = k.Cpu.all.filter((c) => isExecuting(k, v.s, c));
			if (running.length === 0) return "no worker is running";
			return `${running.map((c) => `the one on CPU ${c}`).join(" and ")} will not look at the list of CPU ${cpu} again`;
		},
	};
}

/** The CPU of the worker that process number `process` is. */
function cpuOf(k: Kernel, v: Sees, process: number): Cpu | undefined {
	const worker = k.workerProcess.indexOf(process);
	return worker < 0 ? undefined : v.s.context[k.kworkers[worker] as Id<"context">].cpu;
}

/** The statements that stand before the work function has taken its list. */
const BEFORE = ["list = batch->list", "bio_list_init(&batch->list)", "bio_list_add(&list, bio_list_pop(&batch->list))"];

/** Whether a worker, by the number of its process, has. */
function taking(d: Design): (v: Sees, process: number) => boolean {
	const before = pointsIn(d.worker, BEFORE) as never;
	return (v, process) =>
		!v.at(d.worker, "anywhere", (f, p) => p === process && f.batch === undefined) &&
		!v.at(d.worker, before, (_, p) => p === process);
}

/**
 * The callbacks of a CPU that goes: that of the dead CPU is still to come once the CPU is on its way, where that cannot
 * fail; and where the CPU comes back or stays, that of its way up is while the work is disabled (WQ10), or its workers
 * have not got their CPU back (WQ9, HP2), unless it has found nothing.
 */
function callbacks(k: Kernel, d: Design, outgoing: Cpu): Party {
	const { dead, up, drained } = d.hotplug ?? {};
	const { hotplug } = k.options;
	const isDisabled = ({ s }: Sees): boolean =>
		k.Work.all.some((item) => d.listOf(item) === outgoing && s.work[item].disabled > 0);
	const drains = (v: Sees): boolean => {
		if (dead === undefined) return false;
		const isAhead = hotplug !== "rollback" && v.s.cpu[outgoing].dying && !drained?.(v);
		return isAhead || v.at(dead, "anywhere", () => true);
	};
	const looks = (v: Sees): boolean => {
		if (up === undefined || hotplug === "down" || v.at(up, "anywhere", foundNothing)) return false;
		return isDisabled(v) || isDisassociated(k, v.s, outgoing) || v.at(up, "anywhere", () => true);
	};
	return {
		name: "a callback of CPU hotplug",
		acts: (v, cpu) => cpu === outgoing && (drains(v) || looks(v)),
		doesNot: (_, cpu) => (cpu === outgoing ? "none is to look at that list again" : "none looks at that list"),
	};
}

const foundNothing = (f: Partial<Looker>): boolean => f.empty === true;
