import { block, choose, ifdef, leave, loop, type Stmt, step, waitUntil } from "../lang/index.ts";
import { bhDisabledOn, in_interrupt } from "./context.ts";
import type { CpuRecord, In, Kernel } from "./kernel.ts";
import { mustResched } from "./priority.ts";
import { wake_up_process } from "./sleep.ts";

/** What the BLOCK softirq does; the only softirq so far. It is called with interrupts on. */
export type SoftirqAction<C = In> = readonly Stmt<C, string>[];

/** SQ1: sets the bit, and wakes ksoftirqd unless the interrupt context or BH-disabled region ahead will see to it. */
export function raise_softirq(k: Kernel): (c: In) => void {
	k.cpuVaries("block_pending");
	const interrupt = in_interrupt(k);
	return (c) => {
		c.s.cpu[c.me.cpu].block_pending = true;
		const soon = interrupt(c) || (k.rt && bhDisabledOn(k, c.s, c.me.cpu));
		if (!soon && k.obeys("SQ1")) wakeup_softirqd(k, c);
	};
}

/** SQ1: sets the bit and wakes nobody. */
export function __raise_softirq_irqoff(k: Kernel): (c: In) => void {
	k.cpuVaries("block_pending");
	return ({ s, me }) => {
		s.cpu[me.cpu].block_pending = true;
	};
}

export function wakeup_softirqd(k: Kernel, c: In): void {
	const thread = k.ksoftirqd[c.me.cpu];
	if (thread === undefined) return;
	c.emit.ksoftirqd_woken(c.me.cpu);
	wake_up_process(k, c.s, thread);
}

/** SQ2: leaving a hard interrupt; what is pending runs on top of the interrupted code, or ksoftirqd is woken. */
export function irq_exit(k: Kernel): (c: In) => void {
	return (c) => {
		const cpu = c.s.cpu[c.me.cpu];
		cpu.hardirq = false;
		cpu.irqs_off = false;
		if (!cpu.block_pending || cpu.softirq) return;
		if (bhDisabledOn(k, c.s, c.me.cpu) && k.obeys("SQ2")) return;
		if (k.rt || k.threadirqs) wakeup_softirqd(k, c);
		else startSoftirqs(cpu);
	};
}

/** The softirq level begins, with interrupts off until the pending bits are taken (SQ3). */
export function startSoftirqs(cpu: CpuRecord): void {
	cpu.softirq = true;
	cpu.irqs_off = true;
}

/** SQ4: the bits are cleared before the action takes its list, so that a raise in between makes another pass. */
export function snapshot(k: Kernel, { s, me }: In): void {
	if (k.obeys("SQ4")) s.cpu[me.cpu].block_pending = false;
}

/**
 * SQ3: from the snapshot on: run the action with interrupts on, look again: leave, go round, or leave the rest to
 * ksoftirqd. Time and pass limits make the choice between the last two free, but for a task of a higher class, which
 * ends it. `stop` ends the serving.
 */
export function passes(k: Kernel, action: SoftirqAction, stop: (c: In) => void): Stmt<In, string> {
	const pending = ({ s, me }: In) => s.cpu[me.cpu].block_pending;
	const must = mustResched(k);
	return loop<In, string>([
		block(...action),
		ifdef(!k.obeys("SQ4"), [
			step("set_softirq_pending(0) /* late */", ({ s, me }) => {
				s.cpu[me.cpu].block_pending = false;
			}),
		]),
		choose<In, string>(
			[waitUntil("leave softirq: nothing pending", (c) => !pending(c) || !k.obeys("SQ3"), stop), leave()],
			[
				waitUntil(
					"goto restart: set_softirq_pending(0)",
					(c) => pending(c) && !must(c),
					(c) => snapshot(k, c),
				),
			],
			[
				waitUntil("wakeup_softirqd()", pending, (c) => {
					wakeup_softirqd(k, c);
					stop(c);
				}),
				leave(),
			],
		),
	]);
}
