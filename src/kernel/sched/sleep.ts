import { FixedField, type Id, ModelError, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelState } from "../kernel.ts";
import { isCpuAllowed } from "./affinity.ts";
import { maySleep } from "./atomic.ts";
import { leaveIdle } from "./nohz.ts";
import { mayBeReplaced } from "./priority.ts";
import { fallBehind, rescheduled } from "./resched.ts";
import { resched_curr } from "./resched-curr.ts";

// TS1–TS3, PR1: a task gives up its CPU, sleeps, and is woken.

/** TS1: set_current_state(): a store and a full barrier. */
export function set_current_state<L extends "RUNNING" | "INTERRUPTIBLE" | "UNINTERRUPTIBLE">(
	state: L,
): Stmt<In, `set_current_state(TASK_${L})`> {
	return step(`set_current_state(TASK_${state})`, ({ me }) => setState(me, state));
}

/** TS1: a store, and no barrier. */
export function __set_current_state<L extends "RUNNING" | "INTERRUPTIBLE">(
	state: L,
): Stmt<In, `__set_current_state(TASK_${L})`> {
	return step(`__set_current_state(TASK_${state})`, ({ me }) => setState(me, state));
}

/** PR1: the task gives up the CPU; one whose state is not RUNNING leaves the run queue (TS1). */
export function schedule(k: Kernel): Stmt<In, "schedule()"> {
	const mayLeave = mayBeReplaced(k);
	return step("schedule()", (c) => {
		maySleep(k, c, "schedule()");
		if (signal_pending_state(c.me.state, c.me)) c.me.state = "RUNNING";
		const blocks = c.me.state !== "RUNNING" || !k.obeys("TS1");
		if (blocks || mayLeave(c)) leaveCpu(k, c);
		if (blocks) block(k, c);
	});
}

/** TS9: kthread_stop() is a signal that its thread never handles: in this state it sleeps no more. There are no other signals. */
export const signal_pending_state = (state: ContextRecord["state"], { should_stop }: ContextRecord): boolean =>
	should_stop && state === "INTERRUPTIBLE";

/**
 * The loop of a kernel thread: sleeps while `work` is false, after `first`. Testing and sleeping are one step: a wake-up between the
 * two would only keep schedule() from blocking, as one right after does.
 */
export function sleepUnless<C extends In>(
	k: Kernel,
	label: string,
	work: (c: NoInfer<C>) => boolean,
	first?: (c: NoInfer<C>) => void,
): Stmt<C, string> {
	return waitUntil(
		label,
		(c) => !work(c),
		(c) => {
			first?.(c);
			maySleep(k, c, label);
			sleepAs(k, c, "INTERRUPTIBLE");
		},
	);
}

/** Inside a step that ends with the task asleep, on a wait queue or not: `wake_up_process()` finds it in any case (TS8). */
export function sleepAs(
	k: Kernel,
	c: In,
	state: "INTERRUPTIBLE" | "UNINTERRUPTIBLE",
	wq: Id<"wait_queue"> | null = null,
): void {
	setState(c.me, state);
	leaveCpu(k, c);
	block(k, c);
	if (wq !== null) c.me.waits_on = wq;
}

export function setState(me: ContextRecord, state: ContextRecord["state"]): void {
	try {
		me.state = state;
	} catch (error) {
		throw undeclared(error, me);
	}
}

/** What a task changes when it sleeps is stored only of one that was declared to sleep. */
function undeclared(error: unknown, { level }: ContextRecord): unknown {
	if (!(error instanceof FixedField)) return error;
	if (level !== "task") return new ModelError(`an interrupt has no state of its own: this is ${level} context`);
	return new ModelError("a task that sleeps is declared to: addTask(…, { sleeps: true })");
}

/** The CPU is free for whoever is to have it next. */
export function leaveCpu(k: Kernel, { s, me }: Pick<In, "s" | "me">): void {
	s.cpu[me.cpu].curr = null;
	rescheduled(k, s, me.cpu);
	if (s.cpu[me.cpu].need_resched) s.cpu[me.cpu].need_resched = false;
}

/** The task sleeps in a wait of the library's own, which no model looks into. */
export function sleepUninterruptibly(k: Kernel, c: In): void {
	c.me.state = "UNINTERRUPTIBLE";
	c.me.on_rq = false;
	leaveCpu(k, c);
}

/** Off the run queue, until somebody wakes it. */
export function block(k: Kernel, c: In): void {
	try {
		c.me.on_rq = false;
	} catch (error) {
		throw undeclared(error, c.me);
	}
	// WQ3: a pool whose running worker blocks wakes another.
	k.onBlock?.(c);
}

/** What a step that wakes somebody has. Nobody's, as that of a timeout, has no context. */
export type Waker = Pick<In, "s" | "emit"> & Partial<Pick<In, "me">>;

/**
 * HP6: woken for a CPU that it may not use, a task is placed on another, and a bound thread loses its affinity for ever.
 * Where there are several others, it is the migration right after that chooses one.
 */
function fallBack(k: Kernel, s: KernelState, p: ContextRecord): void {
	p.unbound = true;
	const others = k.Cpu.all.filter((c) => isCpuAllowed(k, s, p, c));
	if (others.length === 1) p.cpu = others[0] as CpuId;
}

/** TS2: makes a sleeping task runnable; no effect on one that is RUNNING. Inside a step. Returns whether it woke. */
export function wake_up_process(k: Kernel, c: Waker, task: Id<"context">): boolean {
	const { s, emit } = c;
	const p = s.context[task];
	if (p.state === "RUNNING" || p.state === "PARKED" || !k.obeys("TS2")) return false;
	// TS3: of one that has not come to schedule() yet, only the state changes, so that schedule() will not block.
	if (p.on_rq && !k.obeys("TS3")) return false;
	p.state = "RUNNING";
	// LK2: it is blocked on a lock; that is the state it goes on with.
	if (p.waits_for !== null || p.on_rq) return true;
	activate(k, c, p);
	emit.woken(task);
	return true;
}

/** Inside a step: tasks are on the run queue again, of their CPU or, where one may not use that, of another (HP6). */
export function activate(k: Kernel, c: Waker, ...tasks: readonly ContextRecord[]): void {
	for (const p of tasks) {
		if (p.waits_on !== null) p.waits_on = null;
		if (k.outgoing !== undefined && !isCpuAllowed(k, c.s, p, p.cpu)) fallBack(k, c.s, p);
		resched_curr(k, c, p);
		leaveIdle(k, c.s, p.cpu);
		p.on_rq = true;
	}
	// In whatever order they came.
	if (k.reschedules) for (const p of tasks) fallBehind(k, c.s, p, null);
}
