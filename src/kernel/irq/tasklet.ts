import {
	block,
	choose,
	type EventTypes,
	type Id,
	leave,
	loop,
	type Member,
	ModelError,
	type Stmt,
	step,
	waitUntil,
} from "../../lang/index.ts";
import type { CpuId, In, InModel, Kernel, KernelState, LinuxSystem, Sees } from "../kernel.ts";
import { requireOwn } from "../own.ts";
import { maySleep } from "../sched/atomic.ts";
import { requirePositive } from "../sched/count.ts";
import { mightSleep } from "../sched/preempt.ts";
import { tasksWait, type WaitQueue, waitOn, waitQueue, wakeWaiters } from "../sched/wait.ts";
import type { Softirq } from "../sets.ts";
import { raise_softirq_irqoff, type SoftirqAction } from "./softirq.ts";

/** A `struct tasklet_struct`. */
export type Tasklet = Id<"tasklet">;

/** Declares a tasklet, before addSoftirqs(). `callback` is called with interrupts on. */
export function tasklet_setup<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	name: string,
	callback: SoftirqAction<InModel<S, T>>,
	...owners: readonly Member[]
): Tasklet {
	requireOwn(k, sys, `tasklet ${name}`);
	requireEarly(k, `tasklet ${name}`);
	k.taskletCallbacks.push(callback as unknown as SoftirqAction);
	return k.Tasklet.add(name, ...owners);
}

/**
 * SQ11: makes what puts a tasklet on the list of the CPU at hand, inside a step, unless it is on one, and raises the softirq
 * that serves it. Made before addSoftirqs().
 */
export const tasklet_schedule = (k: Kernel) => scheduling(k, "tasklet_schedule()", "TASKLET_SOFTIRQ");

/** SQ11: the same, to be served before all other softirqs. */
export const tasklet_hi_schedule = (k: Kernel) => scheduling(k, "tasklet_hi_schedule()", "HI_SOFTIRQ");

function scheduling(k: Kernel, name: string, nr: TaskletSoftirq): (c: In, tasklet: Tasklet) => void {
	if (!k.softirqs.includes(nr)) requireEarly(k, name);
	const raise = raise_softirq_irqoff(k, nr, "addSoftirqs(k, sys)");
	return (c, tasklet) => {
		if (c.s.tasklet[tasklet].sched) return;
		c.s.tasklet[tasklet].sched = true;
		append(c.s, headOf(c, nr), tasklet);
		raise(c);
	};
}

function requireEarly(k: Kernel, what: string): void {
	if (k.served.has("addSoftirqs(k, sys)"))
		throw new ModelError(`${what}: to be made before addSoftirqs(), which serves the tasklets that there are`);
}

/** The two softirqs of tasklets. */
export type TaskletSoftirq = Extract<Softirq, "HI_SOFTIRQ" | "TASKLET_SOFTIRQ">;
type Head = KernelState["tasklet_vec"][CpuId];

/** The lists of the CPU at hand, or of another. */
export const headOf = ({ s, me }: Sees, nr: TaskletSoftirq, cpu: CpuId = me.cpu): Head =>
	nr === "HI_SOFTIRQ" ? s.tasklet_hi_vec[cpu] : s.tasklet_vec[cpu];

/** Behind all others. */
export function append(s: KernelState, vec: Head, tasklet: Tasklet): void {
	if (vec.head === null) {
		vec.head = tasklet;
		return;
	}
	let last = vec.head;
	for (let next: Tasklet | null = last; next !== null; next = s.tasklet[last].next) last = next;
	s.tasklet[last].next = tasklet;
}

/** SQ14: a step of the control task after CPU `dead` has died: what is scheduled there goes behind what is scheduled here. */
export function takeover_tasklets(k: Kernel, dead: CpuId): Stmt<In, string> {
	const served = (["TASKLET_SOFTIRQ", "HI_SOFTIRQ"] as const)
		.filter((nr) => k.softirqs.includes(nr))
		.map((nr) => ({ nr, raise: raise_softirq_irqoff(k, nr, "addSoftirqs(k, sys)") }));
	return step(`takeover_tasklets(${dead})`, (c) => {
		for (const { nr, raise } of served) {
			const from = headOf(c, nr, dead);
			if (from.head !== null && k.obeys("SQ14")) {
				append(c.s, headOf(c, nr), from.head);
				from.head = null;
			}
			raise(c);
		}
	});
}

/** SQ13: it does not run from here on until it is enabled again, as often as it was disabled. Sleeps while it runs: an error in atomic context. */
export const tasklet_disable = <C extends In>(k: Kernel, tasklet: Tasklet): Stmt<C, string> =>
	block(tasklet_disable_nosync(k, tasklet), tasklet_unlock_wait(k, "tasklet_disable", tasklet));

/** SQ13: the same, and spins; for old drivers. Not on RT. */
export function tasklet_disable_in_atomic<C extends In>(k: Kernel, tasklet: Tasklet): Stmt<C, string> {
	if (k.rt)
		throw new ModelError("tasklet_disable_in_atomic() is not modelled on PREEMPT_RT, where it does more than spin");
	const label = `tasklet_disable_in_atomic(&${k.Tasklet.nameOf(tasklet)}): tasklet_unlock_spin_wait()`;
	return block(
		tasklet_disable_nosync(k, tasklet),
		waitUntil<C, string>(label, ({ s }) => !isRunning(k, s, tasklet)),
	);
}

/** SQ13: the same, and waits for nothing: it may still run. */
export function tasklet_disable_nosync<C extends In>(k: Kernel, tasklet: Tasklet): Stmt<C, string> {
	k.disablesTasklets = true;
	return step<C, string>(`tasklet_disable_nosync(&${k.Tasklet.nameOf(tasklet)})`, ({ s }) => {
		s.tasklet[tasklet].count++;
	});
}

/** SQ13: what is scheduled meanwhile runs now. Where it was not disabled raises `negative-count`. */
export function tasklet_enable<C extends In>(k: Kernel, tasklet: Tasklet): Stmt<C, string> {
	k.disablesTasklets = true;
	const label = `tasklet_enable(&${k.Tasklet.nameOf(tasklet)})`;
	return step<C, string>(label, (c) => {
		requirePositive(k, c, c.s.tasklet[tasklet].count, label, "the disable count");
		c.s.tasklet[tasklet].count--;
	});
}

/** SQ13: sleeps until it is neither scheduled nor runs: an error in atomic context. One that is disabled meanwhile is waited for until it is enabled. */
export function tasklet_kill<C extends In>(k: Kernel, tasklet: Tasklet): Stmt<C, string> {
	const label = `tasklet_kill(&${k.Tasklet.nameOf(tasklet)})`;
	const isScheduled = ({ s }: C): boolean => s.tasklet[tasklet].sched && k.obeys("SQ13");
	return block<C, string>(
		// Meanwhile nobody else schedules it.
		waiting<C>(k, `${label}: wait_on_bit_lock(TASKLET_STATE_SCHED)`, tasklet, isScheduled, ({ s }) => {
			s.tasklet[tasklet].sched = true;
		}),
		tasklet_unlock_wait<C>(k, "tasklet_kill", tasklet),
		step<C, string>(`${label}: tasklet_clear_sched()`, (c) => tasklet_clear_sched(k, c, tasklet)),
	);
}

/** Inside a step: it may be scheduled again. */
export function tasklet_clear_sched(k: Kernel, c: In, tasklet: Tasklet): void {
	c.s.tasklet[tasklet].sched = false;
	wake(k, c, tasklet);
}

/** Inside a step: it does not run any more. */
export function tasklet_unlock(k: Kernel, c: In, tasklet: Tasklet): void {
	c.s.tasklet[tasklet].run = false;
	wake(k, c, tasklet);
}

function wake(k: Kernel, c: In, tasklet: Tasklet): void {
	const queue = k.taskletQueues.get(tasklet);
	if (queue !== undefined) wakeWaiters(k, c, queue);
}

const isRunning = (k: Kernel, s: KernelState, tasklet: Tasklet): boolean => s.tasklet[tasklet].run && k.obeys("SQ13");

const tasklet_unlock_wait = <C extends In>(k: Kernel, name: string, tasklet: Tasklet): Stmt<C, string> =>
	waiting<C>(k, `${name}(&${k.Tasklet.nameOf(tasklet)}): tasklet_unlock_wait()`, tasklet, ({ s }) =>
		isRunning(k, s, tasklet),
	);

/** Sleeps while the tasklet is `busy`; `then` belongs to the look that finds that it is not. */
function waiting<C extends In>(
	k: Kernel,
	label: string,
	tasklet: Tasklet,
	busy: (c: C) => boolean,
	then: (c: C) => void = () => {},
): Stmt<C, string> {
	tasksWait(k);
	const queue: WaitQueue =
		k.taskletQueues.get(tasklet) ?? waitQueue(k, `${k.Tasklet.nameOf(tasklet)}->state`, k.Tasklet.member(tasklet));
	k.taskletQueues.set(tasklet, queue);
	const sleeps = waitUntil<C, string>(`${label} /* waits */`, busy, (c) => {
		maySleep(k, c, label);
		waitOn(k, c, queue);
	});
	const goesOn = waitUntil<C, string>(
		label,
		(c) => !busy(c),
		(c) => {
			maySleep(k, c, label);
			then(c);
		},
	);
	return block<C, string>(mightSleep(k, label), loop<C, string>([choose<C, string>([goesOn, leave()], [sleeps])]));
}
