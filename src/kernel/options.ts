import { ModelError, type Names, requireKnown } from "../lang/index.ts";
import type { Rule } from "./rules.ts";

/** Preemption models (PR2). `rt` is PREEMPT_RT. */
const PREEMPT = ["none", "voluntary", "full", "lazy", "rt"] as const;
/** One of them. */
export type Preempt = (typeof PREEMPT)[number];

/** What becomes of CPU 1. */
const HOTPLUG = ["off", "down", "rollback", "downup"] as const;
/** One of these: nothing; it goes offline; an offlining is rolled back; it goes offline and comes back. */
export type Hotplug = (typeof HOTPLUG)[number];

/** The machine and the configuration that a `Kernel` is made for. */
export interface Options {
	/** Number of CPUs, from 1. */
	readonly cpus: number;
	readonly preempt: Preempt;
	/** Force-threaded interrupt handlers (SQ10); RT always has them. */
	readonly threadirqs?: boolean;
	/** Number of bios; all are issued when the model starts. Default 0. */
	readonly bios?: number;
	/**
	 * Bios are not interchangeable, as where the model goes from one to the next by number. Default: those of a chain, and those
	 * that are submitted to queues that are polled.
	 */
	readonly orderedBios?: boolean;
	/** Completions of bios are counted (BI1), and who is the parent of each chained bio, by number (BI2). */
	readonly chain?: Readonly<Record<number, number>>;
	/** Bios are BIO_REFFED, with one reference each at first (BI3). */
	readonly refs?: boolean;
	/** The requests of the block layer, by number: the CPU that each was submitted on (MQ1). All are issued at the start. */
	readonly requests?: readonly number[];
	/** How often a request that has ended is issued again. Default 0. */
	readonly recycles?: number;
	/** How often a freed bio can be allocated again (RC1). Default: what is freed stays free. */
	readonly recyclings?: number;
	/** Hardware queues that are polled (PO1). With any, bios are issued by whoever submits them, not at the start. */
	readonly hctxs?: number;
	/** Most work items there are. Default 0. */
	readonly works?: number;
	/** Before 6.5: no softirq is served but by ksoftirqd while that is about to run (SQ6). Default false. */
	readonly ksoftirqdDefers?: boolean;
	/**
	 * Whether a CPU that goes idle with softirqs pending keeps its tick (SQ7): before 5.18 and, ten times, since 6.5.
	 * Without this there are no ticks but those of timers. Needs addIdle().
	 */
	readonly tick?: "kept" | "stopped";
	/** An idle CPU's task polls need_resched, which spares IPIs (IP1); needs addIdle(). Default false. */
	readonly idlePolls?: boolean;
	/** IW2: the architecture has a self-IPI for irq_work; without, the tick runs it. Default true. */
	readonly irqWorkInterrupt?: boolean;
	/** Before 5.8: works from other CPUs wait on a list of their own (IW3). */
	readonly irqWorkOwnList?: boolean;
	/** The idle task runs softirqs that are pending after it has flushed the call queue: so since 5.12 (IP4). */
	readonly idleFlushRunsSoftirq?: boolean;
	/** Whether CPU 1 goes offline, once: for good, in an attempt that fails and is undone, or and comes back (HP1, HP8). */
	readonly hotplug?: Hotplug;
	/** For tests of the library: behave as if this rule did not exist, or said the opposite. */
	readonly mutant?: Rule;
}

const OPTIONS: Names<Options> = {
	cpus: true,
	preempt: true,
	threadirqs: true,
	bios: true,
	orderedBios: true,
	chain: true,
	refs: true,
	requests: true,
	recycles: true,
	recyclings: true,
	hctxs: true,
	works: true,
	ksoftirqdDefers: true,
	tick: true,
	idlePolls: true,
	irqWorkInterrupt: true,
	irqWorkOwnList: true,
	idleFlushRunsSoftirq: true,
	hotplug: true,
	mutant: true,
};

/** Refuses what a model that was not type-checked may pass, for example as a value of an axis. */
export function requireOptions(options: Options): void {
	requireKnown("Kernel", options, OPTIONS);
	const { cpus, preempt, hotplug = "off", tick } = options;
	if (!(Number.isInteger(cpus) && cpus >= 1)) throw new ModelError("a kernel needs at least one CPU");
	requireOneOf("preempt", preempt, PREEMPT);
	requireOneOf("hotplug", hotplug, HOTPLUG);
	if (tick !== undefined) requireOneOf("tick", tick, ["kept", "stopped"]);
	if (hotplug !== "off" && cpus < 2) throw new ModelError("hotplug: the last CPU cannot go offline; give it two");
}

export function requireOneOf(option: string, value: unknown, values: readonly unknown[]): void {
	if (!values.includes(value)) throw new ModelError(`${option} is one of ${values.join(", ")}, not ${value}`);
}
