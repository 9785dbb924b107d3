import { bool, giveBack, type Member, range, routines, type Stmt, step, when } from "../../lang/index.ts";
import { add_timer_on, addOn, addTimer, type Timer } from "../irq/timer.ts";
import { migratesTimers } from "../irq/timer-migration.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState } from "../kernel.ts";
import { try_to_grab_pending } from "./grab-pending.ts";
import { __queue_work, isRefused, type Work } from "./workqueue.ts";

// DW1–DW4: a work item that a timer queues. PENDING is set from the call to the start of the function.

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** Declares a delayed work: a work item and its timer, before anything that serves softirqs is declared. */
export function INIT_DELAYED_WORK(k: Kernel, name: string, ...owners: readonly Member[]): Work {
	const work = k.Work.add(name, ...owners);
	const timer = addTimer(k, `${name}.timer`, (c) => delayed_work_timer_fn(k, c, work), [k.Work.member(work)]);
	k.workTimers.set(work, timer);
	return work;
}

/** DW2: with interrupts off; PENDING has been set since the work was armed. */
function delayed_work_timer_fn(k: Kernel, c: In, work: Work): void {
	const { cpu } = c.s.work[work];
	if (cpu !== null) c.s.work[work].cpu = null;
	__queue_work(k, c, work, k.obeys("DW2") ? (cpu ?? c.me.cpu) : c.me.cpu);
}

type Queueing = { work: Work; delay: number; flags: boolean };
/** The CPU that is named; null: none is. */
type Named<F extends Queueing> = (f: F) => CpuId | null;

const args = (k: Kernel) => ({ work: k.Work, delay: range(0, 1) });
const named = (f: Queueing & { readonly cpu: CpuId }): CpuId => f.cpu;

/** DW1: `delay` is in ticks: 0, or 1 for any longer time. Returns whether it has queued the work, or armed its timer. */
export function queue_delayed_work_on(k: Kernel) {
	const declared = { args: { cpu: k.Cpu, ...args(k) }, locals: { flags: bool, ret: bool }, returns: bool };
	return routine("queue_delayed_work_on", declared, queueing<Queueing & { cpu: CpuId; ret: boolean }>(k, named));
}

/** DW1: the same without a CPU: for the one where the timer, which is pinned to none (TM9), fires. */
export function queue_delayed_work(k: Kernel) {
	migratesTimers(k);
	return routine(
		"queue_delayed_work",
		{ args: args(k), locals: { flags: bool, ret: bool }, returns: bool },
		queueing(k, () => null),
	);
}

/** DW3: takes the work from wherever it is, and queues it anew. Returns whether it was queued, or its timer armed. */
export function mod_delayed_work_on(k: Kernel) {
	k.cpuVaries("irqs_off");
	return routine(
		"mod_delayed_work_on",
		{ args: { cpu: k.Cpu, ...args(k) }, locals: { flags: bool, ret: bool }, returns: bool },
		[
			try_to_grab_pending<Queueing & { cpu: CpuId; ret: boolean }>(k),
			__queue_delayed_work(k, named),
			giveBack(({ f }) => f.ret),
		],
	);
}

/** DW3: the same without a CPU, as queue_delayed_work() does. */
export function mod_delayed_work(k: Kernel) {
	k.cpuVaries("irqs_off");
	migratesTimers(k);
	return routine("mod_delayed_work", { args: args(k), locals: { flags: bool, ret: bool }, returns: bool }, [
		try_to_grab_pending<Queueing & { ret: boolean }>(k),
		__queue_delayed_work<Queueing>(k, () => null),
		giveBack(({ f }) => f.ret),
	]);
}

function queueing<F extends Queueing & { ret: boolean }>(k: Kernel, cpuOf: Named<F>): Stmt<In<F>, string>[] {
	k.cpuVaries("irqs_off");
	return [
		step("ret = !test_and_set_bit(WORK_STRUCT_PENDING_BIT)", ({ s, f, me }) => {
			const cpu = s.cpu[me.cpu];
			f.flags = cpu.irqs_off;
			f.ret = !s.work[f.work].pending;
			s.work[f.work].pending = true;
			if (f.ret) cpu.irqs_off = true;
		}),
		when(
			({ f }) => f.ret,
			[
				__queue_delayed_work<F>(k, cpuOf, (f) => {
					f.ret = false;
				}),
			],
		),
		giveBack(({ f }) => f.ret),
	];
}

/** DW1: the owner of PENDING queues the work, or arms its timer; the end of the region with interrupts off. */
function __queue_delayed_work<F extends Queueing>(
	k: Kernel,
	cpuOf: Named<F>,
	refused?: (f: F) => void,
): Stmt<In<F>, string> {
	return step("__queue_delayed_work(cpu, wq, dwork, delay)", (c) => {
		const { s, f, me } = c;
		const cpu = cpuOf(f);
		if (isRefused(k, s, f.work)) {
			s.work[f.work].pending = false;
			refused?.(f);
		} else if (f.delay === 0 || !k.obeys("DW1")) __queue_work(k, c, f.work, cpu ?? me.cpu);
		else {
			if (cpu !== null) s.work[f.work].cpu = cpu;
			const timer = k.workTimers.get(f.work) as Timer;
			if (cpu !== null) add_timer_on(k, s, timer, cpu);
			else addOn(k, s, timer, me.cpu, "add_timer_global()", false);
		}
		s.cpu[me.cpu].irqs_off = f.flags;
	});
}
