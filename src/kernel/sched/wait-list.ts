import type { Id } from "../../lang/index.ts";
import type { KernelState } from "../kernel.ts";
import type { WaitQueue } from "./wait.ts";

// Waits that end for one at a time, who came first: for a completion (TS7), a mutex (LK5). The queue has the first, each task who comes after it.

/** Inside a step: the task is on the list, behind all but those that it goes before. */
export function addWaiter(
	s: KernelState,
	queue: WaitQueue,
	task: Id<"context">,
	goesBefore: (other: Id<"context">) => boolean = () => false,
): void {
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
