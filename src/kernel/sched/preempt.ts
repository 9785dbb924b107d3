import { choose, ifdef, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { In, Kernel } from "../kernel.ts";
import { maySleep } from "./atomic.ts";
import { higherWaits, mayBeReplaced } from "./priority.ts";

// PR2: where a task loses its CPU without asking for it.

/** The task loses the CPU and stays on the run queue, whatever its state (TS4). */
export function preempted(k: Kernel, { s, me }: In): void {
	s.cpu[me.cpu].curr = null;
	if (k.lazy) s.cpu[me.cpu].need_resched = false;
	if (me.state !== "RUNNING" && !k.obeys("TS4")) me.on_rq = false;
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
				preempted(k, c);
			}),
		],
	);
}
