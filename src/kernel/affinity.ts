import type { ContextRecord, CpuId, Kernel, KernelState } from "./kernel.ts";

// On which CPUs a task may run: MG1, MG2, and what CPU hotplug makes of it (HP4, HP6).

/**
 * HP4, HP6: nothing runs on a CPU that is offline. On one that is no longer active only tasks with migration disabled
 * and threads with KTHREAD_IS_PER_CPU do; a bound thread that lost its affinity does not come to a dying one either.
 */
export function isCpuAllowed(k: Kernel, s: KernelState, task: ContextRecord, c: CpuId): boolean {
	if (k.options.offline === undefined) return true;
	const cpu = s.cpu[c];
	if (!cpu.online) return false;
	if (task.migration_disabled > 0 || k.isPerCpu.has(task.id) || !k.obeys("HP6")) return true;
	return cpu.active && !(cpu.dying && task.unbound && k.perCpuThreads.has(task.id));
}

/**
 * MG1: whether a task that waits for a CPU may be moved to CPU `to`: never while migration is disabled (MG2), and a
 * bound thread only away from a CPU that it may not use (HP6).
 */
export function mayMove(k: Kernel, s: KernelState, task: ContextRecord, to: CpuId): boolean {
	if (task.migration_disabled > 0 && k.obeys("MG2")) return false;
	return isCpuAllowed(k, s, task, to) && (task.unbound || !isCpuAllowed(k, s, task, task.cpu));
}
