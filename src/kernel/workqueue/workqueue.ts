import { bool, type Id, type Routine, routines, type Stmt, step, when } from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState } from "../kernel.ts";
import { type Waker, wake_up_process } from "../sched/sleep.ts";

export type Work = Id<"work">;
/** A work function; `work` is what container_of would start from. */
export type WorkFunction<C> = Routine<{ work: Work }, unknown, C, string>;
export type WorkFunctions = Readonly<Record<string, WorkFunction<In>>>;

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** WQ1: queue_work_on() on a per-CPU workqueue, under the name that the caller knows it by. */
export function queue_work_on(k: Kernel, name = "queue_work_on") {
	return routine(name, { args: { cpu: k.Cpu, work: k.Work }, locals: { flags: bool, ret: bool } }, queueing(k, false));
}

/** WQ1: as queue_work_on(), for the CPU at hand, which it reads with interrupts off. */
export function queue_work(k: Kernel, name = "queue_work") {
	return routine(name, { args: { work: k.Work }, locals: { cpu: k.Cpu, flags: bool, ret: bool } }, queueing(k, true));
}

/**
 * Interrupts are off from the test of PENDING to the insertion, which is under the pool's lock: two steps, since
 * another CPU may test PENDING in between.
 */
function queueing(
	k: Kernel,
	onThisCpu: boolean,
): Stmt<In<{ cpu: CpuId; work: Work; flags: boolean; ret: boolean }>, string>[] {
	k.cpuVaries("irqs_off");
	return [
		step("ret = !test_and_set_bit(WORK_STRUCT_PENDING_BIT)", ({ s, f, me }) => {
			const cpu = s.cpu[me.cpu];
			f.flags = cpu.irqs_off;
			if (onThisCpu) f.cpu = me.cpu;
			f.ret = !s.work[f.work].pending || !k.obeys("WQ1");
			s.work[f.work].pending = true;
			if (f.ret) cpu.irqs_off = true;
		}),
		when(
			({ f }) => f.ret,
			[
				step("__queue_work(cpu, work)", (c) => {
					c.f.ret = !isRefused(k, c.s, c.f.work);
					if (c.f.ret) __queue_work(k, c, c.f.work, c.f.cpu);
					else c.s.work[c.f.work].pending = false;
					c.s.cpu[c.me.cpu].irqs_off = c.f.flags;
				}),
			],
		),
	];
}

/** WQ10: a work that is disabled is not queued, and its PENDING is cleared again. */
export const isRefused = (k: Kernel, s: KernelState, work: Work): boolean =>
	s.work[work].disabled > 0 && k.obeys("WQ10");

/** WQ2: the pool that still executes the item, so that it never runs twice at a time; else that of `cpu`. */
export function __queue_work(k: Kernel, c: In, work: Work, cpu: CpuId): void {
	k.served.require("addWorkers(k, sys, …)", "a work that is queued");
	const { s, emit } = c;
	const busy = k.Cpu.all.find((c) => isExecuting(k, s, c, work));
	const pool = busy !== undefined && k.obeys("WQ2") ? busy : cpu;
	s.pool[pool].worklist.push(work);
	emit.armed(work, pool);
	kick_pool(k, c, pool);
}

/**
 * WQ3: wakes an idle worker of a pool that has items and none of whose workers is running. One that was preempted, or
 * waits for an RT spinlock, is running; one that blocks in schedule() is not, until it is back on its CPU.
 */
export function kick_pool(k: Kernel, c: Waker, pool: CpuId): void {
	const { s } = c;
	const workers = k.pools[pool] ?? [];
	if (s.pool[pool].worklist.length === 0 || !k.obeys("WQ3")) return;
	if (hasRunning(k, s, pool)) return;
	const idle = workers.find((id) => s.context[id].current_work === null);
	if (idle !== undefined) wake_up_process(k, c, idle);
}

/** WQ9: the pool's CPU has gone, and its workers are no longer counted as running. Those of WQ11 never are. */
export function isDisassociated(k: Kernel, s: KernelState, pool: CpuId): boolean {
	if (k.unboundWorkers) return true;
	return pool === k.outgoing && (k.pools[pool] ?? []).some((id) => s.context[id].unbound);
}

/** Whether this worker executes an item, and counts as running. */
function isRunning(s: KernelState, worker: Id<"context">): boolean {
	const { current_work, sleeping } = s.context[worker];
	return current_work !== null && !sleeping;
}

/** Whether a worker of the pool, other than `self`, counts as running. */
export const hasRunning = (k: Kernel, s: KernelState, pool: CpuId, self?: Id<"context">): boolean =>
	!isDisassociated(k, s, pool) && (k.pools[pool] ?? []).some((id) => id !== self && isRunning(s, id));

/** Whether a worker of a CPU's pool, or the rescuer for it, executes this item; without it, any item. */
export function isExecuting(k: Kernel, s: KernelState, pool: CpuId, work?: Work): boolean {
	const rescuer = k.rescuers[pool];
	if (rescuer !== undefined) {
		const { current_work } = s.context[rescuer];
		if (work === undefined ? current_work !== null : current_work === work) return true;
	}
	for (const id of k.pools[pool] ?? []) {
		const { current_work } = s.context[id];
		if (work === undefined ? current_work !== null : current_work === work) return true;
	}
	return false;
}

/** WQ4: under the pool's lock. */
export function startItem(k: Kernel, { s, me }: In, pool: CpuId, work: Work): void {
	s.pool[pool].worklist.remove(work);
	me.current_work = work;
	if (s.work[work].flush === "queued") s.work[work].flush = "running";
	if (k.obeys("WQ4")) s.work[work].pending = false;
}

/** The function has returned. */
export function endItem({ s, me }: In): void {
	if (me.current_work !== null && s.work[me.current_work].flush === "running") s.work[me.current_work].flush = "no";
	me.current_work = null;
}
