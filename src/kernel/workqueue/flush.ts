import { routines, step, waitUntil } from "../../lang/index.ts";
import type { ContextRecord, Kernel, KernelEvents, KernelState } from "../kernel.ts";
import { maySleep } from "../sched/atomic.ts";
import { hasWaited, tasksWait, waitOn, waitQueue } from "../sched/wait.ts";
import { isExecuting, isFlushed, type Work } from "./workqueue.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/**
 * flush_workqueue(): waits for what is queued or executed now of these works, which are those of the workqueue; not for
 * what is queued later, nor for a delayed work whose timer is armed. One task at a time may flush.
 */
export function flush_workqueue(k: Kernel, works: readonly Work[], label = "flush_workqueue(wq)") {
	k.flushQueue ??= waitQueue(k, "flush_workqueue()");
	const queue = k.flushQueue;
	tasksWait(k);
	return routine("flush_workqueue", {}, [
		step(label, (c) => {
			maySleep(k, c, label);
			const { s } = c;
			for (const work of works) {
				if (k.Cpu.all.some((cpu) => s.pool[cpu].worklist.includes(work))) s.work[work].flush = "queued";
				else if (k.Cpu.all.some((cpu) => isExecuting(k, s, cpu, work))) s.work[work].flush = "running";
			}
			if (!isFlushed(k, s)) waitOn(k, c, queue);
		}),
		waitUntil(`${label} /* has waited */`, hasWaited),
	]);
}
