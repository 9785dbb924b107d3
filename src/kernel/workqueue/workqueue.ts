import {
	bool,
	giveBack,
	type Id,
	type Member,
	ModelError,
	type Routine,
	routines,
	type Stmt,
	step,
	when,
} from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState } from "../kernel.ts";
import { type Waker, wake_up_process } from "../sched/sleep.ts";
import { moveWaiters, type WaitQueue, wakeWaiters } from "../sched/wait.ts";
import { bhBarrierOf, queueBhWork } from "./bh-pool.ts";

/** A `struct work_struct`. */
export type Work = Id<"work">;
/** A work function; `work` is what container_of would start from. */
export type WorkFunction<C> = Routine<{ work: Work }, unknown, C, string>;
export type WorkFunctions = Readonly<Record<string, WorkFunction<In>>>;

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** Declares a work item. */
export const INIT_WORK = (k: Kernel, name: string, ...owners: readonly Member[]): Work => k.Work.add(name, ...owners);

/** WQ1: queue_work_on() on a per-CPU workqueue, under the name that the caller knows it by. Returns whether it has queued the work. */
export function queue_work_on(k: Kernel, name = "queue_work_on") {
	const declared = { args: { cpu: k.Cpu, work: k.Work }, locals: { flags: bool, ret: bool }, returns: bool };
	return routine(name, declared, queueing(k, false));
}

/** WQ1: as queue_work_on(), for the CPU at hand, which it reads with interrupts off. */
export function queue_work(k: Kernel, name = "queue_work") {
	const declared = { args: { work: k.Work }, locals: { cpu: k.Cpu, flags: bool, ret: bool }, returns: bool };
	return routine(name, declared, queueing(k, true));
}

const REFUSABLE = "ret = !clear_pending_if_disabled(work); if (ret) __queue_work(cpu, work)";

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
				// Where works are declared to be disabled before, for the others it would be noise.
				step(k.disablesWork ? REFUSABLE : "__queue_work(cpu, work)", (c) => {
					c.f.ret = !isRefused(k, c.s, c.f.work);
					if (c.f.ret) __queue_work(k, c, c.f.work, c.f.cpu);
					else c.s.work[c.f.work].pending = false;
					c.s.cpu[c.me.cpu].irqs_off = c.f.flags;
				}),
			],
		),
		giveBack(({ f }) => f.ret),
	];
}

/** WQ10: a work that is disabled is not queued, and its PENDING is cleared again. */
export const isRefused = (k: Kernel, s: KernelState, work: Work): boolean =>
	s.work[work].disabled > 0 && k.obeys("WQ10");

/** WQ2: the pool that still executes the item, so that it never runs twice at a time; else that of `cpu`. */
export function __queue_work(k: Kernel, c: In, work: Work, cpu: CpuId): void {
	if (k.bhWorks.has(work)) {
		queueBhWork(k, c, work, cpu);
		return;
	}
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
	if (!hasItems(k, s, pool) || !k.obeys("WQ3")) return;
	if (running(k, s, pool) > 0) return;
	const idle = workers.find((id) => s.context[id].current_work === null && !s.context[id].sleeping);
	if (idle !== undefined) wake_up_process(k, c, idle);
	else requireAwake(k, s, pool);
}

/** Whether there are items for workers: what the rescuer has taken is for none (WQ8). */
export function hasItems(k: Kernel, s: KernelState, pool: CpuId): boolean {
	const { worklist } = s.pool[pool];
	if (worklist.length === 0) return false;
	return k.rescuers.length === 0 || worklist.toArray().some((work) => !s.work[work].rescued);
}

/** WQ7: a kernel has another worker for an item behind those that all sleep; a pool here has as many as it was given. */
function requireAwake(k: Kernel, s: KernelState, pool: CpuId): void {
	const workers = k.pools[pool] ?? [];
	const sleeps = (id: Id<"context">): boolean => {
		const { current_work, on_rq, waits_for } = s.context[id];
		return current_work !== null && !on_rq && waits_for === null;
	};
	if (!workers.every(sleeps)) return;
	const work = s.pool[pool].worklist.toArray().find((work) => !s.work[work].rescued && !isExecuting(k, s, pool, work));
	if (work === undefined || workers.length === 0) return;
	throw new ModelError(
		`${k.Work.nameOf(work)} waits for a worker of ${k.Cpu.nameOf(pool)}, and all sleep in their functions; a kernel would create another: addWorkers(…, { perPool: ${workers.length + 1} })`,
	);
}

/** WQ9: the pool's CPU has gone, and its workers are no longer counted as running. Those of WQ11 never are. */
export const isDisassociated = (k: Kernel, s: KernelState, pool: CpuId): boolean =>
	k.unboundWorkers || s.pool[pool].disassociated;

/** Whether this worker executes an item, and counts as running. */
function isRunning(s: KernelState, worker: Id<"context">): boolean {
	const { current_work, sleeping, rebound } = s.context[worker];
	return current_work !== null && !sleeping && !rebound;
}

/** How many workers of the pool, other than `self`, count as running: pool->nr_running. */
export function running(k: Kernel, s: KernelState, pool: CpuId, self?: Id<"context">): number {
	if (isDisassociated(k, s, pool)) return 0;
	let count = 0;
	for (const id of k.pools[pool] ?? []) if (id !== self && isRunning(s, id)) count++;
	return count;
}

/** Whether a worker of a CPU's pool, or the rescuer for it, executes this item; without it, any item. */
export const isExecuting = (k: Kernel, s: KernelState, pool: CpuId, work?: Work): boolean =>
	executorOf(k, s, pool, work) !== undefined;

/** Who does. */
export function executorOf(k: Kernel, s: KernelState, pool: CpuId, work?: Work): Id<"context"> | undefined {
	const executes = (id: Id<"context">): boolean => {
		const { current_work } = s.context[id];
		return work === undefined ? current_work !== null : current_work === work;
	};
	const rescuer = k.rescuers[pool];
	if (rescuer !== undefined && executes(rescuer)) return rescuer;
	for (const id of k.pools[pool] ?? []) if (executes(id)) return id;
	return undefined;
}

/** The CPU on whose worklist it stands; and where those wait who flush the instance that runs, if one does. */
export const queuedOn = (k: Kernel, s: KernelState, work: Work): CpuId | undefined =>
	k.Cpu.all.find((cpu) => worklistOf(k, s, cpu, work).includes(work));
export function barrierOf(k: Kernel, s: KernelState, work: Work): WaitQueue | undefined {
	if (k.bhWorks.has(work)) return k.Cpu.all.map((cpu) => bhBarrierOf(k, s, cpu, work)).find((b) => b !== undefined);
	const worker = k.Cpu.all.map((cpu) => executorOf(k, s, cpu, work)).find((id) => id !== undefined);
	return worker === undefined ? undefined : k.barriers[worker];
}

const worklistOf = (k: Kernel, s: KernelState, cpu: CpuId, work: Work) =>
	(k.bhWorks.has(work) ? s.bh_pool : s.pool)[cpu].worklist;

/** Off its list, whoever it stood there for. */
export function takeOff(k: Kernel, s: KernelState, pool: CpuId, work: Work): void {
	worklistOf(k, s, pool, work).remove(work);
	if (k.rescuers.length > 0) s.work[work].rescued = false;
}

/** WQ4: under the pool's lock. WQ3: where nobody counts as running, one who starts an item wakes who is to start the next. */
export function startItem(k: Kernel, c: In, pool: CpuId, work: Work): void {
	c.me.current_work = work;
	takeUp(k, c.s, pool, work, k.barriers[c.me.id] as WaitQueue);
	kick_pool(k, c, pool);
}

/** Off its list, not PENDING any more; WQ12: the barrier behind the item goes with it. */
export function takeUp(k: Kernel, s: KernelState, pool: CpuId, work: Work, barrier: WaitQueue): void {
	takeOff(k, s, pool, work);
	if (s.work[work].flush === "queued") s.work[work].flush = "running";
	const flushers = k.flushers.get(work);
	if (flushers !== undefined) moveWaiters(k, s, flushers, barrier);
	if (k.obeys("WQ4")) s.work[work].pending = false;
}

/** The function has returned; whoever waits for it goes on. */
export function endItem(k: Kernel, c: In): void {
	const { me } = c;
	const work = me.current_work;
	me.current_work = null;
	wakeWaiters(k, c, k.barriers[me.id] as WaitQueue);
	if (work !== null) endFlush(k, c, work, "running");
}

/** Nothing is left that flush_workqueue() waits for. */
export const isFlushed = (k: Kernel, s: KernelState): boolean =>
	k.Work.all.every((work) => s.work[work].flush === "no");

/** The item that flush_workqueue() waited for, if it did, is on its worklist or executed no more. One taken off while it runs was queued behind itself. */
export function endFlush(k: Kernel, c: In, work: Work, was: "queued" | "running"): void {
	const { s } = c;
	if (s.work[work].flush !== was) return;
	s.work[work].flush = was === "queued" && barrierOf(k, s, work) !== undefined ? "running" : "no";
	if (k.flushQueue !== undefined && isFlushed(k, s)) wakeWaiters(k, c, k.flushQueue);
}
