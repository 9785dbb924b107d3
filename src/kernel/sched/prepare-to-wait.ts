import { type Stmt, step } from "../../lang/index.ts";
import type { In, Kernel } from "../kernel.ts";
import { mayBlock } from "./atomic.ts";
import { setState, type Waker, wake_up_process } from "./sleep.ts";
import type { WaitQueue } from "./wait.ts";
import { addWaiter, isWaiter, removeWaiter } from "./wait-list.ts";

// TS8: waits that are written out, and who is woken of those that are exclusive.

type State = "INTERRUPTIBLE" | "UNINTERRUPTIBLE";

/** TS8: puts the task on a wait queue, before all others, if it is not there yet, and sets its state. On one queue at a time. */
export const prepare_to_wait = <L extends State>(k: Kernel, wq: WaitQueue, state: L): Stmt<In, string> =>
	preparing(k, wq, state, false);

/** TS8: the same behind all others, as a waiter of whom `wake_up()` wakes one. */
export const prepare_to_wait_exclusive = <L extends State>(k: Kernel, wq: WaitQueue, state: L): Stmt<In, string> =>
	preparing(k, wq, state, true);

function preparing(k: Kernel, wq: WaitQueue, state: State, exclusive: boolean): Stmt<In, string> {
	listed(k, wq);
	const name = exclusive ? "prepare_to_wait_exclusive" : "prepare_to_wait";
	const label = `${name}(&${k.WaitQueue.nameOf(wq)}, &wait, TASK_${state})`;
	return step(label, (c) => {
		const { s, me } = c;
		if (k.rt) mayBlock(k, c, label);
		if (!isWaiter(s, wq, me.id)) {
			me.exclusive = exclusive;
			addWaiter(k, s, wq, me.id, () => !exclusive);
		}
		setState(me, state);
	});
}

/** TS8: takes the task off the queue, if nobody who woke it has, and it is RUNNING. */
export function finish_wait(k: Kernel, wq: WaitQueue): Stmt<In, string> {
	listed(k, wq);
	const label = `finish_wait(&${k.WaitQueue.nameOf(wq)}, &wait)`;
	return step(label, (c) => {
		if (k.rt) mayBlock(k, c, label);
		setState(c.me, "RUNNING");
		removeWaiter(c.s, wq, c.me.id);
		if (c.me.exclusive) c.me.exclusive = false;
	});
}

function listed(k: Kernel, wq: WaitQueue): void {
	k.waitQueueVaries(wq, "first");
	k.tasksVary("next_waiter", "exclusive", "on_rq", "state");
}

/** Inside a step: wakes all on the queue who are not exclusive, and so many of those who are, in order; who is woken leaves it. */
export function wakeListed(k: Kernel, c: Waker, wq: WaitQueue, exclusive: number): void {
	if (!isListed(k, wq)) return;
	const { s } = c;
	let left = exclusive;
	let at = s.wait_queue[wq].first;
	while (at !== null && left > 0) {
		const task = s.context[at];
		const next = task.next_waiter;
		if (wake_up_process(k, c, at)) {
			if (task.exclusive) left--;
			removeWaiter(s, wq, at);
		}
		at = next;
	}
}

/** Whether somebody waits there in this way. */
export const isListed = (k: Kernel, wq: WaitQueue): boolean => !k.isFixedWaitQueueField(wq, "first");
