import { type Id, ModelError } from "../../lang/index.ts";
import type { Kernel, KernelState } from "../kernel.ts";
import type { WaitQueue } from "./wait.ts";

// Waits that end for one at a time, who came first: for a completion (TS7), a mutex (LK5). The queue has the first, each task who comes after it.

/** Inside a step: the task is on the list, behind all but those that it goes before. A model error where it is on another. */
export function addWaiter(
	k: Kernel,
	s: KernelState,
	queue: WaitQueue,
	task: Id<"context">,
	goesBefore: (other: Id<"context">) => boolean = () => false,
): void {
	const other = k.WaitQueue.all.find((each) => !k.isFixedWaitQueueField(each, "first") && isWaiter(s, each, task));
	if (other !== undefined)
		throw new ModelError(
			`${k.Context.nameOf(task)} begins to wait on ${k.WaitQueue.nameOf(queue)}, and is on ${k.WaitQueue.nameOf(other)}: a task is on one queue at a time`,
		);
	let [last, next]: (Id<"context"> | null)[] = [null, s.wait_queue[queue].first];
	while (next !== null && !goesBefore(next)) [last, next] = [next, s.context[next].next_waiter];
	link(s, queue, last, task);
	s.context[task].next_waiter = next;
}

/** Inside a step: the task is not on the list any more. */
export function removeWaiter(s: KernelState, queue: WaitQueue, task: Id<"context">): void {
	let [last, next]: (Id<"context"> | null)[] = [null, s.wait_queue[queue].first];
	while (next !== null && next !== task) [last, next] = [next, s.context[next].next_waiter];
	if (next === null) return;
	link(s, queue, last, s.context[task].next_waiter);
	s.context[task].next_waiter = null;
}

/** Whether the task is on the list, asleep or not. */
export function isWaiter(s: KernelState, queue: WaitQueue, task: Id<"context">): boolean {
	let at = s.wait_queue[queue].first;
	while (at !== null && at !== task) at = s.context[at].next_waiter;
	return at !== null;
}

function link(s: KernelState, queue: WaitQueue, last: Id<"context"> | null, next: Id<"context"> | null): void {
	if (last === null) s.wait_queue[queue].first = next;
	else s.context[last].next_waiter = next;
}
