import type { Exit, Id } from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelState } from "../kernel.ts";
import { maySleep } from "./atomic.ts";
import { isRcuReader } from "./context.ts";
import { tellKthreadWaiters } from "./kthread-stop.ts";
import { leaveCpu } from "./sleep.ts";

type Leaving = Pick<In, "s" | "me" | "emit">;

/**
 * do_exit(): a task leaves its CPU and the run queue for good. What one that has nothing left to do keeps from others is its CPU
 * alone, so where nobody asks after it (`unasked`) it does so together with its last step. It is a step of its own of a task
 * that its last step has put to sleep, or left where it may not sleep (P15).
 */
export function exitOf(k: Kernel, id: Id<"context">, unasked: boolean): Exit<Pick<In, "s" | "me">, Leaving> {
	const exit = { label: "<do_exit()>", enter: (c: Leaving) => do_exit(k, c) };
	// A grace period asks whether a CPU whose task is not preempted is on its way to the next; kthread_stop() whether a task has ended (TS9).
	const isUnasked = (): boolean =>
		(k.preemptive || k.gpQueue === undefined) && (k.kthreadQueue === undefined || !k.kthreads.has(id));
	return unasked ? { ...exit, when: ({ s, me }) => isUnasked() && canEnd(k, s, me) } : exit;
}

function canEnd(k: Kernel, s: KernelState, me: ContextRecord): boolean {
	if (!me.on_rq) return false;
	const { irqs_off, preempt, bh } = s.cpu[me.cpu];
	return !irqs_off && preempt === 0 && bh === 0 && !isRcuReader(k, s, me);
}

function do_exit(k: Kernel, c: Leaving): void {
	maySleep(k, c, "do_exit()");
	leaveCpu(k, c);
	c.me.on_rq = false;
	// Where it ended makes no difference to anybody.
	if (k.isMover[c.me.id]) (c.me as { cpu: CpuId | null }).cpu = null;
	// In whatever state it ends: no wake-up has an effect any more.
	c.me.state = "RUNNING";
	tellKthreadWaiters(k, c);
}
