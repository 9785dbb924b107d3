import {
	type Context,
	choose,
	type Emitters,
	type EventTypes,
	fault,
	type Id,
	loop,
	type Place,
	type Routine,
	routines,
	type Stmt,
	step,
	waitUntil,
} from "../lang/index.ts";
import { preemptible } from "./context.ts";
import type {
	ContextRecord,
	CpuId,
	In,
	Kernel,
	KernelEvents,
	KernelEventTypes,
	KernelState,
	LinuxSystem,
	Sees,
} from "./kernel.ts";
import type { VaryingContextField } from "./state.ts";

export interface TaskOptions<A> {
	readonly args?: A;
	/** TS5: 0 is SCHED_OTHER, in which the choice is free; above that SCHED_FIFO. Default 0. */
	readonly fifo?: number;
	/** A bound kernel thread: one allowed CPU, PF_NO_SETAFFINITY (TS6, WQ6). Default: may run on any. */
	readonly boundTo?: CpuId;
	/** A bound thread has KTHREAD_IS_PER_CPU (HP6). Default true. */
	readonly isPerCpu?: boolean;
	/** Whether it ever sleeps in schedule(); "asleep" if it starts so. */
	readonly sleeps?: boolean | "asleep";
	/** CPU it starts on, not running. Default: CPU 0, or the one it is bound to. */
	readonly cpu?: CpuId;
}

/** Adds a task that runs `routine`, and the scheduler's own steps for it: preemption and migration. */
export function addTask<S extends KernelState, T extends EventTypes, A>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	name: string,
	routine: Routine<A, unknown, Context<S, unknown, ContextRecord, Emitters<T>>, string>,
	options: TaskOptions<A> = {},
): Id<"context"> {
	const { boundTo, isPerCpu = true, sleeps = false, fifo = 0 } = options;
	const breaksAway = boundTo !== undefined && boundTo === k.options.offline && !isPerCpu;
	const moves = boundTo === undefined || breaksAway;
	const varying: VaryingContextField[] = [];
	if (moves) varying.push("cpu");
	if (breaksAway) varying.push("unbound");
	if (sleeps) varying.push("on_rq", "state");
	const id = k.addContext(name, varying);
	k.priority[id] = fifo;
	if (boundTo !== undefined) k.perCpuThreads.add(id);
	k.initial.push((s) => {
		s.context[id].level = "task";
		s.context[id].cpu = boundTo ?? options.cpu ?? k.Cpu.id(0);
		s.context[id].on_rq = sleeps !== "asleep";
		s.context[id].state = sleeps === "asleep" ? "INTERRUPTIBLE" : "RUNNING";
		s.context[id].unbound = boundTo === undefined;
	});
	sys.process(name, routine, {
		...(options.args === undefined ? {} : { args: options.args }),
		me: (s) => s.context[id],
		gate: {
			when: mayRun(k, id),
			enter: ({ s, me }) => {
				s.cpu[me.cpu].curr = id;
			},
		},
		place: ({ me }) => placeOf(me),
	});
	const scheduler = schedulerOf(k, id, moves);
	if (scheduler)
		bare(sys).process(`sched(${name})`, scheduler, {
			me: (s) => s.context[id],
			background: true,
			place: ({ me }) => placeOf(me),
		});
	return id;
}

/** The system as the library's own processes see it: its state, record and events include the kernel's. */
export const bare = <S extends KernelState, T extends EventTypes>(
	sys: LinuxSystem<S, T>,
): LinuxSystem<KernelState, KernelEventTypes> => sys as unknown as LinuxSystem<KernelState, KernelEventTypes>;

export const placeOf = (me: ContextRecord): Place => ({
	lane: me.cpu,
	context: me.serving ? "softirq" : me.level,
	depth: me.level === "hardirq" ? 2 : me.level === "softirq" ? 1 : 0,
});

/**
 * When task `id` may take its next step: it has the CPU, or the CPU is free and it takes it (which belongs to the
 * step); no interrupt level is active there (CX1); and no higher class waits where it would have to give way (TS5).
 */
function mayRun(k: Kernel, id: Id<"context">) {
	const canGiveWay = preemptible(k);
	const allowed = allowedOn(k);
	const waits = higherWaits(k);
	const levels = k.obeys("CX1");
	return (c: Sees): boolean => {
		const cpu = c.s.cpu[c.me.cpu];
		if (levels && (cpu.hardirq || cpu.softirq)) return false;
		const { curr } = cpu;
		if (curr === id) return allowed(c) && !(waits(c) && k.preemptive && canGiveWay(c));
		return curr === null && c.me.on_rq && allowed(c) && !waits(c);
	};
}

/** HP4, HP6: nothing runs on a CPU that is offline; on one that is no longer active, only what may stay to the end. */
function allowedOn(k: Kernel): (c: Sees) => boolean {
	if (k.options.offline === undefined) return () => true;
	const affinity = k.obeys("HP6");
	return ({ s, me }) => {
		const cpu = s.cpu[me.cpu];
		return cpu.online && (cpu.active || !affinity || me.migration_disabled > 0 || !me.unbound);
	};
}

/** TS5: whether a task of a higher class than this one waits for the CPU that this one is on. */
export function higherWaits(k: Kernel): (c: Sees) => boolean {
	if (!k.obeys("TS5")) return () => false;
	// Known once all tasks are there.
	const above: (readonly Id<"context">[])[] = [];
	const tasksAbove = (id: number): readonly Id<"context">[] =>
		k.Context.all.filter((other) => (k.priority[other] ?? -1) > (k.priority[id] ?? 0));
	return ({ s, me }) => {
		above[me.id] ??= tasksAbove(me.id);
		for (const other of above[me.id] as readonly Id<"context">[]) {
			const task = s.context[other];
			if (task.on_rq && task.cpu === me.cpu && s.cpu[me.cpu].curr !== other) return true;
		}
		return false;
	};
}

/** Preemption (PR2) and migration (MG1) of task `id`: steps that are possible wherever the rules allow them. */
function schedulerOf(k: Kernel, id: Id<"context">, moves: boolean): Routine<object, undefined, In, string> | undefined {
	const branches: Stmt<In>[][] = [];
	const canLeave = preemptible(k);
	const preempts = k.preemptive;
	if (preempts)
		branches.push([
			waitUntil(
				"<preempt>",
				({ s, me }) => {
					const cpu = s.cpu[me.cpu];
					return cpu.curr === id && !cpu.hardirq && !cpu.softirq && canLeave({ s, me });
				},
				({ s, me }) => {
					s.cpu[me.cpu].curr = null;
				},
			),
		]);
	if (moves)
		for (const c of k.Cpu.all)
			branches.push([
				waitUntil(
					`<migrate to CPU ${c}>`,
					({ s, me }) =>
						me.cpu !== c &&
						me.on_rq &&
						(s.cpu[me.cpu].curr !== id || !k.obeys("MG1")) &&
						mayMoveTo(k, s, me, c) &&
						canMove(k, me),
					({ me }) => {
						me.cpu = c;
					},
				),
			]);
	if (branches.length === 0) return undefined;
	return routines<KernelState, ContextRecord, KernelEvents>()("sched", {}, [
		loop<In, string>([choose<In, string>(...branches)]),
	]);
}

/** MG1, MG2: pinned by migrate_disable; bound threads move only once their affinity is broken (HP6). */
const canMove = (k: Kernel, me: ContextRecord): boolean =>
	me.unbound && (me.migration_disabled === 0 || !k.obeys("MG2"));

const mayMoveTo = (k: Kernel, s: KernelState, me: ContextRecord, c: CpuId): boolean =>
	k.options.offline === undefined || (s.cpu[c].online && s.cpu[c].active) || me.migration_disabled > 0;

/** PR1: the task gives up the CPU; one whose state is not RUNNING leaves the run queue (TS1). */
export function schedule(k: Kernel): Stmt<In, "schedule()"> {
	return step("schedule()", (c) => {
		atomicSleep(k, c, "schedule()");
		if (c.me.state !== "RUNNING" || !k.obeys("TS1")) c.me.on_rq = false;
		c.s.cpu[c.me.cpu].curr = null;
	});
}

/** The task ends: it leaves its CPU and the run queue for good. */
export function do_exit(k: Kernel): Stmt<In, "do_exit()"> {
	return step("do_exit()", (c) => {
		atomicSleep(k, c, "do_exit()");
		c.me.on_rq = false;
		c.s.cpu[c.me.cpu].curr = null;
	});
}

/** The loop of a kernel thread: sleeps while `work` is false. Testing and sleeping are one step: a wake-up between the two would only keep schedule() from blocking, as one right after does. */
export function sleepUnless<C extends In>(k: Kernel, label: string, work: (c: NoInfer<C>) => boolean): Stmt<C, string> {
	return waitUntil(
		label,
		(c) => !work(c),
		(c) => {
			atomicSleep(k, c, label);
			c.me.state = "INTERRUPTIBLE";
			c.me.on_rq = false;
			c.s.cpu[c.me.cpu].curr = null;
		},
	);
}

/** P15: sleeping is an error in atomic context (PR1, LK2). */
export function atomicSleep(k: Kernel, { s, me, emit }: In, what: string): void {
	emit.may_sleep();
	const cpu = s.cpu[me.cpu];
	if (!k.obeys("PR1")) return;
	if (me.level !== "task")
		fault("P15", `${what} in ${me.level} context on CPU ${me.cpu}: sleeping function called from atomic context`);
	if (cpu.irqs_off)
		fault("P15", `${what} with interrupts disabled on CPU ${me.cpu}: sleeping function called from atomic context`);
	if (cpu.preempt > 0)
		fault("P15", `${what} with preemption disabled on CPU ${me.cpu}: sleeping function called from atomic context`);
	if (!k.rt && cpu.bh > 0)
		fault("P15", `${what} with bottom halves disabled on CPU ${me.cpu}: sleeping function called from atomic context`);
}

/** PR2: a switch point of NONE and VOLUNTARY kernels; nothing under FULL and RT, where every step is one. */
export function cond_resched(k: Kernel): Stmt<In, string>[] {
	return switchPoint(k, "cond_resched()", k.preempt === "none" || k.preempt === "voluntary");
}

/** PR2: a switch point of VOLUNTARY kernels alone. */
export function might_sleep(k: Kernel): Stmt<In, string>[] {
	return switchPoint(k, "might_sleep()", k.preempt === "voluntary");
}

function switchPoint(k: Kernel, label: string, applies: boolean): Stmt<In, string>[] {
	const waits = higherWaits(k);
	if (!applies || !k.obeys("PR3")) return [];
	return [
		choose<In, string>(
			[waitUntil(label, (c) => !waits(c))],
			[
				step(`${label} /* switches */`, ({ s, me }) => {
					s.cpu[me.cpu].curr = null;
				}),
			],
		),
	];
}

/**
 * `if (need_resched())`: free among fair tasks, whose wake-up may or may not ask for the CPU; true where a higher
 * class waits. A branch on it is a choice between two steps.
 */
export function ifNeedResched<C extends In>(
	k: Kernel,
	yes: readonly Stmt<C, string>[],
	no: readonly Stmt<C, string>[],
): Stmt<C, string> {
	const waits = higherWaits(k);
	return choose<C, string>(
		[step("need_resched()", () => {}), ...yes],
		[waitUntil("!need_resched()", (c) => !waits(c)), ...no],
	);
}

/** TS1: set_current_state(): a store and a full barrier. */
export function set_current_state<L extends "RUNNING" | "INTERRUPTIBLE" | "UNINTERRUPTIBLE">(
	state: L,
): Stmt<In, `set_current_state(TASK_${L})`> {
	return step(`set_current_state(TASK_${state})`, ({ me }) => {
		me.state = state;
	});
}

/** TS2: makes a sleeping task runnable; no effect on one that is RUNNING. Inside a step. Returns whether it woke. */
export function wake_up_process(k: Kernel, s: KernelState, task: Id<"context">): boolean {
	const p = s.context[task];
	if (p.state === "RUNNING" && k.obeys("TS2")) return false;
	p.state = "RUNNING";
	p.on_rq = true;
	// TS4, and the task that has not yet reached schedule(): it still has its CPU.
	if (k.options.offline === undefined) return true;
	// HP6: woken for a CPU it may no longer use, a bound thread without KTHREAD_IS_PER_CPU loses its affinity for ever.
	if (!s.cpu[p.cpu].active && !p.unbound && !k.isFixedContextField(task, "unbound")) p.unbound = true;
	return true;
}
