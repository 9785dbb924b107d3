import { block, fault, type Stmt, step, when } from "../lang/index.ts";
import type { In, Kernel } from "./kernel.ts";
import { localLock, sleepingLock, sleepingUnlock } from "./lock.ts";
import { type SoftirqAction, serveSoftirqs } from "./softirq.ts";

/** BH1, BH2: bottom halves off. */
export function local_bh_disable(k: Kernel): Stmt<In, string> {
	const label = "local_bh_disable()";
	if (k.rt) {
		k.tasksVary("bh");
		return block<In, string>(
			...(k.obeys("BH2") ? [sleepingLock(k, `${label}: local_lock(&softirq_ctrl.lock)`, softirqLock(k), true)] : []),
			step(label, ({ me }) => {
				me.bh++;
			}),
		);
	}
	k.cpuVaries("bh");
	return step(label, (c) => {
		toggles(k, c, label);
		if (k.obeys("BH1")) c.s.cpu[c.me.cpu].bh++;
	});
}

/** BH1, BH2: bottom halves on; what was raised meanwhile runs first. `action` is the BLOCK softirq's. */
export function local_bh_enable(k: Kernel, action?: SoftirqAction): Stmt<In, string> {
	const label = "local_bh_enable()";
	if (k.rt) {
		k.tasksVary("bh");
		const pending = ({ s, me }: In) => me.bh === 1 && s.cpu[me.cpu].block_pending;
		return block<In, string>(
			...(action
				? [when<In, string, string, never>(`${label}: local_softirq_pending()`, pending, serveSoftirqs(k, action))]
				: []),
			step(label, ({ me }) => {
				me.bh--;
			}),
			...(k.obeys("BH2") ? [sleepingUnlock(k, `${label}: local_unlock(&softirq_ctrl.lock)`, softirqLock(k))] : []),
		);
	}
	k.cpuVaries("bh", ...(action ? (["softirq"] as const) : []));
	return step(label, (c) => {
		toggles(k, c, label);
		const cpu = c.s.cpu[c.me.cpu];
		if (k.obeys("BH1")) cpu.bh--;
		// do_softirq() on top of this task, which goes on when the level has ended.
		if (cpu.bh === 0 && cpu.block_pending) cpu.softirq = true;
	});
}

/** BH1: an error in a hard interrupt and with interrupts off. */
function toggles(k: Kernel, c: In, what: string): void {
	c.emit.may_sleep();
	if (!k.obeys("BH1")) return;
	if (c.me.level === "hardirq") fault("P15", `${what} in a hard interrupt on CPU ${c.me.cpu}`);
	if (c.s.cpu[c.me.cpu].irqs_off) fault("P15", `${what} with interrupts disabled on CPU ${c.me.cpu}`);
}

/** BH2: this CPU's softirq lock, taken by the first BH-disable of a task. */
function softirqLock(k: Kernel): (c: In) => ReturnType<Kernel["Lock"]["id"]> {
	k.softirqLock ??= localLock(k, "softirq_ctrl.lock");
	const lock = k.softirqLock;
	return ({ me }) => lock.words[me.cpu] as ReturnType<Kernel["Lock"]["id"]>;
}
