import { type Id, loop, type Member, type Routine, routines, waitUntil } from "../../lang/index.ts";
import type { ContextRecord, In, Kernel, KernelEvents, KernelEventTypes, KernelState, LinuxSystem } from "../kernel.ts";
import { activate, block, leaveCpu, type Waker } from "./sleep.ts";

// Waits of the library's own in process context, for a completion or a semaphore. Who ends the wait wakes exactly those
// who wait: no other wake-up has an effect, for in the kernel the sleeper would look again and sleep on.

export type WaitQueue = Id<"wait_queue">;

/** Declares what tasks may wait for. */
export function waitQueue(k: Kernel, name: string, ...owners: readonly Member[]): WaitQueue {
	return k.WaitQueue.add(name, ...owners);
}

/** Some task of this scenario waits; who makes a statement in which it does says so. */
export const tasksWait = (k: Kernel): void => k.tasksVary("waits_on", "on_rq");

/** The same, of one that waits in order. */
export const tasksQueue = (k: Kernel): void => k.tasksVary("waits_on", "on_rq", "next_waiter");

/** Inside a step that ends with the task asleep: off its CPU and the run queue. WQ3: a worker lets another run. */
export function waitOn(k: Kernel, c: In, queue: WaitQueue): void {
	leaveCpu(k, c);
	block(k, c);
	c.me.waits_on = queue;
	// In whatever state it began to wait.
	c.me.state = "RUNNING";
}

/** The guard of the step that the task goes on with. */
export const hasWaited = ({ me }: Pick<In, "me">): boolean => me.waits_on === null;

/** Inside a step: all who wait there are runnable. */
export function wakeWaiters(k: Kernel, c: Waker, queue: WaitQueue): void {
	wake(
		k,
		c,
		k.tasks.filter((id) => c.s.context[id].waits_on === queue),
	);
}

/** Inside a step: it waits no more; no effect on one that does not. */
export function wakeWaiter(k: Kernel, c: Waker, id: Id<"context">): void {
	if (c.s.context[id].waits_on !== null) wake(k, c, [id]);
}

function wake(k: Kernel, c: Waker, waiters: readonly Id<"context">[]): void {
	const { s, emit } = c;
	// One that sleeps in wait_event() has a state besides (TS8).
	for (const id of waiters) if (s.context[id].state !== "RUNNING") s.context[id].state = "RUNNING";
	activate(k, c, ...waiters.map((id) => s.context[id]));
	for (const id of waiters) emit.woken(id);
}

/** Inside a step: all who wait in one place wait in another. */
export function moveWaiters(k: Kernel, s: KernelState, from: WaitQueue, to: WaitQueue): void {
	for (const id of k.tasks) if (s.context[id].waits_on === from) s.context[id].waits_on = to;
}

/** Whether a task waits there. */
export const isAwaited = (k: Kernel, s: KernelState, queue: WaitQueue): boolean =>
	k.tasks.some((id) => s.context[id].waits_on === queue);

/**
 * What a process does that ends a wait for something that no step does on purpose: it notices it, at any time, does `then`,
 * and wakes who waits.
 */
export function notices(
	k: Kernel,
	name: string,
	label: string,
	queue: WaitQueue,
	condition: (s: KernelState) => boolean,
	then: (s: KernelState) => void = () => {},
): Routine<object, undefined, In, string> {
	return routines<KernelState, ContextRecord, KernelEvents>()(name, {}, [
		loop<In, string>([
			waitUntil(
				label,
				({ s }) => isAwaited(k, s, queue) && condition(s),
				({ s, emit }) => {
					then(s);
					wakeWaiters(k, { s, emit }, queue);
				},
			),
		]),
	]);
}

/** Who waits for this so long only does so apart, where a process of its own wakes it at any time; `owners`: whose it is. */
export function addTimeout(
	k: Kernel,
	sys: LinuxSystem<KernelState, KernelEventTypes>,
	x: WaitQueue,
	owners: readonly Member[],
): void {
	if (k.timedWaits.has(x)) return;
	const name = k.WaitQueue.nameOf(x);
	const timed = waitQueue(k, `${name}, or so long`, ...owners);
	k.timedWaits.set(x, timed);
	const timeout = notices(k, "process_timeout", `<timeout: ${name}>`, timed, () => true);
	sys.process(`timeout of ${name}`, timeout, { of: owners });
}
