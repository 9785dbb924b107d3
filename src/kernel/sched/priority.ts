import { choose, type Id, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { CpuId, In, Kernel, KernelState, Sees } from "../kernel.ts";
import { mayStay } from "./affinity.ts";
import { isPreemptible } from "./context.ts";

// TS5: scheduling classes. SCHED_FIFO by priority comes before SCHED_OTHER, among whose tasks the choice is free.

/** Whether a task of a higher priority than this one waits for the CPU. */
export function waitsAbove(k: Kernel): (s: KernelState, cpu: CpuId, priority: number) => boolean {
	return anyAbove(k, waitsFor);
}

/** Whether one did before the interrupt was sent that has not arrived there yet (TS11). */
export function waitedAbove(k: Kernel): (s: KernelState, cpu: CpuId, priority: number) => boolean {
	return anyAbove(k, (k, s, id, cpu) => !s.context[id].behind.has(cpu) && waitsFor(k, s, id, cpu));
}

function anyAbove(k: Kernel, waits: typeof waitsFor): (s: KernelState, cpu: CpuId, priority: number) => boolean {
	if (!k.obeys("TS5")) return () => false;
	const tasksAbove = byPriority(k);
	return (s, cpu, priority) => {
		const above = tasksAbove(priority);
		for (let i = 0; i < above.length; i++) if (waits(k, s, above[i] as Id<"context">, cpu)) return true;
		return false;
	};
}

/**
 * The task above this priority that is to have the CPU next, where there is no doubt: it waits, is bound to the CPU,
 * and no other waits that is not below it.
 */
export function nextAbove(k: Kernel): (s: KernelState, cpu: CpuId, priority: number) => Id<"context"> | null {
	if (!k.obeys("TS5")) return () => null;
	const tasksAbove = byPriority(k);
	return (s, cpu, priority) => {
		let next: Id<"context"> | null = null;
		let [highest, doubtful] = [priority, false];
		for (const task of tasksAbove(priority)) {
			const own = k.priority[task] as number;
			if (own < highest || !waitsFor(k, s, task, cpu)) continue;
			doubtful = own === highest || !k.perCpuThreads.has(task);
			[next, highest] = [task, own];
		}
		return doubtful ? null : next;
	};
}

/** The tasks above a priority, known once all tasks are there. */
function byPriority(k: Kernel): (priority: number) => readonly Id<"context">[] {
	const none: readonly Id<"context">[] = [];
	let above: readonly (readonly Id<"context">[])[] | undefined;
	const table = () => {
		const priorities = k.tasks.map((task) => k.priority[task] as number);
		const from = (least: number) => k.tasks.filter((task) => (k.priority[task] as number) > least);
		return Array.from({ length: Math.max(0, ...priorities) + 1 }, (_, priority) => from(priority));
	};
	return (priority) => {
		above ??= table();
		return above[priority] ?? none;
	};
}

function waitsFor(k: Kernel, s: KernelState, id: Id<"context">, cpu: CpuId): boolean {
	const task = s.context[id];
	const here = task.on_rq && task.cpu === cpu && s.cpu[cpu].curr !== id;
	return here && (k.outgoing === undefined || mayStay(k, s, task));
}

/** Whether the scenario has a task of a higher class than this one. */
export const hasAbove = (k: Kernel, id: Id<"context">): boolean =>
	k.obeys("TS5") && k.tasks.some((other) => (k.priority[other] as number) > (k.priority[id] as number));

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
 * is free, for their wake-up may or may not ask for the CPU. Who waits where a CPU is free may be the one that has just
 * been given it; but not in a softirq on top of a fair task (`irq_enter`), if there is no doubt who is next.
 */
export function mustResched(k: Kernel): (c: Sees) => boolean {
	const waits = waitsAbove(k);
	const next = nextAbove(k);
	return ({ s, me }) => {
		const { curr, softirq } = s.cpu[me.cpu];
		const current = me.level === "task" ? me.id : curr;
		if (current === null) return softirq && k.freesInterrupted && next(s, me.cpu, 0) !== null;
		return waits(s, me.cpu, k.priority[current] ?? 0);
	};
}

/** `if (need_resched())`: a branch on it is a choice between two steps. */
export function ifNeedResched<C extends In>(
	k: Kernel,
	yes: readonly Stmt<C, string>[],
	no: readonly Stmt<C, string>[],
): Stmt<C, string> {
	const must = mustResched(k);
	// A task that is preemptible is switched out when the tick returns, and is asked nothing afterwards.
	const isAsked = ({ s, me }: C): boolean => {
		const { curr, need_resched } = s.cpu[me.cpu];
		return need_resched && (me.level !== "task" || (curr === me.id && !isPreemptible({ s, me })));
	};
	const asked: Stmt<C, string> = k.lazy
		? waitUntil("need_resched()", (c) => must(c) || isAsked(c))
		: step("need_resched()", () => {});
	return choose<C, string>([asked, ...yes], [waitUntil("!need_resched()", (c) => !must(c)), ...no]);
}
