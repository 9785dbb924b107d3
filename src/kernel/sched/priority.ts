import { choose, type Id, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { CpuId, In, Kernel, KernelState, Sees } from "../kernel.ts";
import { mayStay } from "./affinity.ts";

// TS5: scheduling classes. SCHED_FIFO by priority comes before SCHED_OTHER, among whose tasks the choice is free.

/** Whether a task of a higher priority than this one waits for the CPU. */
export function waitsAbove(k: Kernel): (s: KernelState, cpu: CpuId, priority: number) => boolean {
	if (!k.obeys("TS5")) return () => false;
	// Known once all tasks are there.
	const above: (readonly Id<"context">[])[] = [];
	let highest: number | undefined;
	const tasksAbove = (priority: number) => k.tasks.filter((other) => (k.priority[other] as number) > priority);
	return (s, cpu, priority) => {
		highest ??= Math.max(...k.tasks.map((task) => k.priority[task] as number));
		if (priority >= highest) return false;
		above[priority] ??= tasksAbove(priority);
		for (const other of above[priority] as readonly Id<"context">[]) {
			const task = s.context[other];
			const here = task.on_rq && task.cpu === cpu && s.cpu[cpu].curr !== other;
			if (here && (k.outgoing === undefined || mayStay(k, s, task))) return true;
		}
		return false;
	};
}

/** Whether a task of a higher class than this one waits for the CPU that this one is on. */
export function higherWaits(k: Kernel): (c: Sees) => boolean {
	const waits = waitsAbove(k);
	return ({ s, me }) => waits(s, me.cpu, k.priority[me.id] as number);
}

/** Whether this task may lose its CPU at a switch point: SCHED_FIFO runs until it blocks, or a higher class waits. */
export function mayBeReplaced(k: Kernel): (c: Sees) => boolean {
	const waits = higherWaits(k);
	return (c) => k.priority[c.me.id] === 0 || !k.obeys("TS5") || waits(c);
}

/**
 * Whether need_resched() is true for certain, in any context: a higher class waits for the CPU. Among fair tasks it
 * is free, for their wake-up may or may not ask for the CPU; so it is where a CPU is free, if it is not idle.
 */
export function mustResched(k: Kernel): (c: Sees) => boolean {
	const waits = waitsAbove(k);
	return ({ s, me }) => {
		const current = me.level === "task" ? me.id : s.cpu[me.cpu].curr;
		return waits(s, me.cpu, (current === null ? undefined : k.priority[current]) ?? 0);
	};
}

/** `if (need_resched())`: a branch on it is a choice between two steps. */
export function ifNeedResched<C extends In>(
	k: Kernel,
	yes: readonly Stmt<C, string>[],
	no: readonly Stmt<C, string>[],
): Stmt<C, string> {
	const must = mustResched(k);
	const asked: Stmt<C, string> = k.lazy
		? waitUntil("need_resched()", (c) => must(c) || c.s.cpu[c.me.cpu].need_resched)
		: step("need_resched()", () => {});
	return choose<C, string>([asked, ...yes], [waitUntil("!need_resched()", (c) => !must(c)), ...no]);
}
