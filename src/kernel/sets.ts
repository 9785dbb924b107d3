import type { Id, IdSet } from "../lang/index.ts";
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
	readonly Tasklet: IdSet<"tasklet">;
	readonly rwlocks: ReadonlySet<number>;
	readonly callLists: ReadonlySet<CallListName>;
	readonly callKinds: readonly CallKind[];
	readonly workTimers: ReadonlyMap<Id<"work">, Id<"timer">>;
	readonly disablesWork: boolean;
	readonly bhWorks: ReadonlySet<number>;
	readonly disablesIrqs: boolean;
	readonly disablesTasklets: boolean;
	readonly softirqs: readonly Softirq[];
	readonly unbindsWorkers: boolean;
	readonly rescuers: readonly Id<"context">[];
	readonly outgoing: Id<"cpu"> | undefined;
	readonly flushQueue: Id<"wait_queue"> | undefined;
	readonly threadirqs: boolean;
	readonly options: Options;
	isFixedCpuField(name: string, id?: number): boolean;
	isFixedContextField(id: number, name: string): boolean;
	isFixedWaitQueueField(id: number, name: string): boolean;
	isFixedTimerField(name: string): boolean;
}

/** The softirqs that models serve; the others are the library's own: timers (TM2) and tasklets (SQ11). */
export type ModelSoftirq = "NET_RX_SOFTIRQ" | "BLOCK_SOFTIRQ" | "IRQ_POLL_SOFTIRQ";
/** The name of a softirq. */
export type Softirq = "HI_SOFTIRQ" | "TIMER_SOFTIRQ" | "TASKLET_SOFTIRQ" | ModelSoftirq;

/** Kinds of call nodes: a csd whose caller waits, one whose caller does not, an irq_work. */
export type CallKind = "sync" | "async" | "irq_work";
export type CallListName = "call_single_queue" | "raised_list" | "lazy_list";
