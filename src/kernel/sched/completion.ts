import { choose, leave, loop, type Member, ModelError, type Stmt, waitUntil } from "../../lang/index.ts";
import type { In, Kernel, KernelState } from "../kernel.ts";
import { maySleep } from "./atomic.ts";
import type { Waker } from "./sleep.ts";
import { tasksWait, type WaitQueue, waitOn, waitQueue, wakeWaiters } from "./wait.ts";

// TS7: struct completion: a count of what has been completed and not been waited for, and who waits.

export type Completion = WaitQueue;

/** `done` after complete_all(): as many as there may ever be. */
export const ALL = 3;

/** Declares a completion, not completed yet. */
export function completion(k: Kernel, name: string, ...owners: readonly Member[]): Completion {
	const x = waitQueue(k, name, ...owners);
	k.completions.add(x);
	tasksWait(k);
	return x;
}

/** TS7: inside a step, in any context: one who waits goes on, or the next who comes. Who of several is open. */
export function complete(k: Kernel, c: Waker, x: Completion): void {
	const { done } = c.s.wait_queue[x];
	if (done === ALL - 1)
		throw new ModelError(
			`complete(&${k.WaitQueue.nameOf(x)}) ${ALL} times more than somebody waited for it: the library counts to ${ALL - 1}`,
		);
	if (done !== ALL && k.obeys("TS7")) c.s.wait_queue[x].done++;
	wakeWaiters(k, c, x);
}

/** TS7: inside a step, in any context: everybody goes on, until `reinit_completion()`. */
export function complete_all(k: Kernel, c: Waker, x: Completion): void {
	c.s.wait_queue[x].done = ALL;
	wakeWaiters(k, c, x);
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
	return loop<C, string>([
		choose<C, string>(
			[
				waitUntil<C, string>(
					label,
					(c) => completion_done(c.s, which(c)),
					(c) => {
						maySleep(k, c, label);
						const x = c.s.wait_queue[which(c)];
						if (x.done !== ALL) x.done--;
					},
				),
				leave(),
			],
			[
				waitUntil<C, string>(
					`${label} /* sleeps */`,
					(c) => !completion_done(c.s, which(c)),
					(c) => {
						maySleep(k, c, label);
						waitOn(k, c, which(c));
					},
				),
			],
		),
	]);
}
