import type { ContextRecord, CpuId, Kernel, KernelState } from "../kernel.ts";

// TS11: who has a CPU for which a task of a higher class is woken elsewhere goes on until an interrupt has arrived.

/** The interrupt has arrived, or another one, or the CPU's task leaves it by itself. */
export function rescheduled(k: Kernel, s: KernelState, cpu: CpuId): void {
	if (!s.cpu[cpu].resched_ipi) return;
	s.cpu[cpu].resched_ipi = false;
	for (const id of k.tasks) s.context[id].behind.delete(cpu);
}

/**
 * A task is woken now, or takes a step on the CPU `at`: where else such an interrupt is on its way it is not the one that goes on until
 * that arrives. It may be on one to which none has been sent yet.
 */
export function fallBehind(k: Kernel, s: KernelState, task: ContextRecord, at: CpuId | null): void {
	const cpus = k.Cpu.all;
	for (let i = 0; i < cpus.length; i++) {
		const c = cpus[i] as CpuId;
		if (c !== at && s.cpu[c].resched_ipi && (k.isMover[task.id] || c === task.cpu)) task.behind.add(c);
	}
}
