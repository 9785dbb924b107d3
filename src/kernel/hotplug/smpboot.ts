import { type Id, step, waitUntil } from "../../lang/index.ts";
import type { Kernel } from "../kernel.ts";
import { unpark } from "../sched/kthread-stop.ts";
import { wake_up_process } from "../sched/sleep.ts";
import { hasWaited, waitOn, waitQueue } from "../sched/wait.ts";
import { setUp } from "./cpuhp.ts";

// HP2, TS2: smpboot threads are parked while their CPU is offline, and no wake-up has an effect on a parked one.

/** smpboot_register_percpu_thread(): a per-CPU thread, which itself looks at kthread_should_park(). */
export function smpboot_register(k: Kernel, thread: Id<"context">): void {
	if (k.outgoing === undefined) return;
	const name = k.Context.nameOf(thread);
	k.varies(thread, "should_park", "state", "on_rq");
	const parked = waitQueue(k, `${name}: kthread->parked`);
	k.parkers.set(thread, parked);
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
