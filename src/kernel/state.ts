import { bool, type Id, type IdSet, list, maybe, oneOf, perId, type RecordOf, range, record } from "../lang/index.ts";
import type { Generations } from "./lib/generation.ts";
import type { Options } from "./options.ts";

/** The id sets, and which fields nothing in the scenario changes. */
export interface Sets {
	readonly Cpu: IdSet<"cpu">;
	readonly Context: IdSet<"context">;
	readonly Lock: IdSet<"lock">;
	readonly Work: IdSet<"work">;
	readonly Bio: IdSet<"bio">;
	readonly Request: IdSet<"rq">;
	readonly bios: Generations<"bio">;
	readonly CallNode: IdSet<"call_node">;
	readonly WaitQueue: IdSet<"wait_queue">;
	readonly Irq: IdSet<"irq">;
	readonly Hctx: IdSet<"hctx">;
	readonly Timer: IdSet<"timer">;
	readonly callLists: ReadonlySet<CallListName>;
	readonly callKinds: readonly CallKind[];
	readonly workTimers: ReadonlyMap<Id<"work">, Id<"timer">>;
	readonly disablesWork: boolean;
	readonly unbindsWorkers: boolean;
	readonly outgoing: Id<"cpu"> | undefined;
	readonly syncsTimers: boolean;
	readonly flushQueue: Id<"wait_queue"> | undefined;
	readonly threadirqs: boolean;
	readonly options: Options;
	isFixedCpuField(name: string, id?: number): boolean;
	isFixedContextField(id: number, name: string): boolean;
}

/** Kinds of call nodes: a csd whose caller waits, one whose caller does not, an irq_work. */
export type CallKind = "sync" | "async" | "irq_work";
export type CallListName = "call_single_queue" | "raised_list" | "lazy_list";

/** The kernel's part of the state. Counters are bounded by the deepest nesting a model may use. */
export function fields(k: Sets, works: number) {
	const cpu = record({
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
		timer_pending: bool,
		block_pending: bool,
		timer_taken: bool,
		block_taken: bool,
		/** PR2: under LAZY, a tick has asked the task that has the CPU to make room for another of its class. */
		need_resched: bool,
		/** HP4, HP6, HP3. */
		online: bool,
		active: bool,
		dying: bool,
		/** A call-function IPI is on its way here (IP5). */
		call_ipi: bool,
		/** An irq_work interrupt is on its way here, sent by this CPU (IW2). */
		irq_work_ipi: bool,
		/** The idle task has the CPU and polls need_resched; kicked: that was set (IP1). */
		idle: oneOf("no", "polling", "kicked"),
		/** The grace period under way waits for what runs here. */
		gp_waits: bool,
		/** Of the CPU that goes: cpu_hotplug_lock (HP1). */
		hotplug_writer: bool,
		hotplug_readers: range(0, 3),
	});
	const context = record({
		/** TS1, TS2. */
		state: oneOf("RUNNING", "INTERRUPTIBLE", "UNINTERRUPTIBLE", "PARKED"),
		on_rq: bool,
		/** MG2. */
		migration_disabled: range(0, 3),
		/** RT: the sleeping lock it is blocked on. */
		waits_for: maybe(k.Lock),
		/** What it waits for in process context: a completion, cpu_hotplug_lock. */
		waits_on: maybe(k.WaitQueue),
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
		/** KTHREAD_SHOULD_PARK. */
		should_park: bool,
		id: k.Context,
		level: oneOf("task", "softirq", "hardirq"),
	});
	const bio = record({
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
	const rq = record({
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
	const work = record({
		/** WORK_STRUCT_PENDING. */
		pending: bool,
		/** What flush_workqueue() still waits for: the item on the worklist, or the one that is executed. */
		flush: oneOf("no", "queued", "running"),
		/** Where a delayed work goes when its timer fires (DW1). */
		cpu: maybe(k.Cpu),
		/** How often it is disabled (WQ10). */
		disabled: range(0, 2),
	});
	/** struct __call_single_node, with which each csd begins. */
	const call_node = record({
		next: maybe(k.CallNode),
		/** CSD_FLAG_LOCK. */
		locked: bool,
		/** An irq_work's: IRQ_WORK_PENDING, IRQ_WORK_BUSY. */
		pending: bool,
		busy: bool,
	});
	const call_list = record({ first: maybe(k.CallNode), flushing: maybe(k.CallNode) });
	const callLists = (name: CallListName) =>
		perId(k.Cpu, call_list, { fixed: () => (k.callLists.has(name) ? [] : ["first", "flushing"]) });
	return {
		cpu: perId(k.Cpu, cpu, {
			fixed: (id) => Object.keys(cpu.fields).filter((name) => k.isFixedCpuField(name, id)) as never,
		}),
		context: perId(k.Context, context, {
			fixed: (id) => Object.keys(context.fields).filter((name) => k.isFixedContextField(id, name)) as never,
		}),
		lock: perId(k.Lock, record({ owner: maybe(k.Context) })),
		work: perId(k.Work, work, {
			fixed: (id) => Object.keys(work.fields).filter((name) => isFixedWorkField(k, id, name)) as never,
		}),
		/** On which CPU's base it is armed, whether it is due there (TM1, TM3), and in which context its function runs (TM5). */
		timer: perId(k.Timer, record({ base: maybe(k.Cpu), due: bool, running: maybe(k.Context) }), {
			fixed: () => (k.syncsTimers ? [] : ["running"]),
		}),
		/** The CPU whose thread is to handle the interrupt, which is masked until it has (SQ10). */
		irq_desc: perId(k.Irq, record({ thread: maybe(k.Cpu) })),
		/** The normal-priority pool of each CPU: its queued items, and POOL_DISASSOCIATED (WQ9). */
		pool: perId(k.Cpu, record({ worklist: list(k.Work, Math.max(1, works)), disassociated: bool }), {
			fixed: (id) => (k.unbindsWorkers && id === k.outgoing ? [] : ["disassociated"]),
		}),
		call_node: perId(k.CallNode, call_node, {
			fixed: (id) => Object.keys(call_node.fields).filter((name) => isFixedCallField(k, id, name)) as never,
		}),
		/** Each CPU's lists of calls; flushing: what was taken from one and not come to yet (IP3, IW2). */
		call_single_queue: callLists("call_single_queue"),
		raised_list: callLists("raised_list"),
		lazy_list: callLists("lazy_list"),
		bio: perId(k.Bio, bio, {
			fixed: () => Object.keys(bio.fields).filter((name) => isFixedBioField(k, name)) as never,
		}),
		/** MQ2, MQ3: the done list of each CPU, an llist_head. */
		blk_cpu_done: perId(k.Cpu, record({ first: maybe(k.Request) }), {
			fixed: () => (k.Request.count === 0 ? ["first"] : []),
		}),
		rq: perId(k.Request, rq, {
			fixed: () => Object.keys(rq.fields).filter((name) => isFixedRequestField(k, name)) as never,
		}),
	};
}

function isFixedWorkField(k: Sets, id: Id<"work">, name: string): boolean {
	if (name === "disabled") return !k.disablesWork;
	if (name === "flush") return k.flushQueue === undefined;
	return name === "cpu" && !k.workTimers.has(id);
}

function isFixedCallField(k: Sets, id: Id<"call_node">, name: string): boolean {
	const works = name === "pending" || name === "busy";
	return name !== "next" && works !== (k.callKinds[id] === "irq_work");
}

function isFixedBioField({ options }: Sets, name: string): boolean {
	const counts = name === "remaining" || name === "chained";
	const polled = name === "hctx" || name === "bi_cookie";
	if (name === "gen") return options.recyclings === undefined;
	return (counts && !options.chain) || (name === "refs" && !options.refs) || (polled && !options.hctxs);
}

function isFixedRequestField({ options, threadirqs }: Sets, name: string): boolean {
	if (name === "reissues") return !options.recycles;
	return name === "mq_ctx_cpu" || (name === "reported_on" && !threadirqs);
}

export type VaryingCpuField =
	| "irqs_off"
	| "preempt"
	| "bh"
	| "hardirq"
	| "softirq"
	| "timer_pending"
	| "block_pending"
	| "timer_taken"
	| "block_taken"
	| "curr"
	| "need_resched"
	| "online"
	| "active"
	| "dying"
	| "call_ipi"
	| "irq_work_ipi"
	| "idle"
	| "gp_waits"
	| "hotplug_writer"
	| "hotplug_readers";
export type VaryingContextField =
	| "cpu"
	| "state"
	| "on_rq"
	| "migration_disabled"
	| "bh"
	| "serving"
	| "waits_for"
	| "waits_on"
	| "unbound"
	| "should_park"
	| "rcu"
	| "gp_waits"
	| "current_work"
	| "sleeping"
	| "rebound";

/** What the library tells properties. */
export function events(k: Sets) {
	return {
		/** smp_processor_id() or this_cpu_ptr() evaluated; whether DEBUG_PREEMPT complains (MG4). */
		cpu_id_read: [bool],
		/** A list of this CPU was read or changed (P10). */
		list_access: [k.Cpu],
		/** A bio was added to this CPU's list. */
		queued: [k.Bio, k.Cpu],
		/** A work item went on this CPU's worklist, after WQ2's redirection (P5k). */
		armed: [k.Work, k.Cpu],
		/** A tick of this CPU makes timers due (TM1). */
		ticked: [k.Cpu],
		/** The end handler of a bio starts. */
		end_io: [k.Bio],
		/** Something was called that atomic context forbids: sleeping, or a change of bottom halves (P15). */
		may_sleep: [],
		/** A request was added to this CPU's done list. */
		rq_queued: [k.Request, k.Cpu],
		/** The BLOCK softirq was raised, or its call sent, on the second CPU, for the done list of the first (P5k). */
		done_kicked: [k.Cpu, k.Cpu],
		/** The handler of a request starts; the CPU on whose done list it waited, if on one. */
		rq_complete: [k.Request, maybe(k.Cpu)],
		/** This CPU goes idle; whether softirqs are pending, so that it complains (SQ7). */
		tick_stop: [k.Cpu, bool],
		/** A csd or irq_work went on a list of this CPU, which is online or not (P18, IW3). */
		call_queued: [k.CallNode, k.Cpu, bool],
		/** irq_work_queue_remote() and its like were called (P22). */
		remote_raise: [],
		/** A task that slept became runnable (TS2). */
		woken: [k.Context],
		/** The callback that drains the list of this dead CPU returns (P17). */
		drained: [k.Cpu],
		/** A raise, or the end of an interrupt, wakes this CPU's ksoftirqd if it sleeps; a limit of SQ3 does not tell (P12). */
		ksoftirqd_woken: [k.Cpu],
	} as const;
}

export type KernelState = RecordOf<ReturnType<typeof fields>>;
