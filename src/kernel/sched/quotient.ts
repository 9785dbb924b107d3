import type { ContextRecord, CpuId, Kernel, KernelEventTypes, KernelState, LinuxSystem } from "../kernel.ts";
import { mayBePreempted, preempted } from "./preempt.ts";
import { nextAbove } from "./priority.ts";
import { rescheduled } from "./resched.ts";

/**
 * PR2: whether it makes no difference which task has the CPU. FULL and RT may switch before any step: a fair task may
 * go on, and any other in its place, as if the CPU were free. A task that serves softirqs is told from others by an
 * interrupt there (in_serving_softirq()); under LAZY, being current is what keeps others away.
 */
export function isAnybodys(k: Kernel): ((s: KernelState, c: CpuId) => boolean) | undefined {
	if (!k.freesInterrupted) return undefined;
	const mayLeave = mayBePreempted(k);
	return (s, c) => {
		const { curr, hardirq, softirq, resched_ipi } = s.cpu[c];
		// TS11: of those who may have it one goes on, and no other.
		if (curr === null || hardirq || softirq || resched_ipi || k.priority[curr] !== 0) return false;
		return mayLeave(s, c) && !s.context[curr].serving;
	};
}

/** States count as one that differ only in which task has such a CPU. */
export function disregardCurrent(k: Kernel, sys: LinuxSystem<KernelState, KernelEventTypes>): void {
	const anybodys = isAnybodys(k);
	if (!anybodys) return;
	sys.disregards("who is current where any task may run next", (s) => {
		for (const c of k.Cpu.all) if (anybodys(s, c)) s.cpu[c].curr = null;
	});
}

/** Or in where a task waits that is moved with its next step (MG1); one that may not be moved (MG2) is where it is. */
export function disregardPlaces(k: Kernel, sys: LinuxSystem<KernelState, KernelEventTypes>): void {
	sys.disregards("where tasks wait", (s, isAsked) => {
		for (const [id, process] of k.roamers) {
			const task: ContextRecord = s.context[id];
			const { cpu, on_rq, migration_disabled } = task;
			if (cpu === null || !on_rq || s.cpu[cpu].curr === id || migration_disabled > 0) continue;
			if (isAsked(process)) continue;
			leaveUnknown(task);
		}
	});
}

const leaveUnknown = (task: { cpu: CpuId | null }): void => {
	task.cpu = null;
};

/**
 * An interrupt arrives. Whether the interrupted task is to lose the CPU afterwards shows in who then goes on. Where a
 * higher class waits already, its task may have the CPU by now; that it has not, if it has not, allows no more.
 */
export function irq_enter(k: Kernel): (s: KernelState, c: CpuId) => void {
	const anybodys = isAnybodys(k);
	if (!anybodys) return (s, c) => rescheduled(k, s, c);
	const [mayLeave, next] = [mayBePreempted(k), nextAbove(k)];
	// Nobody but a softirq that runs on top of the interrupted task asks who is to go on (SQ3).
	const isAsked = (): boolean => !k.threadirqs && k.ksoftirqd.length > 0;
	return (s, c) => {
		rescheduled(k, s, c);
		const cpu = s.cpu[c];
		const { curr } = cpu;
		const isLeft = isAsked() && !cpu.softirq && !cpu.hardirq && (curr === null || mayLeave(s, c));
		const higher = isLeft ? next(s, c, curr === null ? 0 : (k.priority[curr] as number)) : null;
		if (higher !== null) {
			if (curr !== null) preempted(k, s, c);
			cpu.curr = higher;
		} else if (anybodys(s, c)) cpu.curr = null;
	};
}
