import {
	block,
	choose,
	type EventTypes,
	leave,
	loop,
	type Member,
	ModelError,
	type Stmt,
	waitUntil,
} from "../../lang/index.ts";
import type { In, Kernel, KernelState, LinuxSystem } from "../kernel.ts";
import { maySleep } from "./atomic.ts";
import { mightSleep } from "./preempt.ts";
import type { Waker } from "./sleep.ts";
import { bare } from "./task.ts";
import { addTimeout, tasksQueue, type WaitQueue, waitOn, waitQueue, wakeWaiter } from "./wait.ts";
import { addWaiter, isWaiter, removeWaiter } from "./wait-list.ts";

// TS7: struct completion: a count of what has been completed and not been waited for, and who waits.

export type Completion = WaitQueue;

/** `done` after complete_all(): as many as there may ever be. */
const ALL = 3;

/** Declares a completion, not completed yet. */
export function completion(k: Kernel, name: string, ...owners: readonly Member[]): Completion {
	const x = waitQueue(k, name, ...owners);
	k.completions.set(x, owners);
	k.waitQueueVaries(x, "done", "first");
	tasksQueue(k);
	return x;
}

/** TS7: inside a step, in any context: who waits first is woken. One that comes before it has run may go on instead. */
export function complete(k: Kernel, c: Waker, x: Completion): void {
	const { done } = c.s.wait_queue[x];
	if (done === ALL - 1)
		throw new ModelError(
			`complete(&${k.WaitQueue.nameOf(x)}) ${ALL} times more than somebody waited for it: the library counts to ${ALL - 1}`,
		);
	if (done !== ALL && k.obeys("TS7")) c.s.wait_queue[x].done++;
	wakeFirst(k, c, x);
}

/** TS7: inside a step, in any context: everybody goes on, until `reinit_completion()`. */
export function complete_all(k: Kernel, c: Waker, x: Completion): void {
	c.s.wait_queue[x].done = ALL;
	while (wakeFirst(k, c, x));
}

/** Takes the first off the list; it is awake where its time is over. */
function wakeFirst(k: Kernel, c: Waker, x: Completion): boolean {
	const { first } = c.s.wait_queue[x];
	if (first === null) return false;
	removeWaiter(c.s, x, first);
	wakeWaiter(k, c, first);
	return true;
}

/** TS7: inside a step: what was completed does not count any more. */
export function reinit_completion(s: KernelState, x: Completion): void {
	s.wait_queue[x].done = 0;
}

/** TS7: whether one who came now would not have to wait. */
export const completion_done = (s: KernelState, x: Completion): boolean => s.wait_queue[x].done > 0;

/** TS7: sleeps until it is completed, and takes one of the count. An error in atomic context, whether or not it has to sleep (PR1). */
export function wait_for_completion<C extends In = In>(
	k: Kernel,
	name: string,
	which: (c: C) => Completion,
): Stmt<C, string> {
	const label = `wait_for_completion(&${name})`;
	const { take, sleep } = waiting(k, label, which);
	return block<C, string>(
		mightSleep(k, label),
		loop<C, string>([choose<C, string>([take(), leave()], [sleep(which)])]),
	);
}

/**
 * TS7: the same, but for so long only: time is abstract, so a sleeper may wake at any time, and `then` is told whether it was completed. One that
 * finds it completed when it wakes is in time. The completions are declared before.
 */
export function wait_for_completion_timeout<S extends KernelState, T extends EventTypes, C extends In = In>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	name: string,
	which: (c: C) => Completion,
	then: (c: C, completed: boolean) => void,
): Stmt<C, string> {
	const label = `wait_for_completion_timeout(&${name})`;
	for (const [x, owners] of k.completions) addTimeout(k, bare(sys), x, owners);
	const { take, sleep } = waiting(k, label, which);
	const inTime = take((c) => then(c, true));
	const late = waitUntil<C, string>(
		`${label} /* too late */`,
		(c) => !completion_done(c.s, which(c)),
		(c) => {
			removeWaiter(c.s, which(c), c.me.id);
			then(c, false);
		},
	);
	const sleeps = sleep((c) => k.timedWaits.get(which(c)) as WaitQueue);
	// Of what others have taken meanwhile there is to be more, perhaps in time.
	const woken = loop<C, string>([choose<C, string>([inTime, leave()], [late, leave()], [sleeps])]);
	return block<C, string>(mightSleep(k, label), choose<C, string>([inTime], [sleeps, woken]));
}

/** The two ways to go about a wait: what is completed is taken, and for what is not the task sleeps. */
function waiting<C extends In>(k: Kernel, label: string, which: (c: C) => Completion) {
	return {
		take: (then?: (c: C) => void): Stmt<C, string> =>
			waitUntil<C, string>(
				label,
				(c) => completion_done(c.s, which(c)),
				(c) => {
					maySleep(k, c, label);
					const x = which(c);
					removeWaiter(c.s, x, c.me.id);
					if (c.s.wait_queue[x].done !== ALL) c.s.wait_queue[x].done--;
					then?.(c);
				},
			),
		sleep: (queue: (c: C) => WaitQueue): Stmt<C, string> =>
			waitUntil<C, string>(
				`${label} /* sleeps */`,
				(c) => !completion_done(c.s, which(c)),
				(c) => {
					maySleep(k, c, label);
					if (!isWaiter(c.s, which(c), c.me.id)) addWaiter(k, c.s, which(c), c.me.id);
					waitOn(k, c, queue(c));
				},
			),
	};
}
