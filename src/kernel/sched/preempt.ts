import { choose, type Id, ifdef, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { CpuId, In, Kernel, KernelState } from "../kernel.ts";
import { maySleep } from "./atomic.ts";
import { higherWaits, mayBeReplaced, waitsAbove } from "./priority.ts";
import { rescheduled } from "./resched.ts";

// PR2: where a task loses its CPU without asking for it.

/** The current task loses the CPU and stays on the run queue, whatever its state (TS4). */
export function preempted(k: Kernel, s: KernelState, c: CpuId): void {
	const cpu = s.cpu[c];
	const task = s.context[cpu.curr as Id<"context">];
	cpu.curr = null;
	if (k.lazy) cpu.need_resched = false;
	rescheduled(k, s, c);
	if (task.state !== "RUNNING" && !k.obeys("TS4")) task.on_rq = false;
}

/**
 * PR2: whether the current task of a CPU may be moved elsewhere before its next step: FULL, LAZY and RT preempt
 * wherever preempt_count is zero and interrupts are on.
 */
export function mayBePreempted(k: Kernel): (s: KernelState, c: CpuId) => boolean {
	const { preemptive } = k;
	return (s, c) => {
		if (!preemptive) return false;
		const cpu = s.cpu[c];
		return !cpu.irqs_off && cpu.preempt === 0 && cpu.bh === 0 && cpu.curr !== k.idleTasks[c];
	};
}

/**
 * TS5: whether another task may have the CPU instead. A SCHED_FIFO task runs until it blocks: only a higher class takes
 * its CPU. Under LAZY a fair task does too, until a tick has asked it to go.
 */
export function mayBeDisplaced(k: Kernel): (s: KernelState, c: CpuId) => boolean {
	const mayLeave = mayBePreempted(k);
	const waits = waitsAbove(k);
	const allFair = !k.obeys("TS5");
	const { lazy } = k;
	return (s, c) => {
		if (!mayLeave(s, c)) return false;
		const cpu = s.cpu[c];
		const priority = k.priority[cpu.curr as Id<"context">] as number;
		const isFair = priority === 0 || allFair;
		return (isFair && (!lazy || cpu.need_resched)) || waits(s, c, priority);
	};
}

/** PR2: a switch point of NONE and VOLUNTARY kernels; nothing under FULL and RT, where every step is one. */
export function cond_resched(k: Kernel): Stmt<In, string> {
	return ifdef(!k.preemptive, [switchPoint(k, "cond_resched()")]);
}

/** PR2: a switch point of VOLUNTARY kernels alone; on all of them an error in atomic context (P15). */
export function might_sleep(k: Kernel): Stmt<In, string> {
	if (k.preempt === "voluntary" && !k.preemptive) return switchPoint(k, "might_sleep()");
	return step("might_sleep()", (c) => maySleep(k, c, "might_sleep()"));
}

/** PR2: might_sleep(), with which what may sleep begins, whether or not it then has to. That it is an error in atomic context is said there. */
export function mightSleep(k: Kernel, label: string): Stmt<In, string> {
	return ifdef(k.preempt === "voluntary" && !k.preemptive, [switchPoint(k, `${label}: might_sleep()`)]);
}

/** Goes on or switches; where a higher class waits (TS5), it must switch. */
function switchPoint(k: Kernel, label: string): Stmt<In, string> {
	const waits = higherWaits(k);
	const mayLeave = mayBeReplaced(k);
	return choose<In, string>(
		[
			waitUntil(
				label,
				(c) => !waits(c),
				(c) => maySleep(k, c, label),
			),
		],
		[
			waitUntil(`${label} /* switches */`, mayLeave, (c) => {
				maySleep(k, c, label);
				preempted(k, c.s, c.me.cpu);
			}),
		],
	);
}
