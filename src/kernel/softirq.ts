import { choose, leave, loop, type Stmt, step, waitUntil } from "../lang/index.ts";
import { in_interrupt } from "./context.ts";
import type { CpuId, In, Kernel } from "./kernel.ts";
import { wake_up_process } from "./sched.ts";

/** What the BLOCK softirq does; the only softirq so far. It is called with interrupts on. */
export type SoftirqAction<C = In> = readonly Stmt<C, string>[];

/** SQ1: sets the bit, and wakes ksoftirqd unless the interrupt context or BH-disabled region ahead will see to it. */
export function raise_softirq(k: Kernel): (c: In) => void {
	k.cpuVaries("block_pending");
	const soon = in_interrupt(k);
	return (c) => {
		c.s.cpu[c.me.cpu].block_pending = true;
		if (!soon(c) && k.obeys("SQ1")) wakeup_softirqd(k, c, c.me.cpu);
	};
}

/** SQ1: sets the bit and wakes nobody. */
export function __raise_softirq_irqoff(k: Kernel): (c: In) => void {
	k.cpuVaries("block_pending");
	return ({ s, me }) => {
		s.cpu[me.cpu].block_pending = true;
	};
}

function wakeup_softirqd(k: Kernel, c: In, cpu: CpuId): void {
	const thread = k.ksoftirqd[cpu];
	if (thread === undefined) return;
	c.emit.ksoftirqd_woken(cpu);
	wake_up_process(k, c.s, thread);
}

/** SQ2: leaving a hard interrupt; what is pending runs on top of the interrupted code, or ksoftirqd is woken. */
export function irq_exit(k: Kernel): (c: In) => void {
	return (c) => {
		const cpu = c.s.cpu[c.me.cpu];
		cpu.hardirq = false;
		cpu.irqs_off = false;
		if (!cpu.block_pending || cpu.softirq) return;
		const bhOff = k.rt ? cpu.curr !== null && c.s.context[cpu.curr].bh > 0 : cpu.bh > 0;
		if (bhOff && k.obeys("SQ2")) return;
		if (k.rt || k.threadirqs) wakeup_softirqd(k, c, c.me.cpu);
		else cpu.softirq = true;
	};
}

/**
 * SQ3: take the pending bits, run the action with interrupts on, look again: leave, go round, or leave the rest to
 * ksoftirqd. Time and pass limits make the choice between the last two free. `leaveLevel` ends the serving.
 */
export function passes(
	k: Kernel,
	action: SoftirqAction,
	first: Stmt<In, string>,
	leaveLevel: (c: In) => void,
): Stmt<In, string>[] {
	const pending = ({ s, me }: In) => s.cpu[me.cpu].block_pending;
	const take = (c: In) => {
		// SQ4: cleared before the action takes its list, so that a raise in between makes another pass.
		if (k.obeys("SQ4")) c.s.cpu[c.me.cpu].block_pending = false;
	};
	return [
		first,
		loop<In, string>([
			...action,
			...(k.obeys("SQ4")
				? []
				: [
						step<In, string>("set_softirq_pending(0) /* late */", ({ s, me }) => {
							s.cpu[me.cpu].block_pending = false;
						}),
					]),
			choose<In, string>(
				[waitUntil("leave softirq: nothing pending", (c) => !pending(c), leaveLevel), leave()],
				[waitUntil("goto restart: set_softirq_pending(0)", (c) => pending(c) && k.obeys("SQ3"), take)],
				[
					waitUntil("wakeup_softirqd()", pending, (c) => {
						leaveLevel(c);
						wakeup_softirqd(k, c, c.me.cpu);
					}),
					leave(),
				],
			),
		]),
	];
}

/** SQ9: on RT a task serves, holding the BH lock: preemptible, not migratable. */
export function serveSoftirqs(k: Kernel, action: SoftirqAction): Stmt<In, string>[] {
	k.tasksVary("serving");
	k.cpuVaries("block_pending");
	const start = step<In, string>("handle_softirqs(): set_softirq_pending(0)", ({ s, me }) => {
		me.serving = k.obeys("SQ9");
		s.cpu[me.cpu].block_pending = false;
	});
	return passes(k, action, start, ({ me }) => {
		me.serving = false;
	});
}
