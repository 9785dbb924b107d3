import { block, choose, fault, type Member, type Stmt, step, waitUntil } from "../../lang/index.ts";
import { local_bh_disable, local_bh_enable } from "../irq/bh.ts";
import { restoreIrqs } from "../irq/irqflags.ts";
import type { SoftirqAction } from "../irq/softirq.ts";
import type { In, Kernel } from "../kernel.ts";
import { lowerPreemptCount } from "../sched/cpu.ts";
import { disown, type Lock, sleepingLock, sleepingUnlock, type Which } from "./rtmutex.ts";

/** Declares a lock word. */
export const spinlock = (k: Kernel, name: string, ...owners: readonly Member[]): Lock => k.Lock.add(name, ...owners);

/** LK2: spinlock_t sleeps on RT. */
const sleeps = (k: Kernel): boolean => k.rt && k.obeys("LK2");

/** LK1 on !RT, LK2 on RT. `which` names the lock word, `name` the lock in the label. */
export function spin_lock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Lock): Stmt<C, string> {
	const label = `spin_lock(&${name})`;
	const lock = which as unknown as Which;
	return (sleeps(k) ? sleepingLock(k, label, lock) : spinningLock(k, label, lock)) as unknown as Stmt<C, string>;
}

/** Undoes `spin_lock()`; a model error where the caller does not hold the lock. */
export function spin_unlock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Lock): Stmt<C, string> {
	const label = `spin_unlock(&${name})`;
	const lock = which as unknown as Which;
	return (sleeps(k) ? sleepingUnlock(k, label, lock) : spinningUnlock(k, label, lock)) as unknown as Stmt<C, string>;
}

type WithFlags = { flags: boolean };

/**
 * On !RT interrupts go off first; on RT they stay on (LK2). Nothing of this CPU comes between that and the lock, so a
 * lock that is free is taken in one step, and let go of in one.
 */
export function spin_lock_irqsave<C extends In<WithFlags>>(
	k: Kernel,
	name: string,
	which: (c: C) => Lock,
): Stmt<C, string> {
	const label = `spin_lock_irqsave(&${name}, flags)`;
	if (sleeps(k)) return sleepingLock(k, label, which as unknown as Which) as unknown as Stmt<C, string>;
	k.cpuVaries("irqs_off", "preempt");
	const off = (c: C): void => {
		const cpu = c.s.cpu[c.me.cpu];
		c.f.flags = cpu.irqs_off;
		cpu.irqs_off = k.obeys("IR1");
		if (k.obeys("LK1")) cpu.preempt++;
	};
	const { isFree, take } = spinning(k, label, which as unknown as Which);
	return choose<C, string>(
		[
			waitUntil(label, isFree, (c) => {
				off(c);
				take(c);
			}),
		],
		[waitUntil(`${label} /* spins */`, (c) => !isFree(c), off), waitUntil(label, isFree, take)],
	);
}

/** Undoes `spin_lock_irqsave()`: on !RT interrupts are as `flags` says. */
export function spin_unlock_irqrestore<C extends In<WithFlags>>(
	k: Kernel,
	name: string,
	which: (c: C) => Lock,
): Stmt<C, string> {
	const label = `spin_unlock_irqrestore(&${name}, flags)`;
	if (sleeps(k)) return sleepingUnlock(k, label, which as unknown as Which) as unknown as Stmt<C, string>;
	return step(label, (c) => {
		letGo(k, c, label, which as unknown as Which);
		restoreIrqs(k, c);
	});
}

/** Bottom halves go off first, RT or not. */
export function spin_lock_bh(k: Kernel, name: string, which: Which): Stmt<In, string> {
	return block<In, string>(local_bh_disable(k), spin_lock(k, name, which));
}

/** Undoes `spin_lock_bh()`. `action`: what the softirqs do that may run then, as for `local_bh_enable()`. */
export function spin_unlock_bh<C extends In>(
	k: Kernel,
	name: string,
	which: Which,
	action?: SoftirqAction<C>,
): Stmt<C, string> {
	return block<C, string>(spin_unlock(k, name, which), local_bh_enable<C>(k, action));
}

/** A raw_spinlock_t spins on RT as well (LK2). */
export function raw_spin_lock(k: Kernel, name: string, which: Which): Stmt<In, string> {
	return spinningLock(k, `raw_spin_lock(&${name})`, which);
}

/** Undoes `raw_spin_lock()`. */
export function raw_spin_unlock(k: Kernel, name: string, which: Which): Stmt<In, string> {
	return spinningUnlock(k, `raw_spin_unlock(&${name})`, which);
}

/** LK1: preemption off, then spin. The spinner keeps its CPU; a lower context of that CPU can then never unlock (P14). */
function spinningLock(k: Kernel, label: string, which: Which): Stmt<In, string> {
	k.cpuVaries("preempt");
	const { isFree, take } = spinning(k, label, which);
	if (!k.obeys("LK1")) return step(label, () => {});
	return block<In, string>(
		step(`${label}: preempt_disable()`, ({ s, me }) => {
			s.cpu[me.cpu].preempt++;
		}),
		waitUntil(label, isFree, take),
	);
}

/** Whether a lock can be taken, or never will be; and taking it. */
function spinning(k: Kernel, label: string, which: Which) {
	const ownedHere = (c: In): boolean => {
		const owner = c.s.lock[which(c)].owner;
		return owner !== null && c.s.context[owner].cpu === c.me.cpu;
	};
	const isFree = (c: In): boolean => !k.obeys("LK1") || c.s.lock[which(c)].owner === null || ownedHere(c);
	const take = (c: In): void => {
		if (!k.obeys("LK1")) return;
		if (ownedHere(c)) fault("P14", `spin deadlock: the owner of ${label} is below this context on CPU ${c.me.cpu}`);
		c.s.lock[which(c)].owner = c.me.id;
	};
	return { isFree, take };
}

function spinningUnlock(k: Kernel, label: string, which: Which): Stmt<In, string> {
	return step(label, (c) => letGo(k, c, label, which));
}

/** Inside a step. */
function letGo(k: Kernel, c: In, label: string, which: Which): void {
	if (!k.obeys("LK1")) return;
	const lock = which(c);
	disown(k, c.s.lock[lock], c.me.id, lock);
	lowerPreemptCount(k, c, label);
}
