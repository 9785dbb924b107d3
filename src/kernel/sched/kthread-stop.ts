import { again, block, choose, fault, type Id, leave, loop, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { ContextRecord, In, Kernel, KernelState } from "../kernel.ts";
import { maySleep } from "./atomic.ts";
import { mightSleep } from "./preempt.ts";
import { leaveCpu, type Waker, wake_up_process } from "./sleep.ts";
import { tasksWait, waitOn, waitQueue, wakeWaiters } from "./wait.ts";

// TS9: kthread_stop() and kthread_park(), which ask a kernel thread to end or to pause, and wait until it has.

/** A kernel thread, which may be added later than the statement is made. */
type Which = () => Id<"context">;

/** Inside a step of a kernel thread: whether it is asked to end, or to pause. */
export const kthread_should_stop = ({ me }: Pick<In, "me">): boolean => me.should_stop;
export const kthread_should_park = ({ me }: Pick<In, "me">): boolean => me.should_park;

/**
 * TS9: asks the thread to end, wakes it, also where it is parked, and sleeps until it has ended. An error in atomic context (PR1); and where
 * it is asked already, for only one who asks is told (P14).
 */
export function kthread_stop<C extends In = In>(k: Kernel, name: string, which: Which): Stmt<C, string> {
	k.tasksVary("should_stop", "state");
	const label = `kthread_stop(${name})`;
	return until<C>(k, "wait_for_completion(&kthread->exited)", ({ s }) => hasEnded(s.context[which()]), [
		step<C, string>(label, (c) => {
			maySleep(k, c, label);
			const { s } = c;
			if (s.context[which()].should_stop) fault("P14", `${label}, which is asked to stop already`);
			s.context[which()].should_stop = true;
			unparkIfParked(s, which());
			wake_up_process(k, c, which());
		}),
	]);
}

/**
 * TS9: asks the thread to pause, wakes it, and sleeps until it has parked, unless it is itself the thread; one that has ended or is asked
 * already is left alone. An error in atomic context (PR1).
 */
export function kthread_park<C extends In = In>(k: Kernel, name: string, which: Which): Stmt<C, string> {
	k.tasksVary("should_park", "state");
	const label = `kthread_park(${name})`;
	const ended = ({ s }: C): boolean => hasEnded(s.context[which()]);
	const isAsked = ({ s }: C): boolean => s.context[which()].should_park;
	const ask = waitUntil<C, string>(
		label,
		(c) => !ended(c) && !isAsked(c),
		(c) => {
			maySleep(k, c, label);
			c.s.context[which()].should_park = true;
			wake_up_process(k, c, which());
		},
	);
	const parked = ({ s, me }: C): boolean => s.context[which()].state === "PARKED" || which() === me.id;
	return choose<C, string>(
		[waitUntil<C, string>(`${label} /* -ENOSYS: it has ended */`, ended)],
		[waitUntil<C, string>(`${label} /* -EBUSY: it is asked already */`, (c) => !ended(c) && isAsked(c))],
		[ask, until<C>(k, "wait_for_completion(&kthread->parked)", parked)],
	);
}

/** TS9: it need not pause any more, and goes on where it has parked. */
export function kthread_unpark<C extends In = In>(k: Kernel, name: string, which: Which): Stmt<C, string> {
	k.tasksVary("should_park", "state");
	return step<C, string>(`kthread_unpark(${name})`, ({ s }) => unparkIfParked(s, which()));
}

/** TS9: sleeps until it need not park any more, which it looks at again once it is unparked. */
export function kthread_parkme<L extends string = "kthread_parkme()">(
	k: Kernel,
	label: L = "kthread_parkme()" as L,
	over = label,
): Stmt<In, L> {
	return loop<In, L>([
		choose<In, L>(
			[waitUntil(label, kthread_should_park, (c) => park(k, c)), again()],
			[
				waitUntil(
					over,
					(c) => !kthread_should_park(c),
					({ me }) => {
						me.state = "RUNNING";
					},
				),
				leave(),
			],
		),
	]);
}

/** Inside a step: off the run queue until it is unparked; whoever waits for that goes on. */
export function park(k: Kernel, c: In): void {
	c.me.state = "PARKED";
	c.me.on_rq = false;
	leaveCpu(k, c);
	const parker = k.parkers.get(c.me.id);
	if (parker !== undefined) wakeWaiters(k, c, parker);
	tellKthreadWaiters(k, c);
}

/** Inside a step: runnable, and bound again to its CPU. */
export function unpark(s: KernelState, thread: Id<"context">): void {
	const p = s.context[thread];
	p.state = "RUNNING";
	p.on_rq = true;
}

function unparkIfParked(s: KernelState, thread: Id<"context">): void {
	if (s.context[thread].should_park) s.context[thread].should_park = false;
	if (s.context[thread].state === "PARKED") unpark(s, thread);
}

/** Inside a step: whoever waits for threads to end, or to park, looks again. */
export function tellKthreadWaiters(k: Kernel, c: Waker): void {
	if (k.kthreadQueue !== undefined) wakeWaiters(k, c, k.kthreadQueue);
}

/** A task that is not asleep, and will never run again. */
const hasEnded = ({ on_rq, state, waits_for, waits_on }: ContextRecord): boolean =>
	!on_rq && state === "RUNNING" && waits_for === null && waits_on === null;

/** After `first`, sleeps until `over`. Whatever thread ends or parks, all who wait so look again. */
function until<C extends In>(
	k: Kernel,
	label: string,
	over: (c: C) => boolean,
	first: readonly Stmt<C, string>[] = [],
): Stmt<C, string> {
	k.kthreadQueue ??= waitQueue(k, "kthread");
	const queue = k.kthreadQueue;
	tasksWait(k);
	const isOver = (c: C): boolean => over(c) || !k.obeys("TS9");
	return block<C, string>(
		...first,
		mightSleep(k, label),
		loop<C, string>([
			choose<C, string>(
				[waitUntil<C, string>(label, isOver), leave()],
				[
					waitUntil<C, string>(
						`${label} /* sleeps */`,
						(c) => !isOver(c),
						(c) => waitOn(k, c, queue),
					),
				],
			),
		]),
	);
}
