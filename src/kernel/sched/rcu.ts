import {
	block,
	choose,
	type EventTypes,
	type Id,
	loop,
	ModelError,
	routines,
	type Stmt,
	step,
	waitUntil,
} from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "../kernel.ts";
import { late } from "../lib/late.ts";
import { maySleep } from "./atomic.ts";
import { isRcuReader } from "./context.ts";
import { requirePositive } from "./count.ts";
import { lowerPreemptCount } from "./cpu.ts";
import { isIdle } from "./idle.ts";
import type { Waker } from "./sleep.ts";
import { bare } from "./task.ts";
import { tasksWait, type WaitQueue, waitOn, waitQueue, wakeWaiters } from "./wait.ts";

// Read-copy update, as far as HP6 and XF2 need it: a grace period ends when every read-side section and every region
// without preemption that was open at its start has ended.

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** Under FULL and RT a reader is preemptible and its depth counts; else it only is not preempted, as all code. */
export function rcu_read_lock(k: Kernel): Stmt<In, "rcu_read_lock()"> {
	if (!k.preemptive) k.cpuVaries("preempt");
	else k.tasksVary("rcu", "gp_waits");
	k.readsRcu = k.preemptive;
	return step("rcu_read_lock()", ({ s, me }) => {
		// In an interrupt the whole handler is a reader.
		if (!k.preemptive) s.cpu[me.cpu].preempt++;
		else if (me.level === "task") me.rcu++;
	});
}

/** Undoes one `rcu_read_lock()`; without one raises `negative-count`. */
export function rcu_read_unlock(k: Kernel): Stmt<In, "rcu_read_unlock()"> {
	return step("rcu_read_unlock()", (c) => {
		const { me } = c;
		if (!k.preemptive) {
			lowerPreemptCount(k, c, "rcu_read_unlock()");
		} else if (me.level === "task") {
			requirePositive(k, c, me.rcu, "rcu_read_unlock()", "rcu_read_lock_nesting");
			me.rcu--;
		}
	});
}

/** synchronize_rcu(): needs addGracePeriods(). */
export function synchronize_rcu(k: Kernel): Stmt<In, string> {
	tasksWait(k);
	const label = "synchronize_rcu()";
	return block<In, string>(
		step(label, (c) => {
			maySleep(k, c, label);
			startGracePeriod(k, c);
		}),
		// A task that waits is off the run queue until the grace period is over: no guard that somebody would take for a wait.
		step(`${label} /* the grace period is over */`, () => {}),
	);
}

/** Inside a step of the task that waits for it. */
export function startGracePeriod(k: Kernel, c: In): void {
	k.served.require("addGracePeriods(k, sys)", "a grace period");
	const { s } = c;
	const quiescent = canSwitch(k);
	waitOn(k, c, k.gpQueue as WaitQueue);
	for (const cpu of k.Cpu.all) if (!quiescent(s, cpu)) s.cpu[cpu].gp_waits = true;
	if (hasReaders(k)) for (const id of k.tasks) if (isRcuReader(k, s, s.context[id])) s.context[id].gp_waits = true;
	endGracePeriod(k, c);
}

/** Inside a step: whoever waits goes on where the grace period waits for nobody any more. */
function endGracePeriod(k: Kernel, { s, emit }: Waker): void {
	const over = k.Cpu.all.every((cpu) => !s.cpu[cpu].gp_waits) && !k.tasks.some((id) => s.context[id].gp_waits);
	if (over) wakeWaiters(k, { s, emit }, k.gpQueue as WaitQueue);
}

const hasReaders = (k: Kernel): boolean => k.rt || k.readsRcu;

/** Ends grace periods: notices, at any time, that a CPU or a reader has come to the end of what it was in. */
export function addGracePeriods<S extends KernelState, T extends EventTypes>(k: Kernel, sys: LinuxSystem<S, T>): void {
	if (k.served.has("addGracePeriods(k, sys)"))
		throw new ModelError("addGracePeriods(): addHotplug() has called it already");
	k.served.add("addGracePeriods(k, sys)");
	k.cpuVaries("gp_waits");
	if (k.rt) k.tasksVary("gp_waits");
	k.gpQueue = waitQueue(k, "synchronize_rcu()");
	const gp = routine("rcu_gp_kthread", {}, [
		loop<In, string>([
			late("rcu_gp_fqs", () => {
				const readers = hasReaders(k) ? k.tasks.map((id) => readerNoticed(k, id)) : [];
				return [choose<In, string>(...k.Cpu.all.map((c) => [cpuNoticed(k, c)]), ...readers.map((each) => [each]))];
			}),
		]),
	]);
	bare(sys).process("rcu", gp);
}

function cpuNoticed(k: Kernel, cpu: CpuId): Stmt<In, string> {
	const quiescent = canSwitch(k);
	return waitUntil(
		`<RCU: CPU ${cpu} is quiescent>`,
		({ s }) => s.cpu[cpu].gp_waits && quiescent(s, cpu),
		(c) => {
			c.s.cpu[cpu].gp_waits = false;
			endGracePeriod(k, c);
		},
	);
}

function readerNoticed(k: Kernel, id: Id<"context">): Stmt<In, string> {
	return waitUntil(
		`<RCU: ${k.Context.nameOf(id)} is no reader>`,
		({ s }) => s.context[id].gp_waits && !isRcuReader(k, s, s.context[id]),
		(c) => {
			c.s.context[id].gp_waits = false;
			endGracePeriod(k, c);
		},
	);
}

/**
 * Whether the CPU could turn to another task at once, as a stopper (HP4) and a grace period ask: it is idle, or its
 * task is at a switch point (PR1, PR2); no interrupt level is active and interrupts are on.
 */
export function canSwitch(k: Kernel): (s: KernelState, c: CpuId) => boolean {
	return (s, c) => {
		const cpu = s.cpu[c];
		if (cpu.softirq || cpu.irqs_off) return false;
		if (cpu.curr === null || isIdle(k, s, c)) return true;
		// An idle task that is on its way out has preemption off.
		return cpu.curr !== k.idleTasks[c] && k.preemptive && cpu.preempt === 0 && cpu.bh === 0;
	};
}
