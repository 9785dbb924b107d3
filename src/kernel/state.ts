import { bool, type Id, maybe, perId, type RecordOf, range, record } from "../lang/index.ts";
import {
	bhPoolRecord,
	bioRecord,
	callNodeRecord,
	contextRecord,
	cpuRecord,
	lockRecord,
	poolRecord,
	requestRecord,
	taskletHeadRecord,
	taskletRecord,
	workRecord,
} from "./records.ts";
import type { CallListName, Sets, Softirq } from "./sets.ts";

/** The kernel's part of the state. */
export function fields(k: Sets, works: number) {
	const [cpu, context] = [cpuRecord(k), contextRecord(k)];
	const [bio, rq] = [bioRecord(k), requestRecord(k)];
	const [work, call_node] = [workRecord(k), callNodeRecord(k)];
	const timer = record({
		base: maybe(k.Cpu),
		due: bool,
		running: maybe(k.Context),
		running_base: maybe(k.Cpu),
		shutdown: bool,
		pinned: bool,
		remote: bool,
	});
	const wait_queue = record({
		done: range(0, 3),
		owner: maybe(k.Context),
		readers: range(0, 3),
		first: maybe(k.Context),
		handoff: bool,
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
		/** Who has it, or writes; of a rwlock_t, how many read, who waits first, and whether that is to write (LK7). */
		lock: perId(k.Lock, lockRecord(k), {
			fixed: (id) => (k.rwlocks.has(id) ? [] : ["readers", "waiter", "writer_waits"]),
		}),
		work: perId(k.Work, work, {
			fixed: (id) => Object.keys(work.fields).filter((name) => isFixedWorkField(k, id, name)) as never,
		}),
		/**
		 * On which CPU's base it is armed, whether it is due there (TM1, TM3); in which context its function runs, and of which CPU's
		 * base, if that is known there (TM5); whether it is armed no more (TM8); on which kind of base it goes, and whether it is due
		 * by another CPU's tick (TM9).
		 */
		timer: perId(k.Timer, timer, {
			fixed: () => Object.keys(timer.fields).filter((name) => k.isFixedTimerField(name)) as never,
		}),
		/**
		 * How often a completion is completed beyond those who have waited (TS7), the owner of a mutex (LK5) or who writes a
		 * semaphore, and how many read it (LK6); who waits first for a completion or mutex, and whether the mutex is to be handed to it.
		 */
		wait_queue: perId(k.WaitQueue, wait_queue, {
			fixed: (id) => Object.keys(wait_queue.fields).filter((name) => k.isFixedWaitQueueField(id, name)) as never,
		}),
		tasklet: perId(k.Tasklet, taskletRecord(k), { fixed: () => (k.disablesTasklets ? [] : ["count"]) }),
		/** SQ11: what is scheduled on each CPU. */
		tasklet_vec: perId(k.Cpu, taskletHeadRecord(k), { fixed: () => isFixedTaskletVec(k, "TASKLET_SOFTIRQ") }),
		tasklet_hi_vec: perId(k.Cpu, taskletHeadRecord(k), { fixed: () => isFixedTaskletVec(k, "HI_SOFTIRQ") }),
		/** The CPU that handles the interrupt (IR2), or whose thread is to (SQ10): it does not come again until it has been; and how often it is disabled (IR3). */
		irq_desc: perId(k.Irq, record({ cpu: maybe(k.Cpu), depth: range(0, 2) }), {
			fixed: () => (k.disablesIrqs ? [] : ["depth"]),
		}),
		pool: perId(k.Cpu, poolRecord(k, works), {
			fixed: (id) => [
				...(k.unbindsWorkers && id === k.outgoing ? [] : ["disassociated" as const]),
				...(k.rescuers.length > 0 ? [] : ["mayday" as const]),
			],
		}),
		bh_pool: perId(k.Cpu, bhPoolRecord(k, works), {
			fixed: () => (k.bhWorks.size > 0 ? [] : ["worklist", "current_work"]),
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

const isFixedTaskletVec = (k: Sets, nr: Softirq): ("head" | "list")[] =>
	k.softirqs.includes(nr) ? [] : ["head", "list"];

function isFixedWorkField(k: Sets, id: Id<"work">, name: string): boolean {
	if (name === "disabled") return !k.disablesWork;
	if (name === "rescued") return k.rescuers.length === 0;
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

/** Fields of a CPU, of a timer, and of a context, that something in a scenario may change. */
export type VaryingCpuField = keyof ReturnType<typeof cpuRecord>["fields"];
export type VaryingWaitQueueField = "done" | "owner" | "readers" | "first" | "handoff";
export type VaryingTimerField = "running" | "running_base" | "shutdown" | "pinned" | "remote";
export type VaryingContextField = Exclude<keyof ReturnType<typeof contextRecord>["fields"], "id" | "level">;

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
		/** A tick of this CPU: it makes a timer due (TM1, TM9), or, under LAZY, asks the current task to go (PR2). */
		ticked: [k.Cpu, maybe(k.Timer)],
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

/** The kernel's part of the state, as steps and properties see it. */
export type KernelState = RecordOf<ReturnType<typeof fields>>;
