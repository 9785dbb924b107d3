import { choose, fault, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { In, Kernel, LocalLock } from "../kernel.ts";
import { localLock, lockHere } from "../locking/local-lock.ts";
import { sleepingLock, unlockSleeping } from "../locking/rtmutex.ts";
import { bhDisabledOn, preemptible } from "../sched/context.ts";
import { requirePositive } from "../sched/count.ts";
import { passes, requireActions, servedBy, snapshot } from "./handle-softirqs.ts";
import { leftToKsoftirqd, type SoftirqActions, startSoftirqs, wakeup_softirqd } from "./softirq.ts";
import { anyPending } from "./vectors.ts";

/** BH1, BH2: bottom halves off. */
export function local_bh_disable(k: Kernel): Stmt<In, string> {
	const label = "local_bh_disable()";
	if (k.rt) return disableOnRt(k, label);
	k.cpuVaries("bh");
	return step(label, (c) => {
		complain(k, c, label, true);
		if (k.obeys("BH1")) c.s.cpu[c.me.cpu].bh++;
	});
}

/**
 * BH1, BH2: bottom halves on; what was raised meanwhile runs first. `actions` are the softirqs': on RT they run in this
 * task, so a model in which anything raises them must give them.
 */
export function local_bh_enable<C extends In>(k: Kernel, actions?: SoftirqActions<C>): Stmt<C, string> {
	const label = "local_bh_enable()";
	if (k.rt) return enableOnRt(k, label, actions as unknown as SoftirqActions);
	k.cpuVaries("bh");
	return step(label, (c) => {
		complain(k, c, label, true);
		const cpu = c.s.cpu[c.me.cpu];
		if (k.obeys("BH1")) {
			requirePositive(k, c, cpu.bh, label, "the bottom-half count");
			cpu.bh--;
		}
		// do_softirq() on top of this task, which goes on when the level has ended.
		if (cpu.bh === 0 && anyPending(cpu) && !cpu.softirq && !leftToKsoftirqd(k, c)) startSoftirqs(cpu);
	});
}

/** BH2: the first BH-disable of a preemptible task takes this CPU's softirq lock; others only count. */
function disableOnRt(k: Kernel, label: string): Stmt<In, string> {
	k.tasksVary("bh");
	const mayPreempt = preemptible(k);
	const locks = (c: In): boolean => c.me.bh === 0 && mayPreempt(c) && k.obeys("BH2");
	const count = (c: In): void => {
		complain(k, c, label, false);
		c.me.bh++;
	};
	return choose<In, string>(
		[
			waitUntil(
				label,
				(c) => !locks(c),
				(c) => {
					if (c.me.bh === 0 && bhDisabledOn(k, c.s, c.me.cpu) && k.obeys("BH2"))
						fault("P15", `${label} in a non-preemptible section on CPU ${c.me.cpu}, where a task has them disabled`);
					count(c);
				},
			),
		],
		[
			sleepingLock(k, `${label}: local_lock(&softirq_ctrl.lock)`, lockHere(softirqLock(k)), {
				pinFirst: true,
				allowed: locks,
			}),
			step(label, count),
		],
	);
}

/**
 * BH2: the last enable of a preemptible task runs what is pending as the serving task (SQ9); of another, it wakes
 * ksoftirqd. From the look at the pending bits to the end interrupts are off: one step.
 */
function enableOnRt(k: Kernel, label: string, actions: SoftirqActions | undefined): Stmt<In, string> {
	k.tasksVary("bh");
	const lock = lockHere(softirqLock(k));
	const mayPreempt = preemptible(k);
	// What it can serve is made here, so that it does not know of timers that are declared later.
	const served = servedBy(k, actions);
	const canServe = served.length > 0;
	const pending = (c: In): boolean => c.me.bh === 1 && anyPending(c.s.cpu[c.me.cpu]) && !leftToKsoftirqd(k, c);
	const serves = (c: In): boolean => pending(c) && mayPreempt(c);
	const drop = (c: In): void => {
		requirePositive(k, c, c.me.bh, label, "softirq_disable_cnt");
		c.me.bh--;
		if (c.me.bh === 0 && mayPreempt(c) && k.obeys("BH2")) unlockSleeping(k, c, lock(c), label);
	};
	const enable = waitUntil<In, string>(
		label,
		(c) => !canServe || !serves(c),
		(c) => {
			complain(k, c, label, true);
			if (serves(c)) requireActions(k, c.s.cpu[c.me.cpu], served);
			if (pending(c)) wakeup_softirqd(k, c);
			drop(c);
		},
	);
	if (!canServe) return enable;
	k.tasksVary("serving");
	const start = waitUntil<In, string>(`${label}: do_softirq(): set_softirq_pending(0)`, serves, (c) => {
		requireActions(k, c.s.cpu[c.me.cpu], served);
		c.me.serving = k.obeys("SQ9");
		snapshot(k, c, served);
	});
	const stop = (c: In): void => {
		c.me.serving = false;
		drop(c);
	};
	return choose<In, string>([enable], [start, passes(k, served, stop)]);
}

/** BH1, BH2: an error in a hard interrupt, and with interrupts off. */
function complain(k: Kernel, c: In, what: string, irqsOff: boolean): void {
	c.emit.may_sleep();
	if (!k.obeys(k.rt ? "BH2" : "BH1")) return;
	if (c.me.level === "hardirq") fault("P15", `${what} in a hard interrupt on CPU ${c.me.cpu}`);
	if (irqsOff && c.s.cpu[c.me.cpu].irqs_off) fault("P15", `${what} with interrupts disabled on CPU ${c.me.cpu}`);
}

/** BH2: this CPU's softirq lock. */
function softirqLock(k: Kernel): LocalLock {
	k.softirqLock ??= localLock(k, "softirq_ctrl.lock");
	return k.softirqLock;
}
