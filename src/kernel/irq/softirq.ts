import { block, choose, ifdef, leave, loop, ModelError, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { CpuRecord, In, Kernel } from "../kernel.ts";
import { bhDisabledOn, in_interrupt } from "../sched/context.ts";
import { mustResched } from "../sched/priority.ts";
import { wake_up_process } from "../sched/sleep.ts";
import { run_timer_softirq } from "./run-timers.ts";

/** What the BLOCK softirq does. It is called with interrupts on. The TIMER softirq is the library's own (TM2). */
export type SoftirqAction<C = In> = readonly Stmt<C, string>[];

/** Whether any softirq is pending on a CPU. */
export const anyPending = (cpu: CpuRecord): boolean => cpu.timer_pending || cpu.block_pending;

/** SQ1: sets the bit, and wakes ksoftirqd unless the interrupt context or BH-disabled region ahead will see to it. */
export function raise_softirq(k: Kernel): (c: In) => void {
	k.cpuVaries("block_pending");
	const interrupt = in_interrupt(k);
	return (c) => {
		raise(k, c);
		const soon = interrupt(c) || bhDisabledOn(k, c.s, c.me.cpu);
		if (!soon && k.obeys("SQ1")) wakeup_softirqd(k, c);
	};
}

/** SQ1: sets the bit and wakes nobody. */
export function __raise_softirq_irqoff(k: Kernel): (c: In) => void {
	k.cpuVaries("block_pending");
	return (c) => raise(k, c);
}

function raise(k: Kernel, { s, me }: In): void {
	k.served.require("addSoftirqs(k, sys, action)", "a softirq that is raised");
	s.cpu[me.cpu].block_pending = true;
}

export function wakeup_softirqd(k: Kernel, c: In): void {
	c.emit.ksoftirqd_woken(c.me.cpu);
	wake(k, c);
}

function wake(k: Kernel, c: In): void {
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

/** SQ6: before 6.5, nobody else serves softirqs of a CPU whose ksoftirqd is about to: not one that is about to park. */
export function leftToKsoftirqd(k: Kernel, { s, me }: In): boolean {
	const thread = k.ksoftirqd[me.cpu];
	if (k.options.ksoftirqdDefers !== true || thread === undefined || thread === me.id) return false;
	const { on_rq, should_park } = s.context[thread];
	return (on_rq && !should_park) === k.obeys("SQ6");
}

/** The softirq level begins, with interrupts off until the pending bits are taken (SQ3). */
export function startSoftirqs(cpu: CpuRecord): void {
	cpu.softirq = true;
	cpu.irqs_off = true;
}

/**
 * SQ4: the bits are cleared before the actions take their lists, so that a raise in between makes another pass. What
 * was taken is noted where there is more than one vector.
 */
export function snapshot(k: Kernel, { s, me }: In): void {
	if (!k.obeys("SQ4")) return;
	const cpu = s.cpu[me.cpu];
	cpu.timer_taken = cpu.timer_pending && !k.isFixedCpuField("timer_taken");
	cpu.block_taken = cpu.block_pending && !k.isFixedCpuField("block_taken");
	clear(cpu);
}

function clear(cpu: CpuRecord): void {
	cpu.timer_pending = false;
	cpu.block_pending = false;
}

/**
 * SQ3: from the snapshot on: run the actions with interrupts on, look again: leave, go round, or leave the rest to
 * ksoftirqd. Time and pass limits make the choice between the last two free, but for a task of a higher class, which
 * ends it. `stop` ends the serving.
 */
export function passes(k: Kernel, action: SoftirqAction | undefined, stop: (c: In) => void): Stmt<In, string> {
	const pending = ({ s, me }: In) => anyPending(s.cpu[me.cpu]);
	const must = mustResched(k);
	return loop<In, string>([
		...actions(k, action),
		ifdef(!k.obeys("SQ4"), [step("set_softirq_pending(0) /* late */", ({ s, me }) => clear(s.cpu[me.cpu]))]),
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
					wake(k, c);
					stop(c);
				}),
				leave(),
			],
		),
	]);
}

/** SQ3: what was taken, the lowest bit first. Of a single vector it is known that it was taken. */
function actions(k: Kernel, action: SoftirqAction | undefined): Stmt<In, string>[] {
	if (k.Timer.count === 0) return action === undefined ? [] : [block(...action)];
	if (action === undefined) return [block(...run_timer_softirq(k))];
	k.cpuVaries("timer_taken", "block_taken");
	const inOrder = [
		ifTaken(k, "timer_taken", "TIMER_SOFTIRQ", run_timer_softirq(k)),
		ifTaken(k, "block_taken", "BLOCK_SOFTIRQ", action),
	];
	return k.obeys("SQ3") ? inOrder : inOrder.reverse();
}

type Taken = "timer_taken" | "block_taken";

function ifTaken(k: Kernel, field: Taken, vector: string, action: SoftirqAction): Stmt<In, string> {
	const taken = ({ s, me }: In): boolean => s.cpu[me.cpu][field] || !k.obeys("SQ4");
	return choose<In, string>(
		[
			waitUntil(`h->action(h) /* ${vector} */`, taken, ({ s, me }) => {
				// Nobody asks for it again before the next snapshot.
				s.cpu[me.cpu][field] = false;
			}),
			...action,
		],
		[waitUntil(`/* ${vector} is not pending */`, (c) => !taken(c))],
	);
}

/** Whether local_bh_enable() has what it takes to serve what is pending: the action of BLOCK, and the timers that there are. */
export function requireActions(cpu: CpuRecord, action: SoftirqAction | undefined, timers: boolean): void {
	if (cpu.block_pending && action === undefined)
		throw new ModelError(
			"local_bh_enable() has softirqs to run and is not given their action: an argument of it, or of what makes the interrupt thread that calls it, such as the option action of request_irq()",
		);
	if (cpu.timer_pending && !timers)
		throw new ModelError("local_bh_enable() has timers to run that are declared after it: declare them before");
}
