import type { ContextRecord, CpuId, In, Kernel, KernelState } from "../kernel.ts";
import { isAnybodys } from "./quotient.ts";
import { fallBehind } from "./resched.ts";

/**
 * TS11: task `p` is about to be runnable, and its CPU is to make room. An interrupt does that, if another CPU woke it: whoever has
 * the CPU, or may have been given it, goes on until then. Inside a step.
 */
export function resched_curr(k: Kernel, { s, me }: Pick<In, "s"> & Partial<Pick<In, "me">>, p: ContextRecord): void {
	if (!k.reschedules) return;
	const waker = me?.cpu as CpuId | undefined;
	// A step that is nobody's is a timeout's, say, whose timer is on the CPU of who sleeps.
	if (me && waker !== undefined && waker !== p.cpu && isOvertaken(k, s, p)) {
		if (isAnybodys(k)?.(s, p.cpu)) s.cpu[p.cpu].curr = null;
		s.cpu[p.cpu].resched_ipi = true;
		if (me.level === "task") fallBehind(k, s, me, me.cpu);
	}
}

/** Whether somebody may have its CPU who is to make room for `p`. */
function isOvertaken(k: Kernel, s: KernelState, p: ContextRecord): boolean {
	const { curr, hardirq, softirq, resched_ipi } = s.cpu[p.cpu];
	// An interrupt ends with a look at need_resched; preempt_enable() does not, before the other one has arrived.
	if (resched_ipi || hardirq || softirq) return false;
	const priority = curr === null ? 0 : k.priority[curr];
	if (priority === undefined || priority >= (k.priority[p.id] as number)) return false;
	const mayHaveIt = (id: (typeof k.tasks)[number]) => {
		const { on_rq, cpu } = s.context[id];
		return id !== p.id && on_rq && (cpu === p.cpu || k.isMover[id]);
	};
	return curr !== null || k.tasks.some(mayHaveIt);
}
