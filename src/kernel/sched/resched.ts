import type { ContextRecord, CpuId, Kernel, KernelState } from "../kernel.ts";

// TS11: who has a CPU for which a task of a higher class is woken elsewhere goes on until an interrupt has arrived.

/** The interrupt has arrived, or another one, or the CPU's task leaves it by itself. */
export function rescheduled(k: Kernel, s: KernelState, cpu: CpuId): void {
	if (!s.cpu[cpu].resched_ipi) return;
	s.cpu[cpu].resched_ipi = false;
	if (isUnderWay(k, s)) return;
	for (const id of k.tasks) if (s.context[id].behind) s.context[id].behind = false;
}

/** A task is woken now, or is elsewhere: it is not the one that goes on where the interrupt has not arrived yet. */
export function fallBehind(k: Kernel, s: KernelState, task: ContextRecord): void {
	if (!task.behind && isUnderWay(k, s)) task.behind = true;
}

/** Whether such an interrupt is on its way to some CPU. */
function isUnderWay(k: Kernel, s: KernelState): boolean {
	const cpus = k.Cpu.all;
	for (let i = 0; i < cpus.length; i++) if (s.cpu[cpus[i] as CpuId].resched_ipi) return true;
	return false;
}
