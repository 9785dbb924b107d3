import { block, choose, type EventTypes, leave, loop, type Member, type Stmt, waitUntil } from "../../lang/index.ts";
import type { In, Kernel, KernelState, LinuxSystem } from "../kernel.ts";
import { mayBlock, maySleep } from "./atomic.ts";
import { mightSleep } from "./preempt.ts";
import { isListed, wakeListed } from "./prepare-to-wait.ts";
import { signal_pending_state, sleepAs, type Waker } from "./sleep.ts";
import { bare } from "./task.ts";
import { addTimeout, isAwaited, type WaitQueue, waitQueue, wakeWaiters } from "./wait.ts";

// TS8: wait_event() and its like: sleep until a condition is true, which whoever makes it true wakes the sleeper to test again.

/** A `wait_queue_head_t`. */
export type WaitQueueHead = WaitQueue;

/** Declares a wait queue. */
export function wait_queue_head(k: Kernel, name: string, ...owners: readonly Member[]): WaitQueueHead {
	const wq = waitQueue(k, name, ...owners);
	k.waitQueueHeads.set(wq, owners);
	k.tasksVary("waits_on", "on_rq", "state");
	return wq;
}

/**
 * TS8: inside a step: all who wait there test their condition again, but of exclusive waiters the first alone. On RT its lock sleeps: an error in a
 * hard interrupt (LK2).
 */
export const wake_up = (k: Kernel, c: Waker & Pick<In, "me">, wq: WaitQueueHead): void =>
	waking(k, c, wq, "wake_up", 1);

/** TS8: the same, of so many exclusive waiters, or all. */
export const wake_up_nr = (k: Kernel, c: Waker & Pick<In, "me">, wq: WaitQueueHead, nr: number): void =>
	waking(k, c, wq, "wake_up_nr", nr);
export const wake_up_all = (k: Kernel, c: Waker & Pick<In, "me">, wq: WaitQueueHead): void =>
	waking(k, c, wq, "wake_up_all", Number.POSITIVE_INFINITY);

function waking(k: Kernel, c: Waker & Pick<In, "me">, wq: WaitQueueHead, name: string, exclusive: number): void {
	if (k.rt) mayBlock(k, c, `${name}(&${k.WaitQueue.nameOf(wq)})`);
	if (!k.obeys("TS8")) return;
	wakeWaiters(k, c, wq);
	const timed = k.timedWaits.get(wq);
	if (timed !== undefined) wakeWaiters(k, c, timed);
	wakeListed(k, c, wq, exclusive);
}

/** Inside a step: whether anybody waits there. */
export function waitqueue_active(k: Kernel, s: KernelState, wq: WaitQueueHead): boolean {
	const timed = k.timedWaits.get(wq);
	if (isListed(k, wq) && s.wait_queue[wq].first !== null) return true;
	return isAwaited(k, s, wq) || (timed !== undefined && isAwaited(k, s, timed));
}

/** A wait queue and the condition as C has it; or, for who is woken by `wake_up_process()` alone, the whole statement. */
export type Until = string | { readonly wq: WaitQueueHead; readonly until: string };

/**
 * TS8: sleeps until `condition`, and does `then` in the step that finds it true. Whoever makes it true calls `wake_up()` afterwards. An error in
 * atomic context (PR1), whether or not it has to sleep: might_sleep() comes first.
 */
export function wait_event<C extends In>(
	k: Kernel,
	until: Until,
	condition: (c: NoInfer<C>) => boolean,
	then: (c: NoInfer<C>) => void = () => {},
): Stmt<C, string> {
	return waiting<C>(k, "wait_event", "UNINTERRUPTIBLE", until, condition, then);
}

/**
 * TS8: the same, asleep as a daemon is, which may be so for ever (P14). A kernel thread that is asked to stop does not wait, and does not do
 * `then` where `condition` is false (TS9).
 */
export function wait_event_interruptible<C extends In>(
	k: Kernel,
	until: Until,
	condition: (c: NoInfer<C>) => boolean,
	then: (c: NoInfer<C>) => void = () => {},
): Stmt<C, string> {
	return waiting<C>(k, "wait_event_interruptible", "INTERRUPTIBLE", until, condition, then);
}

/**
 * TS8: the same, but for so long only: time is abstract, so a sleeper may wake at any time, and `then` is told whether the condition was true
 * when it did.
 */
export function wait_event_timeout<S extends KernelState, T extends EventTypes, C extends In = In>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	until: Exclude<Until, string>,
	condition: (c: NoInfer<C>) => boolean,
	then: (c: NoInfer<C>, inTime: boolean) => void,
): Stmt<C, string> {
	const { wq } = until;
	addTimeout(k, bare(sys), wq, k.waitQueueHeads.get(wq) ?? []);
	const label = labelOf(k, "wait_event_timeout", until);
	const timed = k.timedWaits.get(wq) as WaitQueue;
	const inTime = takes<C>(k, label, condition, (c) => then(c, true));
	const late = waitUntil<C, string>(
		`${label} /* too late */`,
		(c) => !condition(c),
		(c) => then(c, false),
	);
	const sleep = sleeps<C>(k, label, timed, "UNINTERRUPTIBLE", condition);
	const woken = loop<C, string>([choose<C, string>([inTime, leave()], [late, leave()], [sleep])]);
	return block<C, string>(mightSleep(k, label), choose<C, string>([inTime], [sleep, woken]));
}

function waiting<C extends In>(
	k: Kernel,
	name: string,
	state: "INTERRUPTIBLE" | "UNINTERRUPTIBLE",
	until: Until,
	condition: (c: C) => boolean,
	then: (c: C) => void,
): Stmt<C, string> {
	const label = labelOf(k, name, until);
	const wq = typeof until === "string" ? null : until.wq;
	const isInterrupted = (c: C): boolean => !condition(c) && signal_pending_state(state, c.me);
	const wait = loop<C, string>([
		choose<C, string>(
			[takes<C>(k, label, condition, then), leave()],
			[takes<C>(k, `${label} /* -ERESTARTSYS */`, isInterrupted, () => {}), leave()],
			[sleeps<C>(k, label, wq, state, (c) => condition(c) || isInterrupted(c))],
		),
	]);
	return block<C, string>(mightSleep(k, label), wait);
}

const labelOf = (k: Kernel, name: string, until: Until): string =>
	typeof until === "string" ? until : `${name}(${k.WaitQueue.nameOf(until.wq)}, ${until.until})`;

const takes = <C extends In>(k: Kernel, label: string, condition: (c: C) => boolean, then: (c: C) => void) =>
	waitUntil<C, string>(label, condition, (c) => {
		maySleep(k, c, label);
		then(c);
	});

/**
 * Test and sleep are one step: a wake-up between the two would only keep schedule() from blocking, as one right after does, and who asks
 * whether it waits (waitqueue_active()) could have asked before.
 */
const sleeps = <C extends In>(
	k: Kernel,
	label: string,
	wq: WaitQueueHead | null,
	state: "INTERRUPTIBLE" | "UNINTERRUPTIBLE",
	condition: (c: C) => boolean,
) =>
	waitUntil<C, string>(
		`${label} /* sleeps */`,
		(c) => !condition(c),
		(c) => {
			maySleep(k, c, label);
			sleepAs(k, c, state, wq);
		},
	);
