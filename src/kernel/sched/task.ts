import {
	type Context,
	type Emitters,
	type Entering,
	type EventTypes,
	type Id,
	isRoutine,
	type Member,
	ModelError,
	membersIn,
	type Names,
	named,
	type Place,
	type Routine,
	requireKnown,
} from "../../lang/index.ts";
import type { ContextRecord, CpuId, Kernel, KernelEventTypes, KernelState, LinuxSystem, Sees } from "../kernel.ts";
import { requireOneOf } from "../options.ts";
import { requireOwn } from "../own.ts";
import type { VaryingContextField } from "../state.ts";
import { isPreemptible } from "./context.ts";
import { exitOf } from "./exit.ts";
import { preempted } from "./preempt.ts";
import { hasAbove, waitsAbove } from "./priority.ts";
import { disregardCurrent, disregardPlaces } from "./quotient.ts";
import { fallBehind, rescheduled } from "./resched.ts";
import { mayRun, placementsOf, schedulerOf } from "./sched.ts";

/** What a task is and where it runs. */
export interface TaskOptions<A> {
	readonly args?: A;
	/** TS5: 0 is SCHED_OTHER, in which the choice is free; above that SCHED_FIFO. Default 0. */
	readonly fifo?: number;
	/** A bound kernel thread: one allowed CPU, PF_NO_SETAFFINITY (TS6, WQ6). Default: may run on any. */
	readonly boundTo?: CpuId;
	/** A kernel thread, which CPU hotplug keeps from other CPUs than a user task (HP6). Default: whether it is bound. */
	readonly isKthread?: boolean;
	/** It keeps away from this CPU: hotplug's control task alone does (HP1). */
	readonly avoids?: CpuId;
	/** A bound thread has KTHREAD_IS_PER_CPU: it stays until its CPU is offline (HP6). Default false. */
	readonly isPerCpu?: boolean;
	/** Whether it ever sleeps in schedule(); "asleep" if it starts so. */
	readonly sleeps?: boolean | "asleep";
	/** Its routine comes to an end in a sleep for good: hotplug's cpuhp/N alone does. */
	readonly endsAsleep?: boolean;
	/** CPU it starts on, not running. Default: CPU 0, or the one it is bound to. */
	readonly cpu?: CpuId;
}

const OPTIONS: Names<TaskOptions<never>> = {
	args: true,
	fifo: true,
	boundTo: true,
	isKthread: true,
	avoids: true,
	isPerCpu: true,
	sleeps: true,
	endsAsleep: true,
	cpu: true,
};

/** Adds a task that runs `routine`, and the scheduler's own steps for it. */
export function addTask<S extends KernelState, T extends EventTypes, A>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	name: string,
	routine: Routine<A, unknown, Context<S, unknown, ContextRecord, Emitters<T>>, string>,
	options: TaskOptions<A> = {},
): Id<"context"> {
	requireOwn(k, sys, `task ${name}`);
	if (!isRoutine(routine)) throw new ModelError(`task ${name} is to run a routine, and is given ${named(routine)}`);
	requireKnown(`task ${name}`, options, OPTIONS);
	requireOneOf("sleeps", options.sleeps ?? false, [true, false, "asleep"]);
	const { args, boundTo, endsAsleep = false, fifo = 0 } = options;
	const of = [
		...membersIn(routine.args, (args ?? {}) as Readonly<Record<string, unknown>>),
		...(boundTo === undefined ? [] : [k.Cpu.member(boundTo)]),
	];
	const id = addTaskContext(k, name, of, options);
	const moves = k.isMover[id] === true;
	const unasked = isUnasked(k, fifo);
	const roams = moves && unasked;
	if (k.tasks.push(id) === 1) disregardCurrent(k, bare(sys));
	if (roams && k.roamers.size === 0) disregardPlaces(k, bare(sys));
	const process = sys.process(name, routine, {
		of,
		...(args === undefined ? {} : { args }),
		me: (s) => s.context[id],
		gate: { when: mayRun(k, id), enter: takeCpu(k, id), enters: enters(k, id, name) },
		...(endsAsleep ? {} : { exit: exitOf(k, id, unasked) as never }),
		...(roams ? { placements: placementsOf(k, id) } : {}),
		place: ({ me }) => ({ ...placeOf(me), sleeps: isAsleep(me) }),
	});
	k.contextOf[process] = id;
	if (roams) k.roamers.set(id, process);
	const scheduler = schedulerOf(k, id, moves && !roams);
	if (scheduler)
		bare(sys).process(`sched(${name})`, scheduler, {
			of,
			me: (s) => s.context[id],
			background: true,
			place: ({ me }) => placeOf(me),
		});
	return id;
}

/** In schedule() or wait_event() (TS10), and in no wait that only ends for a cause. */
const isAsleep = ({ on_rq, state, waits_for, waits_on }: ContextRecord): boolean =>
	!on_rq && waits_for === null && (waits_on === null || state !== "RUNNING");

/** The context of a task, and what the scheduler is to know of it. */
function addTaskContext(
	k: Kernel,
	name: string,
	of: readonly Member[],
	{ boundTo, avoids, cpu, isKthread, isPerCpu = false, sleeps = false, fifo = 0 }: TaskOptions<unknown>,
): Id<"context"> {
	for (const each of [boundTo, cpu]) if (each !== undefined) k.Cpu.id(each);
	// HP6: the affinity of a bound thread ends with its CPU.
	const breaksAway = boundTo !== undefined && boundTo === k.outgoing;
	const moves = boundTo === undefined ? k.Cpu.count > (avoids === undefined ? 1 : 2) : breaksAway;
	const varying: VaryingContextField[] = ["on_rq"];
	if (moves) varying.push("cpu");
	if (breaksAway) varying.push("unbound");
	if (sleeps) varying.push("state");
	const id = k.addContext(name, of, varying);
	k.priority[id] = fifo;
	if (fifo > 0 && k.preemptive && k.Cpu.count > 1 && k.obeys("TS5") && k.obeys("TS11")) {
		k.reschedules = true;
		k.cpuVaries("resched_ipi");
		k.tasksVary("behind");
	}
	k.isMover[id] = moves;
	if (isKthread ?? boundTo !== undefined) k.kthreads.add(id);
	if (boundTo !== undefined) k.perCpuThreads.add(id);
	if (isPerCpu) k.isPerCpu.add(id);
	k.initial.push((s) => {
		s.context[id].level = "task";
		s.context[id].cpu = boundTo ?? cpu ?? k.Cpu.id(0);
		s.context[id].on_rq = sleeps !== "asleep";
		s.context[id].state = sleeps === "asleep" ? "INTERRUPTIBLE" : "RUNNING";
		s.context[id].unbound = boundTo === undefined;
	});
	return id;
}

/** What a task's step does first: it takes the CPU, from nobody or from a task that may lose it (PR2). */
function takeCpu(k: Kernel, id: Id<"context">): (c: Sees) => void {
	const waits = waitsAbove(k);
	const priority = k.priority[id] as number;
	const moves = k.isMover[id];
	return ({ s, me }) => {
		const cpu = s.cpu[me.cpu];
		if (moves && k.reschedules) fallBehind(k, s, me, me.cpu);
		if (cpu.curr === id) {
			// PR2: the tick that has asked switches it out as it returns; it has been chosen again.
			if (k.lazy && cpu.need_resched && isPreemptible({ s, me })) cpu.need_resched = false;
			return;
		}
		if (cpu.curr !== null) preempted(k, s, me.cpu);
		// TS11: it is who was to have the CPU, or else goes on in its place.
		else if (cpu.resched_ipi && !waits(s, me.cpu, priority)) rescheduled(k, s, me.cpu);
		// Another one was asked to go.
		if (k.lazy) cpu.need_resched = false;
		cpu.curr = id;
		// TM9.
		if (k.migratesTimers && cpu.leaves_idle) cpu.leaves_idle = false;
		// WQ3: wq_worker_running().
		if (me.sleeping) me.sleeping = false;
	};
}

/**
 * TS10: a task is given the CPU before it takes a step. That matters where nothing preempts: if it waits for something it spins on
 * the CPU, and it may keep it from others (`keepsCpu`). And a worker that was asleep counts as running again (WQ3).
 */
const enters = (k: Kernel, id: Id<"context">, name: string): Entering<Sees> => ({
	isInside: ({ s, me }) => me.on_rq && s.cpu[me.cpu].curr === id,
	label: `<switch to ${name}>`,
	// All tasks are known when it is asked for.
	get binds() {
		if (!k.obeys("TS10")) return undefined;
		if (keepsCpu(k, id)) return () => true;
		return k.isFixedContextField(id, "sleeping") ? undefined : ({ me }: Sees) => me.sleeping;
	},
	waiting: k.preemptive ? undefined : (statement) => `<spins: ${statement}>`,
});

/**
 * Whether a task that has been given its CPU keeps it from somebody who needs it at once: from one of a higher class that is woken
 * then (TS5), or a grace period, for which a free CPU is quiescent. Under LAZY from other tasks; and the one before it is free to go.
 */
function keepsCpu(k: Kernel, id: Id<"context">): boolean {
	return k.preemptive ? k.lazy : hasAbove(k, id) || k.gpQueue !== undefined;
}

/**
 * Whether nobody asks after such a task while it waits: CPU hotplug drives tasks away (HP6), a waiting task of a higher
 * class keeps others from their CPU (TS5), and an idle task looks whether one waits.
 */
const isUnasked = (k: Kernel, fifo: number): boolean =>
	k.outgoing === undefined && fifo === 0 && k.idleTasks.length === 0;

/** The system as the library's own processes see it: its state, record and events include the kernel's. */
export const bare = <S extends KernelState, T extends EventTypes>(
	sys: LinuxSystem<S, T>,
): LinuxSystem<KernelState, KernelEventTypes> => sys as unknown as LinuxSystem<KernelState, KernelEventTypes>;

export const placeOf = (me: ContextRecord): Place => ({
	lane: (me.cpu as CpuId | null) ?? undefined,
	context: me.serving ? "softirq" : me.level,
	depth: me.level === "hardirq" ? 2 : me.level === "softirq" ? 1 : 0,
});
