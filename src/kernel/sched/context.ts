import type { Id } from "../../lang/index.ts";
import type { ContextRecord, CpuId, Kernel, KernelState, Sees } from "../kernel.ts";

// CX2, CX3: predicates on where a context stands. On RT the softirq bits live in the task, not in preempt_count.

type Predicate = (c: Sees) => boolean;

/** In a hard interrupt. */
export const in_hardirq: Predicate = ({ me }) => me.level === "hardirq";

/** Executing a softirq handler, or interrupting one: at the softirq level, or on RT in the serving task (SQ9). */
export function in_serving_softirq(k: Kernel): Predicate {
	const disabled = bhDisabled(k);
	return (c) => {
		// CX2: serving and disabled are different bits.
		if (!k.obeys("CX2") && disabled(c)) return true;
		const cpu = c.s.cpu[c.me.cpu];
		if (!k.rt) return cpu.softirq;
		if (c.me.level === "task") return c.me.serving;
		return cpu.curr !== null && c.s.context[cpu.curr].serving;
	};
}

/** Any interrupt context, or bottom halves disabled (CX3). */
export function in_interrupt(k: Kernel): Predicate {
	const disabled = bhDisabled(k);
	return (c) => c.me.level !== "task" || (k.obeys("CX3") && disabled(c));
}

/** Neither hardirq nor serving a softirq: true with BH, preemption or interrupts disabled (CX3). */
export function in_task(k: Kernel): Predicate {
	const serving = in_serving_softirq(k);
	return (c) => c.me.level === "task" && !serving(c);
}

/** preempt_count is zero and interrupts are on (CX3). */
export const preemptible = (_: Kernel): Predicate => isPreemptible;

/** On RT `bh` of a CPU stays 0: it is the task's (CX3). */
export function isPreemptible({ s, me }: Sees): boolean {
	const cpu = s.cpu[me.cpu];
	return me.level === "task" && !cpu.irqs_off && cpu.preempt === 0 && cpu.bh === 0;
}

/** Whether a task is in an RCU read-side section: on RT whoever holds a spinlock_t, or the lock of BH2. */
export function isRcuReader(k: Kernel, s: KernelState, task: ContextRecord): boolean {
	if (task.rcu > 0) return true;
	if (!k.rt) return false;
	const { id } = task;
	const locks = k.Lock.all;
	for (let i = 0; i < locks.length; i++) if (s.lock[locks[i] as Id<"lock">].owner === id) return true;
	return false;
}

/** BI6: may sleep, take mutexes, wait for I/O. */
export function sleepable(k: Kernel): Predicate {
	const [mayPreempt, inTask] = [preemptible(k), in_task(k)];
	return (c) => (k.obeys("BI6") ? mayPreempt(c) && !isRcuReader(k, c.s, c.me) : inTask(c));
}

function bhDisabled(k: Kernel): Predicate {
	return ({ s, me }) => (k.rt ? me.bh : s.cpu[me.cpu].bh) > 0;
}

/** Whether bottom halves are disabled on a CPU: on RT by any task there, which may have been preempted (BH2). */
export function bhDisabledOn(k: Kernel, s: KernelState, cpu: CpuId): boolean {
	if (!k.rt) return s.cpu[cpu].bh > 0;
	return k.tasks.some((id) => s.context[id].cpu === cpu && s.context[id].bh > 0);
}
