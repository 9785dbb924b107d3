import type { Stmt } from "../../lang/index.ts";
import type { CpuRecord, In, Kernel } from "../kernel.ts";
import { bhDisabledOn, in_interrupt } from "../sched/context.ts";
import { wake_up_process } from "../sched/sleep.ts";
import type { Serving } from "../served.ts";
import type { ModelSoftirq, Softirq } from "../sets.ts";
import { anyPending, fieldsOf, servedByModel, usesSoftirq } from "./vectors.ts";

/** What a softirq does. It is called with interrupts on. */
export type SoftirqAction<C = In> = readonly Stmt<C, string>[];
/** What BLOCK does, or each softirq that the model serves. */
export type SoftirqActions<C = In> = SoftirqAction<C> | Readonly<Partial<Record<ModelSoftirq, SoftirqAction<C>>>>;

/** SQ1: sets the bit, and wakes ksoftirqd unless the interrupt context or BH-disabled region ahead will see to it. */
export function raise_softirq(k: Kernel, nr: ModelSoftirq = "BLOCK_SOFTIRQ"): (c: In) => void {
	return raise_softirq_irqoff(k, nr, servedByModel(nr));
}

/** SQ1: sets the bit and wakes nobody. */
export function __raise_softirq_irqoff(k: Kernel, nr: ModelSoftirq = "BLOCK_SOFTIRQ"): (c: In) => void {
	usesSoftirq(k, nr);
	return (c) => raise(k, c, nr, servedByModel(nr));
}

/** The same as raise_softirq(), for any of them; `by` serves it. */
export function raise_softirq_irqoff(k: Kernel, nr: Softirq, by: Serving): (c: In) => void {
	usesSoftirq(k, nr);
	const interrupt = in_interrupt(k);
	return (c) => {
		raise(k, c, nr, by);
		const soon = interrupt(c) || bhDisabledOn(k, c.s, c.me.cpu);
		if (!soon && k.obeys("SQ1")) wakeup_softirqd(k, c);
	};
}

function raise(k: Kernel, { s, me }: In, nr: Softirq, by: Serving): void {
	k.served.require(by, nr === "BLOCK_SOFTIRQ" ? "a softirq that is raised" : `${nr}, which is raised,`);
	s.cpu[me.cpu][fieldsOf(nr).pending] = true;
}

export function wakeup_softirqd(k: Kernel, c: In): void {
	c.emit.ksoftirqd_woken(c.me.cpu);
	wake(k, c);
}

/** The same, where nobody is to be told (P12). */
export function wake(k: Kernel, c: In): void {
	const thread = k.ksoftirqd[c.me.cpu];
	if (thread !== undefined) wake_up_process(k, c, thread);
}

/** SQ2: leaving a hard interrupt; what is pending runs on top of the interrupted code, or ksoftirqd is woken. */
export function irq_exit(k: Kernel): (c: In) => void {
	return (c) => {
		const cpu = c.s.cpu[c.me.cpu];
		cpu.hardirq = false;
		cpu.irqs_off = false;
		if (!anyPending(cpu) || cpu.softirq) return;
		if (bhDisabledOn(k, c.s, c.me.cpu) && k.obeys("SQ2")) return;
		if (!k.rt && leftToKsoftirqd(k, c)) return;
		if (k.threadirqs) wakeup_softirqd(k, c);
		else startSoftirqs(cpu);
	};
}

/** SQ6: before 6.5, nobody else serves softirqs of a CPU whose ksoftirqd is about to: not one that is about to park, and not where tasklets are among them. */
export function leftToKsoftirqd(k: Kernel, { s, me }: In): boolean {
	const thread = k.ksoftirqd[me.cpu];
	if (k.options.ksoftirqdDefers !== true || thread === undefined || thread === me.id) return false;
	const { hi_pending, tasklet_pending } = s.cpu[me.cpu];
	if (hi_pending || tasklet_pending) return false;
	const { on_rq, should_park } = s.context[thread];
	return (on_rq && !should_park) === k.obeys("SQ6");
}

/** The softirq level begins, with interrupts off until the pending bits are taken (SQ3). */
export function startSoftirqs(cpu: CpuRecord): void {
	cpu.softirq = true;
	cpu.irqs_off = true;
}
