import { type Id, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { In, Kernel, KernelState } from "../kernel.ts";
import { leaveCpu, wake_up_process } from "../sched/sleep.ts";
import { hasWaited, waitOn, waitQueue, wakeWaiters } from "../sched/wait.ts";
import { setUp } from "./cpuhp.ts";

// HP2, TS2: smpboot threads are parked while their CPU is offline, and no wake-up has an effect on a parked one.

/** smpboot_register_percpu_thread(): a per-CPU thread, which itself looks at kthread_should_park(). */
export function smpboot_register(k: Kernel, thread: Id<"context">): void {
	if (k.outgoing === undefined) return;
	const name = k.Context.nameOf(thread);
	k.varies(thread, "should_park", "state", "on_rq");
	k.parked ??= waitQueue(k, "kthread->parked");
	const { parked } = k;
	setUp(k, "CPUHP_AP_SMPBOOT_THREADS", {
		teardown: () => [
			step(`kthread_park(${name})`, (c) => {
				c.s.context[thread].should_park = true;
				wake_up_process(k, c, thread);
				waitOn(k, c, parked);
			}),
			waitUntil(`kthread_park(${name}) /* it has parked */`, hasWaited),
		],
		startup: () => [
			step(`kthread_unpark(${name})`, ({ s }) => {
				s.context[thread].should_park = false;
				unpark(s, thread);
			}),
		],
	});
}

/** Inside a step. */
export const kthread_should_park = ({ me }: In): boolean => me.should_park;

/** Sleeps until it is unparked, unless it need not park any more. */
export function kthread_parkme(k: Kernel): Stmt<In, "kthread_parkme()"> {
	return step("kthread_parkme()", (c) => {
		if (c.me.should_park) park(k, c);
		else c.me.state = "RUNNING";
	});
}

/** Inside a step: off the run queue until it is unparked; whoever waits for that goes on. */
export function park(k: Kernel, c: In): void {
	c.me.state = "PARKED";
	c.me.on_rq = false;
	leaveCpu(c);
	if (k.parked !== undefined) wakeWaiters(k, c, k.parked);
}

/** Inside a step: runnable, and bound again to its CPU. */
export function unpark(s: KernelState, thread: Id<"context">): void {
	const p = s.context[thread];
	p.state = "RUNNING";
	p.on_rq = true;
}
