import type { Id } from "../../lang/index.ts";
import type { CpuId, Kernel, KernelState } from "../kernel.ts";
import { isAnybodys } from "./quotient.ts";

// TM9: which CPUs others serve the timers of.

/**
 * Whether others may find a CPU idle, in the hierarchy of those that serve each other's timers: from where no task is left to run
 * there to where one has been switched to; interrupts on top of that do not matter. Where a task waits that may be moved, nothing tells.
 */
export function mayBeIdle(k: Kernel): (s: KernelState, c: CpuId) => boolean {
	const anybodys = isAnybodys(k);
	return (s, c) => {
		const { curr, online, leaves_idle } = s.cpu[c];
		if (!online) return false;
		if (curr !== null) return curr === k.idleTasks[c] || (anybodys?.(s, c) === true && mayBeElsewhere(k, s, curr));
		return leaves_idle || !isWanted(k, s, c);
	};
}

/** Whether a task is left to run on a CPU, and on no other. */
const isWanted = (k: Kernel, s: KernelState, c: CpuId): boolean =>
	k.tasks.some((id) => s.context[id].on_rq && s.context[id].cpu === c && !mayBeElsewhere(k, s, id));
const mayBeElsewhere = (k: Kernel, s: KernelState, id: Id<"context">): boolean =>
	k.roamers.has(id) && s.context[id].migration_disabled === 0;

/** A task is about to be runnable: whether its CPU has to leave idle for it first. */
export function leaveIdle(k: Kernel, s: KernelState, cpu: CpuId | null): void {
	if (cpu === null || !k.migratesTimers || s.cpu[cpu].curr !== null) return;
	if (!isWanted(k, s, cpu)) s.cpu[cpu].leaves_idle = true;
}
