import { type EventTypes, type Id, type IdSet, list, perId, record } from "preempt";
import {
	type ContextRecord,
	in_task,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	sleepable,
} from "preempt/linux";
import { elsewhere, outOfTurn, unprotected, whyAtomic } from "./why.ts";

// The property catalogue. Each function adds one property to a system; its `statement` is the exact wording.

/** A system as the catalogue sees it: see `seen()`. */
export type Sys = LinuxSystem<KernelState, KernelEventTypes>;
type Cpu = Id<"cpu">;

/** What a property sees of a state. */
export type Sees = Parameters<NonNullable<Parameters<Sys["property"]>[1]["invariant"]>>[0];

/** Whoever could still see to it that what waits on a CPU's list is processed. */
export interface Party {
	readonly name: string;
	/** Whether it will. */
	readonly acts: (v: Sees, cpu: Cpu) => boolean;
	/** Why it will not. */
	readonly doesNot: (v: Sees, cpu: Cpu) => string;
	/** Of a state in which nothing happens any more: what keeps it, though it should act. */
	readonly hangs?: (v: Sees, cpu: Cpu) => string;
}

/** Any system that has the kernel's state and events, as the catalogue sees it. */
export const seen = <S extends KernelState, T extends EventTypes>(sys: LinuxSystem<S, T>): Sys => sys as unknown as Sys;

/** What is completed: bios or requests. */
export interface Objects<N extends string> {
	readonly noun: "bio" | "request";
	readonly set: IdSet<N>;
	/** Whether the device has reported it. */
	readonly isReported: (v: Sees, object: Id<N>) => boolean;
	readonly isUnfinished: (v: Sees, object: Id<N>) => boolean;
	/** On which CPU's list it was put last, where it is known; and what has become of it, in words. */
	readonly list: (v: Sees, object: Id<N>) => Cpu | null;
	readonly whereabouts: (v: Sees, object: Id<N>) => string;
}

const bios = (k: Kernel, waiting: Waiting | undefined): Objects<"bio"> => ({
	noun: "bio",
	set: k.Bio,
	isReported: ({ s }, bio) => s.bio[bio].phase !== "issued",
	isUnfinished: ({ s }, bio) => ["hw_done", "completing", "queued"].includes(s.bio[bio].phase),
	list: ({ s }, bio) => s.bio[bio].cpu,
	whereabouts: (v, bio) => {
		const { phase, cpu } = v.s.bio[bio];
		if (phase !== "queued" || cpu === null) return "was reported by the device";
		const isGone = waiting !== undefined && !waiting(v, cpu).includes(bio);
		return `was queued on CPU ${cpu}${isGone ? ", is not on the list there any more" : ""}`;
	},
});

const named = <N extends string>(set: IdSet<N>, ids: readonly Id<N>[]): string =>
	ids.map((id) => set.nameOf(id)).join(" and ");
const contextsOf = (k: Kernel, processes: readonly number[]): Id<"context">[] =>
	processes.flatMap((process) => k.contextOf[process] ?? []);
/** The objects that stand on the list of a CPU. */
export type Waiting<N extends string = "bio"> = (v: Sees, cpu: Cpu) => readonly Id<N>[];

function whoCould(v: Sees, parties: readonly Party[], cpu: Cpu): string[] {
	return parties.map(({ name, acts, doesNot, hangs = () => "there is one, and it does not go on" }) => {
		const why = acts(v, cpu) ? hangs : doesNot;
		return `${name}: ${why(v, cpu)}`;
	});
}

/** `waiting`: what is on the lists, where bios are queued on lists of CPUs. */
export function P1(k: Kernel, sys: Sys, parties: readonly Party[], waiting?: Waiting): void {
	noneIsLost(k, sys, parties, bios(k, waiting));
}

/** P1, of any objects. */
export function noneIsLost<N extends string>(
	k: Kernel,
	sys: Sys,
	parties: readonly Party[],
	{ noun, set, isReported, isUnfinished, list, whereabouts }: Objects<N>,
): void {
	const unfinished = (v: Sees) => set.all.filter((object) => isUnfinished(v, object));
	sys.property("P1", {
		title: `no ${noun} is lost`,
		statement: `In every terminal state, each ${noun} that the hardware has completed is done.`,
		antecedent: (v) => set.all.some((object) => isReported(v, object)),
		terminal: (v) => unfinished(v).length === 0,
		explain: (v) => {
			const lost = unfinished(v);
			return [
				...lost.map(
					(object) => `${set.nameOf(object)} ${whereabouts(v, object)} and is never completed: nothing is left to run.`,
				),
				...k.Cpu.all.filter((c) => lost.some((o) => list(v, o) === c)).flatMap((c) => whoCould(v, parties, c)),
			];
		},
	});
}

/** Of bios. */
export function P2(k: Kernel, sys: Sys): void {
	sys.property("P2", {
		title: "every bio ends exactly once",
		statement: "The end handler of a bio is not called after it has been called before.",
		on: {
			end_io: ({ s }, bio) =>
				(s.bio[bio].phase !== "done" && s.bio[bio].phase !== "freed") ||
				`the end handler of ${k.Bio.nameOf(bio)} is called, and had been called before`,
		},
	});
}

/** `waiting`: what is on the lists; `parties`: who has to see to one that is not empty. */
export function P4(
	k: Kernel,
	sys: Sys,
	isEmpty: (v: Sees, cpu: Cpu) => boolean,
	waiting: Waiting,
	parties: readonly Party[],
): void {
	const tokens =
		"an adder before its queue call, the work pending where running it takes list c, or a running instance with a take or re-test of list c ahead";
	noListIsStranded(k, sys, { isEmpty, waiting, set: k.Bio, tokens }, parties);
}

/** Per-CPU lists, and in words who has to see to one that is not empty. */
export interface PerCpuLists<N extends string> {
	readonly set: IdSet<N>;
	readonly isEmpty: (v: Sees, cpu: Cpu) => boolean;
	readonly waiting: Waiting<N>;
	readonly tokens: string;
}

/** P4, of lists of any objects. */
export function noListIsStranded<N extends string>(
	k: Kernel,
	sys: Sys,
	{ isEmpty, waiting, set, tokens }: PerCpuLists<N>,
	parties: readonly Party[],
): void {
	const cpus = k.Cpu.all;
	// Asked in every state: no closures made on the way.
	const isStranded = (v: Sees, c: Cpu): boolean => {
		if (isEmpty(v, c)) return false;
		for (const party of parties) if (party.acts(v, c)) return false;
		return true;
	};
	sys.property("P4", {
		title: "no list is stranded",
		statement: `While the list of CPU c is not empty, somebody is still to process it: ${tokens}.`,
		antecedent: (v) => cpus.some((c) => !isEmpty(v, c)),
		invariant: (v) => {
			for (const c of cpus) if (isStranded(v, c)) return false;
			return true;
		},
		explain: (v) =>
			cpus
				.filter((c) => isStranded(v, c))
				.flatMap((c) => [
					`${named(set, waiting(v, c))} ${waiting(v, c).length > 1 ? "wait" : "waits"} on the list of CPU ${c}, and nobody is left to process that list:`,
					...whoCould(v, parties, c),
				]),
	});
}

/** `listOf`: the CPU whose list a work item is for; undefined of one that is for none. */
export function P5k(k: Kernel, sys: Sys, listOf: (work: Id<"work">) => Cpu | undefined): void {
	sys.property("P5k", {
		title: "the work for the list of CPU X is queued on CPU X",
		statement:
			"P5, kick: the work item armed to process list c is queued on CPU c, after the workqueue's own redirection.",
		on: {
			armed: (_, work, cpu) => {
				const list = listOf(work);
				if (list === undefined) return undefined;
				return list === cpu || `${k.Work.nameOf(work)}, which is for the list of CPU ${list}, is queued on CPU ${cpu}`;
			},
		},
	});
}

/** Of bios that were put on lists, as `bio_list_add()` and `noteQueued()` say. */
export function P5h(k: Kernel, sys: Sys): void {
	sys.property("P5h", {
		title: "queued on CPU X is processed on CPU X",
		statement:
			"P5, handler: a bio queued on list c has its end handler run on CPU c, or by the callback that drains a dead CPU's list.",
		on: {
			end_io: ({ s, me }, bio) => {
				const { phase, cpu } = s.bio[bio];
				if (phase !== "queued" || me.id === k.hotplugControl) return undefined;
				return cpu === me.cpu || elsewhere(k, bio, cpu, me);
			},
		},
	});
}

/** Of bios that were put on lists. Its history makes states. */
export function P6(k: Kernel, sys: Sys): void {
	sys.property("P6", {
		title: "first in, first out on each CPU's list",
		statement: "The end handlers of bios queued on one list start in the order in which they were queued.",
		ghost: { order: perId(k.Cpu, record({ queue: list(k.Bio, Math.max(1, k.Bio.count)) })) },
		on: {
			queued: ({ g }, bio, cpu) => {
				g.order[cpu].queue.push(bio);
				return undefined;
			},
			end_io: ({ s, g }, bio) => {
				const cpu = s.bio[bio].cpu;
				if (s.bio[bio].phase !== "queued" || cpu === null) return undefined;
				const queue = g.order[cpu].queue;
				return outOfTurn(k.Bio, queue, bio, `was queued on the list of CPU ${cpu}`) ?? true;
			},
		},
	});
}

/** Of bios that were put on lists. */
export function P7(k: Kernel, sys: Sys): void {
	const inTask = in_task(k);
	sys.property("P7", {
		title: "deferred handlers run in task context",
		statement: "The end handler of a deferred bio starts with in_task() true.",
		on: {
			end_io: (v, bio) => {
				if (v.s.bio[bio].phase !== "queued") return undefined;
				const { level, cpu } = v.me;
				return (
					inTask(v) || `${k.Bio.nameOf(bio)} was deferred, and ends in ${level} context on CPU ${cpu} nevertheless`
				);
			},
		},
	});
}

/** Of all bios, whether or not they were put on lists. */
export function P8(k: Kernel, sys: Sys): void {
	const maySleep = sleepable(k);
	sys.property("P8", {
		title: "handlers of flagged bios may sleep",
		statement:
			"The end handler of a bio flagged BIO_COMPLETE_IN_TASK starts with preemption, interrupts and bottom halves on, outside interrupts.",
		on: {
			end_io: (v, bio) =>
				maySleep(v) ||
				`the end handler of ${k.Bio.nameOf(bio)} runs on CPU ${v.me.cpu} ${whyAtomic(v)}: it must not sleep, take a mutex or wait for I/O`,
		},
	});
}

/** `held`: whether a context may touch the list of a CPU that is in use. */
export function P10(k: Kernel, sys: Sys, held: (v: Sees & { readonly me: ContextRecord }, cpu: Cpu) => boolean): void {
	sys.property("P10", {
		title: "lists are accessed under their discipline",
		statement:
			"Every access to the list of CPU c is made on CPU c with interrupts off, or, on RT, holding the local lock of CPU c; or by the callback that drains the list of a dead CPU.",
		on: {
			list_access: (v, cpu) =>
				held(v, cpu) || (v.me.id === k.hotplugControl && !v.s.cpu[cpu].online) || unprotected(k, v.me, cpu),
		},
	});
}

/** Raised where a routine calls itself beyond its `depth`. */
export function P16(_k: Kernel, sys: Sys): void {
	sys.property("P16", {
		title: "end handlers do not nest without bound",
		statement: "On one stack, end handlers nest no deeper than declared.",
		raised: true,
		on: { end_io: () => true },
	});
}

/** `draining`: by CPU, how many instances hold bios taken from its list; `drainers`: the processes that they are. */
export function P20(
	k: Kernel,
	sys: Sys,
	draining: (v: Sees) => readonly number[],
	drainers: (v: Sees, cpu: Cpu) => readonly number[],
): void {
	sys.property("P20", {
		title: "one instance per list at a time",
		statement: "At most one instance holds bios taken from the list of CPU c and not yet ended.",
		antecedent: (v) => draining(v).some((count) => count > 0),
		invariant: (v) => {
			for (const count of draining(v)) if (count > 1) return false;
			return true;
		},
		explain: (v) => {
			const counts = [...draining(v)];
			return k.Cpu.all
				.filter((c) => (counts[c] as number) > 1)
				.map(
					(c) =>
						`${named(k.Context, contextsOf(k, drainers(v, c)))} hold bios of the list of CPU ${c} at the same time`,
				);
		},
	});
}
