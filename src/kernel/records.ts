import { bool, type IdSet, list, maybe, oneOf, range, record, setOf } from "../lang/index.ts";
import type { Sets } from "./sets.ts";

/** What each CPU has of its own. Counters are bounded by the deepest nesting a model may use, here and below. */
export const cpuRecord = (k: Sets) =>
	record({
		/** The task that has the CPU, or none: idle. */
		curr: maybe(k.Context),
		/** IR1. */
		irqs_off: bool,
		/** Preemption depth and, on !RT, BH-disable depth: bits of preempt_count (CX2). */
		preempt: range(0, 3),
		bh: range(0, 2),
		/** Interrupt levels active on this CPU (CX1). */
		hardirq: bool,
		softirq: bool,
		/** Bits of the softirq pending mask (SQ1), and those that were taken and are still to be served (SQ3). */
		hi_pending: bool,
		timer_pending: bool,
		net_rx_pending: bool,
		block_pending: bool,
		irq_poll_pending: bool,
		tasklet_pending: bool,
		hi_taken: bool,
		timer_taken: bool,
		net_rx_taken: bool,
		block_taken: bool,
		irq_poll_taken: bool,
		tasklet_taken: bool,
		/** PR2: under LAZY, a tick has asked the task that has the CPU to make room for another of its class. */
		need_resched: bool,
		/** TS11: the interrupt is on its way that makes room here for a task of a higher class. */
		resched_ipi: bool,
		/** HP4, HP6, HP3. */
		online: bool,
		active: bool,
		dying: bool,
		/** A call-function IPI is on its way here (IP5). */
		call_ipi: bool,
		/** An irq_work interrupt is on its way here, sent by this CPU (IW2). */
		irq_work_ipi: bool,
		/** The idle task has the CPU and polls need_resched; kicked: that was set (IP1); or it waits for an interrupt. */
		idle: oneOf("no", "polling", "kicked", "halted"),
		/** TM9: who fires its timers in its place, while it is idle; and who runs the function of one that is not pinned. */
		tmigr_remote: maybe(k.Context),
		global_running: maybe(k.Context),
		/** TM9: a task was woken for it where it was idle, and it has not left that yet. */
		leaves_idle: bool,
		/** The grace period under way waits for what runs here. */
		gp_waits: bool,
		/** Of the CPU that goes: cpu_hotplug_lock (HP1). */
		hotplug_writer: bool,
		hotplug_readers: range(0, 3),
	});

/** A context: a task, or a softirq or interrupt level of a CPU. */
export const contextRecord = (k: Sets) =>
	record({
		/** TS1, TS2. */
		state: oneOf("RUNNING", "INTERRUPTIBLE", "UNINTERRUPTIBLE", "PARKED"),
		on_rq: bool,
		/** MG2. */
		migration_disabled: range(0, 3),
		/** RT: the sleeping lock it is blocked on. */
		waits_for: maybe(k.Lock),
		/** What it waits for in process context: a completion, cpu_hotplug_lock. */
		waits_on: maybe(k.WaitQueue),
		/** Who comes after it where it waits in order: for a completion (TS7), a mutex (LK5), on a wait queue (TS8), there as an exclusive waiter. */
		next_waiter: maybe(k.Context),
		exclusive: bool,
		/** TS11: of such CPUs, those that it has not been on since, so that it cannot be who goes on there. */
		behind: setOf(k.Cpu),
		/** A worker's: the item that it executes. */
		current_work: maybe(k.Work),
		/** A worker's: it does not count as running, from where it blocks until it is back on its CPU (WQ3). */
		sleeping: bool,
		/** A worker's: nor does it from where it is bound again in the middle of an item until it has been idle (WQ9). */
		rebound: bool,
		/** Where it is or was last; none of a task that may move where nothing asks for it: it has ended, or waits (MG1). */
		cpu: maybe(k.Cpu) as unknown as IdSet<"cpu">,
		/** May run on any CPU: never bound, or its affinity was reset (HP6). */
		unbound: bool,
		/** RT: softirq_disable_cnt, and whether the task is serving softirqs (CX3, SQ9). */
		bh: range(0, 2),
		serving: bool,
		/** Depth of RCU read-side sections, and whether the grace period under way waits for it. */
		rcu: range(0, 2),
		gp_waits: bool,
		/** KTHREAD_SHOULD_PARK, KTHREAD_SHOULD_STOP. */
		should_park: bool,
		should_stop: bool,
		id: k.Context,
		level: oneOf("task", "softirq", "hardirq"),
	});

/** struct bio. */
export const bioRecord = (k: Sets) =>
	record({
		/**
		 * hw_done: the device has completed it; completing: on a CPU's done list, for its softirq; queued: on a list,
		 * to be ended in task context. new: not submitted yet (PO1).
		 */
		phase: oneOf("issued", "hw_done", "completing", "queued", "done", "freed", "new"),
		/** The CPU that took its interrupt, then the one on whose list it was queued. */
		cpu: maybe(k.Cpu),
		bi_next: maybe(k.Bio),
		/** BIO_CHAIN, and the completions still to come, which count only with that flag (BI1). */
		chained: bool,
		remaining: range(0, 5),
		/** References, where it is BIO_REFFED (BI3). */
		refs: range(0, 3),
		/** RC1. */
		...k.bios.generation,
		/** PO1: the queue on which its request is polled for; none: an interrupt reports it. And PO2's bi_cookie. */
		hctx: maybe(k.Hctx),
		bi_cookie: maybe(k.Hctx),
	});

/** struct request of the block layer, as far as its completion goes (MQ1). */
export const requestRecord = (k: Sets) =>
	record({
		/** REPORTED: the device has completed it; COMPLETE: its driver said so; IDLE: its handler has run. */
		state: oneOf("IN_FLIGHT", "REPORTED", "COMPLETE", "IDLE"),
		/** mq_ctx->cpu: where it was submitted. */
		mq_ctx_cpu: k.Cpu,
		/** The CPU whose interrupt thread is to handle the device's report (SQ10). */
		reported_on: maybe(k.Cpu),
		/** ipi_list: its llist_node on a done list. */
		next: maybe(k.Request),
		/** How often it is still to be issued again. */
		reissues: range(0, 3),
	});

/** struct work_struct. */
export const workRecord = (k: Sets) =>
	record({
		/** WORK_STRUCT_PENDING. */
		pending: bool,
		/** What flush_workqueue() still waits for: the item on the worklist, or the one that is executed. */
		flush: oneOf("no", "queued", "running"),
		/** Where a delayed work goes when its timer fires (DW1). */
		cpu: maybe(k.Cpu),
		/** How often it is disabled (WQ10). */
		disabled: range(0, 2),
		/** It stands on its worklist for the rescuer, which has taken it, and for no worker (WQ8). */
		rescued: bool,
	});

/** struct worker_pool, of normal priority, and what a workqueue has of it: its queued items; POOL_DISASSOCIATED (WQ9); it has asked for the rescuer (WQ8). */
export const poolRecord = (k: Sets, works: number) =>
	record({ worklist: list(k.Work, Math.max(1, works)), disassociated: bool, mayday: bool });

/** The same of a pool of WQ_BH (WQ13), whose only worker is the softirq, and what that executes. One item more drains a CPU that has died. */
export const bhPoolRecord = (k: Sets, works: number) =>
	record({ worklist: list(k.Work, works + 1), current_work: maybe(k.Work) });

/** struct __call_single_node, with which each csd begins. */
export const callNodeRecord = (k: Sets) =>
	record({
		next: maybe(k.CallNode),
		/** CSD_FLAG_LOCK. */
		locked: bool,
		/** An irq_work's: IRQ_WORK_PENDING, IRQ_WORK_BUSY. */
		pending: bool,
		busy: bool,
	});

/** struct tasklet_struct: TASKLET_STATE_SCHED, TASKLET_STATE_RUN, how often it is disabled, and who comes after it on its list (SQ11). */
export const taskletRecord = (k: Sets) =>
	record({ sched: bool, run: bool, count: range(0, 2), next: maybe(k.Tasklet) });

/** A CPU's tasklet_vec or tasklet_hi_vec; list: what was taken from it and not come to yet. */
export const taskletHeadRecord = (k: Sets) => record({ head: maybe(k.Tasklet), list: maybe(k.Tasklet) });

/** spinlock_t, raw_spinlock_t, rwlock_t. */
export const lockRecord = (k: Sets) =>
	record({ owner: maybe(k.Context), readers: range(0, 3), waiter: maybe(k.Context), writer_waits: bool });
