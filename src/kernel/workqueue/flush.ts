import { routines, step, waitUntil } from "../../lang/index.ts";
import type { ContextRecord, Kernel, KernelEvents, KernelState } from "../kernel.ts";
import { maySleep } from "../sched/atomic.ts";
import { leaveCpu } from "../sched/sleep.ts";
import { isExecuting, type Work } from "./workqueue.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/**
 * flush_workqueue(): waits for what is queued or executed now of these works, which are those of the workqueue; not for
 * what is queued later, nor for a delayed work whose timer is armed. One task at a time may flush.
 */
export function flush_workqueue(k: Kernel, works: readonly Work[], label = "flush_workqueue(wq)") {
	k.flushes = true;
	return routine("flush_workqueue", {}, [
		step(label, (c) => {
			maySleep(k, c, label);
			const { s } = c;
			for (const work of works) {
				if (k.Cpu.all.some((cpu) => s.pool[cpu].worklist.includes(work))) s.work[work].flush = "queued";
				else if (k.Cpu.all.some((cpu) => isExecuting(k, s, cpu, work))) s.work[work].flush = "running";
			}
			leaveCpu(c);
		}),
		waitUntil(`${label} /* has waited */`, ({ s }) => works.every((work) => s.work[work].flush === "no")),
	]);
}
