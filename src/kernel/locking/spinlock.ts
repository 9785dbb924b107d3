import { block, fault, type Member, type Stmt, step, waitUntil } from "../../lang/index.ts";
import { local_bh_disable, local_bh_enable } from "../irq/bh.ts";
import type { SoftirqActions } from "../irq/softirq.ts";
import type { In, Kernel } from "../kernel.ts";
import { lowerPreemptCount } from "../sched/cpu.ts";
import { disown, type Lock, sleepingLock, sleepingUnlock, trySleepingLock, type Which } from "./rtmutex.ts";

/** Declares a lock word. */
export const spinlock = (k: Kernel, name: string, ...owners: readonly Member[]): Lock => k.Lock.add(name, ...owners);

/** LK2: spinlock_t sleeps on RT. */
export const sleeps = (k: Kernel): boolean => k.rt && k.obeys("LK2");

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

/** Bottom halves go off first, RT or not. */
export function spin_lock_bh(k: Kernel, name: string, which: Which): Stmt<In, string> {
	return block<In, string>(local_bh_disable(k), spin_lock(k, name, which));
}

/** Undoes `spin_lock_bh()`. `action`: what the softirqs do that may run then, as for `local_bh_enable()`. */
export function spin_unlock_bh<C extends In>(
	k: Kernel,
	name: string,
	which: Which,
	action?: SoftirqActions<C>,
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

/** LK1, LK2: takes the lock inside a step, if it is free; returns whether it has. Its counterpart is `spin_unlock()`. */
export function spin_trylock(k: Kernel, c: In, lock: Lock): boolean {
	return sleeps(k) ? trySleepingLock(c, lock) : raw_spin_trylock(k, c, lock);
}

/** The same of a raw_spinlock_t, for `raw_spin_unlock()`. */
export function raw_spin_trylock(k: Kernel, { s, me }: In, lock: Lock): boolean {
	if (!k.obeys("LK1")) return true;
	if (s.lock[lock].owner !== null) return false;
	s.lock[lock].owner = me.id;
	s.cpu[me.cpu].preempt++;
	return true;
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
export function spinning(k: Kernel, label: string, which: Which) {
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
	k.cpuVaries("preempt");
	return step(label, (c) => letGo(k, c, label, which));
}

/** Inside a step. */
export function letGo(k: Kernel, c: In, label: string, which: Which): void {
	if (!k.obeys("LK1")) return;
	const lock = which(c);
	disown(k, c.s.lock[lock], c.me.id, lock);
	lowerPreemptCount(k, c, label);
}
