import { type Id, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { In, Kernel } from "../kernel.ts";
import { unpark } from "../sched/kthread-stop.ts";
import { wake_up_process } from "../sched/sleep.ts";
import { hasWaited, type WaitQueue, waitOn, waitQueue } from "../sched/wait.ts";
import { setUp } from "./cpuhp.ts";

// HP2, TS2: smpboot threads are parked while their CPU is offline, and no wake-up has an effect on a parked one.

/**
 * smpboot_register_percpu_thread(): a per-CPU thread, which itself looks at kthread_should_park(). HP2: those that are registered
 * first are parked first and unparked last: ksoftirqd before irq_work/N, both when the kernel starts, and these before a model's.
 */
export function smpboot_register(k: Kernel, thread: Id<"context">): void {
	if (k.outgoing === undefined) return;
	k.varies(thread, "should_park", "state", "on_rq");
	if (k.parkers.size === 0)
		setUp(k, "CPUHP_AP_SMPBOOT_THREADS", {
			teardown: () => hotplugThreads(k).flatMap((each) => smpboot_park_thread(k, each)),
			startup: () => hotplugThreads(k).reverse().map(smpboot_unpark_thread(k)),
		});
	k.parkers.set(thread, waitQueue(k, `${k.Context.nameOf(thread)}: kthread->parked`));
}

/** In the order in which the kernel has registered them. */
function hotplugThreads(k: Kernel): Id<"context">[] {
	const rank = (thread: Id<"context">): number =>
		k.ksoftirqd.includes(thread) ? 0 : k.irqWorkThreads.includes(thread) ? 1 : 2;
	return [...k.parkers.keys()].sort((one, other) => rank(one) - rank(other));
}

function smpboot_park_thread(k: Kernel, thread: Id<"context">): Stmt<In, string>[] {
	const label = `kthread_park(${k.Context.nameOf(thread)})`;
	return [
		step(label, (c) => {
			c.s.context[thread].should_park = true;
			wake_up_process(k, c, thread);
			waitOn(k, c, k.parkers.get(thread) as WaitQueue);
		}),
		waitUntil(`${label} /* it has parked */`, hasWaited),
	];
}

const smpboot_unpark_thread =
	(k: Kernel) =>
	(thread: Id<"context">): Stmt<In, string> =>
		step(`kthread_unpark(${k.Context.nameOf(thread)})`, ({ s }) => {
			s.context[thread].should_park = false;
			unpark(s, thread);
		});
