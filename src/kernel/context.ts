import type { Kernel, Sees } from "./kernel.ts";

// CX2, CX3: predicates on where a context stands. On RT the softirq bits live in the task, not in preempt_count.

/** In a hard interrupt. */
export const in_hardirq = ({ me }: Sees): boolean => me.level === "hardirq";

/** Executing a softirq handler: at the softirq level, or on RT as the serving task (SQ9). */
export const in_serving_softirq = ({ me }: Sees): boolean => me.level === "softirq" || me.serving;

/** Any interrupt context, or bottom halves disabled (CX3). */
export const in_interrupt =
	(k: Kernel) =>
	(c: Sees): boolean =>
		c.me.level !== "task" || c.me.serving || (k.obeys("CX3") && (k.rt ? c.me.bh > 0 : c.s.cpu[c.me.cpu].bh > 0));

/** Neither hardirq nor serving a softirq: true with BH, preemption or interrupts disabled (CX3). */
export const in_task =
	(k: Kernel) =>
	(c: Sees): boolean =>
		c.me.level === "task" && !c.me.serving && (k.obeys("CX2") || c.s.cpu[c.me.cpu].bh === 0);

/** preempt_count is zero and interrupts are on (CX3). */
export const preemptible =
	(k: Kernel) =>
	({ s, me }: Sees): boolean => {
		const cpu = s.cpu[me.cpu];
		return me.level === "task" && !cpu.irqs_off && cpu.preempt === 0 && (k.rt || cpu.bh === 0);
	};

/** BI6: may sleep, take mutexes, wait for I/O. */
export const sleepable =
	(k: Kernel) =>
	(c: Sees): boolean =>
		preemptible(k)(c) && !c.me.serving && (!k.obeys("BI6") || c.me.bh === 0);
