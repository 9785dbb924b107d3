import {
	type Context,
	type Emitters,
	type EventTypes,
	type Fields,
	type Id,
	type IdSet,
	ids,
	type Member,
	ModelError,
	type RecordOf,
	requireKnown,
	type Stmt,
	type System,
	system,
} from "../lang/index.ts";
import { initBlock } from "./block/init.ts";
import type { CpuhpCallbacks, CpuhpState } from "./hotplug/cpuhp-states.ts";
import { Generations } from "./lib/generation.ts";
import { type Options, type Preempt, requireOptions } from "./options.ts";
import { made, requireOthers } from "./own.ts";
import type { Rule } from "./rules.ts";
import { Served } from "./served.ts";
import type { CallKind, CallListName, Softirq } from "./sets.ts";
import { events, fields, type KernelState, type VaryingContextField } from "./state.ts";
import { Varying } from "./varying.ts";

/** A per-CPU local_lock_t: a lock word for each CPU on RT, none otherwise (LK3, LK4). */
export interface LocalLock {
	readonly name: string;
	readonly words: readonly Id<"lock">[];
}

/**
 * The Linux execution library of one scenario: its CPUs, contexts, locks and work items, of which the functions of
 * this folder make steps and processes.
 */
export class Kernel extends Varying {
	readonly Cpu = ids("cpu", 0);
	/** Everything that executes: tasks, and each CPU's softirq and hardirq level. */
	readonly Context = ids("context", 0, { ordered: true });
	readonly Lock = ids("lock", 0, { ordered: true });
	/** Those that are a rwlock_t (LK7). */
	readonly rwlocks = new Set<number>();
	readonly Work = ids("work", 0);
	readonly Bio: IdSet<"bio">;
	readonly Request = ids("rq", 0);
	readonly bios: Generations<"bio">;
	readonly Timer = ids("timer", 0);
	/** By timer, what it does when it expires (TM2). */
	readonly timerFunctions: TimerFunction[] = [];
	/** The timers of delayed works (DW1). */
	readonly workTimers = new Map<Id<"work">, Id<"timer">>();
	/** The softirqs that something raises. */
	readonly softirqs: Softirq[] = [];
	readonly Tasklet = ids("tasklet", 0);
	/** By tasklet, its function (SQ11), and where those wait who disable or kill it (SQ13); some are disabled. */
	readonly taskletCallbacks: (readonly Stmt<In, string>[])[] = [];
	readonly taskletQueues = new Map<Id<"tasklet">, Id<"wait_queue">>();
	disablesTasklets = false;
	/** Interrupts whose handlers are forced to be threads (SQ10). */
	readonly Irq = ids("irq", 0);
	/** What cross-CPU calls link: csds and irq_works. */
	readonly CallNode = ids("call_node", 0);
	/** What tasks wait for off the run queue, besides RT's locks. */
	readonly WaitQueue = ids("wait_queue", 0, { ordered: true });
	/** Completions (TS7) and wait_queue_heads (TS8), with what they belong to; where who has so long only waits for one. */
	readonly completions = new Map<Id<"wait_queue">, readonly Member[]>();
	readonly waitQueueHeads = new Map<Id<"wait_queue">, readonly Member[]>();
	readonly timedWaits = new Map<Id<"wait_queue">, Id<"wait_queue">>();
	readonly Hctx: IdSet<"hctx">;
	readonly preempt: Preempt;
	readonly rt: boolean;
	readonly threadirqs: boolean;
	readonly state: ReturnType<typeof fields>;
	readonly events: ReturnType<typeof events>;
	/** Scheduling class of each task context, higher first served; interrupt contexts have none (TS5). */
	readonly priority: number[] = [];
	/** What each process runs as, by its number; the scheduler's own processes are nobody. */
	readonly contextOf: Id<"context">[] = [];
	/** TS11: a task that another CPU may wake displaces others by an interrupt. */
	reschedules = false;
	/** The contexts that are tasks. */
	readonly tasks: Id<"context">[] = [];
	/** Kernel threads (HP6); those that are per CPU: bound, with PF_NO_SETAFFINITY (MG4); of these, those with KTHREAD_IS_PER_CPU. */
	readonly kthreads = new Set<number>();
	readonly perCpuThreads = new Set<number>();
	readonly isPerCpu = new Set<number>();
	/** Of each task: whether it may be moved to another CPU. */
	readonly isMover: boolean[] = [];
	/** Those that are moved with their next step, with the numbers of their processes. */
	readonly roamers = new Map<Id<"context">, number>();
	/** Each CPU's ksoftirqd, where the scenario has softirqs (SQ5). */
	readonly ksoftirqd: Id<"context">[] = [];
	/** Each CPU's workers (WQ6); all of them, and their process numbers. */
	readonly pools: Id<"context">[][] = [];
	readonly kworkers: Id<"context">[] = [];
	/** WQ8: the rescuer, as it is on each CPU; and WQ11: workers are not bound. */
	readonly rescuers: Id<"context">[] = [];
	unboundWorkers = false;
	/** WQ9: the pool of the CPU that goes is disassociated. */
	unbindsWorkers = false;
	/** By worker, where whoever waits for the item that it executes does (WQ10); and where those who flush do. */
	readonly barriers: Id<"wait_queue">[] = [];
	flushQueue: Id<"wait_queue"> | undefined;
	/** WQ12: by work, where those wait who flush it, until it runs. */
	readonly flushers = new Map<Id<"work">, Id<"wait_queue">>();
	/** WQ13: the items of workqueues with WQ_BH, with that which drains the pool of a CPU that has died; and what the TASKLET softirq does for them. */
	readonly bhWorks = new Set<number>();
	deadWork: Id<"work"> | undefined;
	workqueue_softirq_dead: readonly Stmt<In, string>[] = [];
	bhAction: readonly Stmt<In, string>[] = [];
	/** What kicks the pool of the CPU at hand; and by CPU, where those wait who flush what its pool executes. */
	kickBh: (c: In) => void = () => {};
	readonly bhBarriers: Id<"wait_queue">[] = [];
	/** Where those do who wait for a grace period. */
	gpQueue: Id<"wait_queue"> | undefined;
	readonly workerProcess: number[] = [];
	/** What each call node is (IP3). */
	readonly callKinds: CallKind[] = [];
	/** The lists that nodes come to stand on. */
	readonly callLists = new Set<CallListName>();
	/** What the flush of the call queue knows of, and the other lists that an interrupt runs. */
	readonly servedCalls = new Set<CallKind | CallListName>();
	/** Works with IRQ_WORK_HARD_IRQ, and with IRQ_WORK_LAZY. */
	readonly hardIrqWorks = new Set<number>();
	readonly lazyIrqWorks = new Set<number>();
	/** RT: each CPU's hard work that wakes its irq_work thread, and the thread (IW3, IW6). */
	readonly irqWorkWakeups: Id<"call_node">[] = [];
	readonly irqWorkThreads: Id<"context">[] = [];
	/** Each CPU's hard interrupt level, where there are interrupts (CX4). */
	readonly hardirqs: Id<"context">[] = [];
	/** Each CPU's idle task, where there are any (SQ7, IP4). */
	readonly idleTasks: Id<"context">[] = [];
	/** They flush the call queue on their way out (IP4). */
	idleFlushes = false;
	/** Told of each task that blocks (WQ3). */
	onBlock: ((c: In) => void) | undefined;
	/** The CPU that goes offline, if one does; its hotplug callbacks; and the task that controls it. */
	readonly outgoing: Id<"cpu"> | undefined;
	readonly cpuhp = new Map<CpuhpState, CpuhpCallbacks<In>[]>();
	hotplugControl: Id<"context"> | undefined;
	/** cpu_hotplug_lock, in a model that reads it. */
	cpusLock: Id<"wait_queue"> | undefined;
	cpusWriter: Id<"wait_queue"> | undefined;
	/** Where cpuhp/1 waits until its CPU is empty (HP5). */
	hotplugWait: Id<"wait_queue"> | undefined;
	/** By smpboot thread, where who parks it waits; and where those wait who stop or park others (TS9). */
	readonly parkers = new Map<Id<"context">, Id<"wait_queue">>();
	kthreadQueue: Id<"wait_queue"> | undefined;
	/** RT: by timer, what who waits for its function is blocked on (TM5); by CPU, what who would serve its global base is (TM9). */
	readonly expiryLocks = new Map<Id<"timer">, Id<"lock">>();
	readonly globalExpiryLocks: Id<"lock">[] = [];
	/** Some timers are not pinned to their CPU (TM9). */
	migratesTimers = false;
	/** By what request_irq() has given, the line; of a line, who waits for its handler (IR3), and its threads (SQ10). */
	readonly irqOf = new Map<object, Id<"irq">>();
	readonly irqQueues: Id<"wait_queue">[] = [];
	readonly irqThreads = new Map<Id<"irq">, readonly Id<"context">[]>();
	/** Some lines are disabled now and then (IR3). */
	disablesIrqs = false;
	/** Some work items are disabled now and then (WQ10). */
	disablesWork = false;
	/** Some task uses rcu_read_lock(). */
	readsRcu = false;
	/** BH2: the lock that RT's BH-disabled regions hold. */
	softirqLock: LocalLock | undefined;
	/** Sets up what parts of the library need at the start. */
	readonly initial: ((s: KernelState) => void)[] = [];
	/** What the model calls so that it is served. */
	readonly served = new Served();
	/** How many work items the lists have room for. */
	readonly #works: number;

	constructor(readonly options: Options) {
		super();
		requireOptions(options);
		const hotplug = (options.hotplug ?? "off") !== "off";
		this.preempt = options.preempt;
		this.rt = options.preempt === "rt";
		this.threadirqs = this.rt || options.threadirqs === true;
		for (let i = 0; i < options.cpus; i++) this.Cpu.add(`CPU${i}`);
		this.outgoing = hotplug ? this.Cpu.id(1) : undefined;
		// Bios that a model submits have parts to play, and so have their queues, and those of a chain.
		const submits = options.hctxs !== undefined;
		const isChained = Object.keys(options.chain ?? {}).length > 0;
		this.Bio = ids("bio", 0, { ordered: options.orderedBios ?? (submits || isChained) });
		this.Hctx = ids("hctx", options.hctxs ?? 0, { ordered: submits });
		for (let i = 0; i < (options.bios ?? 0); i++) this.Bio.add();
		for (const _ of options.requests ?? []) this.Request.add();
		this.bios = new Generations(this, this.Bio, options.recyclings);
		if (hotplug) this.served.need("addHotplug(k, sys)", `hotplug: ${options.hotplug}`);
		if (options.tick) this.served.need("addIdle(k, sys, calls)", `tick: ${options.tick}`);
		if (options.idlePolls) this.served.need("addIdle(k, sys, calls)", "idlePolls");
		this.#works = options.works ?? 0;
		this.state = fields(this, this.#works);
		this.events = events(this);
	}

	#requireRoom(): void {
		const length = this.Work.count - (this.deadWork === undefined ? 0 : 1);
		// One finds room in any case.
		if (length > Math.max(1, this.#works))
			throw new ModelError(
				`there are ${length} work items, and new Kernel({ works: ${this.#works} }) has room for ${Math.max(1, this.#works)}`,
			);
	}

	/** The system whose state is the kernel's and the model's own. */
	system<F extends Fields = Record<never, never>, const T extends EventTypes = Record<never, never>>(
		own: { readonly state?: F; readonly events?: T; readonly init?: (s: KernelState & RecordOf<F>) => void } = {},
	): LinuxSystem<KernelState & RecordOf<F>, ReturnType<typeof events> & T> {
		requireKnown("k.system()", own, { state: true, events: true, init: true });
		requireOthers("field", own.state, this.state);
		requireOthers("event", own.events, this.events);
		const sys = system({
			state: { ...this.state, ...own.state },
			events: { ...this.events, ...own.events },
			init: (s: KernelState & RecordOf<F>) => {
				this.served.requireNeeded();
				this.#requireRoom();
				this.runs = true;
				for (const c of this.Cpu.all) {
					s.cpu[c].online = true;
					s.cpu[c].active = true;
				}
				initBlock(this, s);
				for (const id of this.Context.all) s.context[id].id = id;
				for (const set of this.initial) set(s);
				own.init?.(s);
			},
			running: (s: KernelState) =>
				this.Cpu.all.map((c) => (s.cpu[c].curr === this.idleTasks[c] ? null : s.cpu[c].curr)),
			me: (s: KernelState) => s.context[0 as Id<"context">],
		} as never);
		return made(this, sys) as unknown as LinuxSystem<KernelState & RecordOf<F>, ReturnType<typeof events> & T>;
	}

	/** Whether the library follows `rule`: false only in tests that break it on purpose. */
	obeys(rule: Rule): boolean {
		return this.options.mutant !== rule;
	}

	/** Involuntary switches are possible wherever `preemptible()` is (PR2). */
	get preemptive(): boolean {
		return (this.preempt === "full" || this.preempt === "lazy" || this.preempt === "rt") === this.obeys("PR2");
	}

	/** A fair task is displaced by another only once a tick has asked it to go (PR2). */
	get lazy(): boolean {
		return this.preempt === "lazy" && this.obeys("PR2");
	}

	/** Whether an interrupted fair task counts as having left its CPU, for it may (PR2). */
	get freesInterrupted(): boolean {
		return this.preemptive && !this.lazy && this.obeys("TS4");
	}

	/** Adds a context that belongs to `owners`; its fields keep their initial value unless they vary. */
	addContext(name: string, owners: readonly Member[], varying: readonly VaryingContextField[] = []): Id<"context"> {
		const id = this.Context.add(name, ...owners);
		this.varies(id, ...varying);
		return id;
	}
}

export type { KernelState };
export type CpuRecord = KernelState["cpu"][CpuId];
/** A task, softirq or interrupt as a step's `me`: its CPU, its level, and what the scheduler knows of it. */
export type ContextRecord = KernelState["context"][Id<"context">];
/** The events that the library emits, each with the types of its arguments. */
export type KernelEventTypes = ReturnType<typeof events>;
/** The same as a step emits them. */
export type KernelEvents = Emitters<KernelEventTypes>;
/** A system on the kernel's state, with a model's own beside it. */
export type LinuxSystem<S extends KernelState, T extends EventTypes> = System<S, ContextRecord, T>;
/** What statements of a model's own see: its state and events besides the kernel's. */
export type InModel<S extends KernelState, T extends EventTypes, F = unknown> = Context<
	S,
	F,
	ContextRecord,
	Emitters<T>
>;
/** A CPU; `options.cpus` says how many there are. */
export type CpuId = Id<"cpu">;
/** What statements of the library need of the routine they stand in. */
export type In<F = unknown> = Context<KernelState, F, ContextRecord, KernelEvents>;
export type Sees = Pick<In, "s" | "me">;
/** TM2: what an expired timer does: statements with interrupts on, or, of an IRQSAFE one, a step with them off. */
export type TimerFunction<C = In> = readonly Stmt<C, string>[] | ((c: C) => void);
