import type { ContextRecord, CpuId, Kernel, KernelState } from "../kernel.ts";

// On which CPUs a task may run: MG1, MG2, and what CPU hotplug makes of it (HP4, HP6).

/**
 * HP4, HP6: whether a task may be placed on a CPU, when it is woken or moved. Nothing is on one that is offline; tasks
 * with migration disabled and threads with KTHREAD_IS_PER_CPU on any other, the rest of the kernel threads on any that
 * is not dying, and user tasks on active ones. The control task of hotplug keeps away from the CPU that goes (HP1).
 */
export function isCpuAllowed(k: Kernel, s: KernelState, task: ContextRecord, c: CpuId): boolean {
	if (k.outgoing === undefined) return true;
	const cpu = s.cpu[c];
	if (!cpu.online) return false;
	if (isKept(k, task) || !k.obeys("HP6")) return true;
	if (k.kthreads.has(task.id)) return !cpu.dying;
	return cpu.active && !(c === k.outgoing && task.id === k.hotplugControl);
}

/**
 * HP6: whether a task may go on where it is: a kernel thread may until a dying CPU is inactive and pushes it away. One that has
 * lost its affinity was woken there, and is on its way to another.
 */
export function mayStay(k: Kernel, s: KernelState, task: ContextRecord): boolean {
	if (isCpuAllowed(k, s, task, task.cpu)) return true;
	const cpu = s.cpu[task.cpu];
	const isAway = task.unbound && k.perCpuThreads.has(task.id);
	return cpu.online && cpu.active && k.kthreads.has(task.id) && !isAway;
}

/** A thread with KTHREAD_IS_PER_CPU, as long as it is bound; and a task with migration disabled (MG2). */
const isKept = (k: Kernel, task: ContextRecord): boolean =>
	task.migration_disabled > 0 || (k.isPerCpu.has(task.id) && !task.unbound);

/**
 * MG1: whether a task that waits for a CPU may be moved to CPU `to`: never while migration is disabled (MG2), and a
 * bound thread only away from a CPU that it may not use (HP6).
 */
export function mayMove(k: Kernel, s: KernelState, task: ContextRecord, to: CpuId): boolean {
	if (task.migration_disabled > 0 && k.obeys("MG2")) return false;
	return isCpuAllowed(k, s, task, to) && (task.unbound || !mayStay(k, s, task));
}
