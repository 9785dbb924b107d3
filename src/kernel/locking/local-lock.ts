import { type Stmt, step } from "../../lang/index.ts";
import { local_irq_disable, local_irq_enable, local_irq_restore, local_irq_save } from "../irq/irqflags.ts";
import type { CpuId, In, Kernel, LocalLock, Sees } from "../kernel.ts";
import { preempt_disable, preempt_enable } from "../sched/cpu.ts";
import { type Lock, sleepingLock, sleepingUnlock, type Which } from "./rtmutex.ts";

/** Declares a per-CPU local_lock_t. */
export function localLock(k: Kernel, name: string): LocalLock {
	return { name, words: k.rt ? k.Cpu.all.map((c) => k.Lock.add(`${name}[CPU${c}]`, k.Cpu.member(c))) : [] };
}

/** The executing CPU's. */
export const lockHere =
	(lock: LocalLock): Which =>
	({ me }) =>
		lock.words[me.cpu] as Lock;

type Toggle<F> = (k: Kernel, label: string) => Stmt<In<F>, string>;

/**
 * LK3 on !RT: preemption or interrupts off, and no lock word; it excludes the contexts of the executing CPU alone.
 * LK4 on RT: migrate_disable, then this CPU's spinlock_t; interrupts stay on.
 */
function lockOr<F>(k: Kernel, lock: LocalLock, label: string, off: Toggle<F>): Stmt<In<F>, string> {
	if (k.rt && k.obeys("LK4")) return sleepingLock(k, label, lockHere(lock), { pinFirst: true });
	return k.obeys("LK3") ? off(k, label) : step(label, () => {});
}

function unlockOr<F>(k: Kernel, lock: LocalLock, label: string, on: Toggle<F>): Stmt<In<F>, string> {
	if (k.rt && k.obeys("LK4")) return sleepingUnlock(k, label, lockHere(lock));
	return k.obeys("LK3") ? on(k, label) : step(label, () => {});
}

type WithFlags = { flags: boolean };

/** LK3, LK4; with preemption off on !RT. */
export const local_lock = (k: Kernel, lock: LocalLock): Stmt<In, string> =>
	lockOr(k, lock, `local_lock(&${lock.name})`, preempt_disable);

/** Undoes `local_lock()`. */
export const local_unlock = (k: Kernel, lock: LocalLock): Stmt<In, string> =>
	unlockOr(k, lock, `local_unlock(&${lock.name})`, preempt_enable);

/** LK3, LK4; with interrupts off on !RT. */
export const local_lock_irq = (k: Kernel, lock: LocalLock): Stmt<In, string> =>
	lockOr(k, lock, `local_lock_irq(&${lock.name})`, local_irq_disable);

/** Undoes `local_lock_irq()`: interrupts are on. */
export const local_unlock_irq = (k: Kernel, lock: LocalLock): Stmt<In, string> =>
	unlockOr(k, lock, `local_unlock_irq(&${lock.name})`, local_irq_enable);

/** LK3, LK4; with interrupts off on !RT. `flags` is the caller's local. */
export const local_lock_irqsave = (k: Kernel, lock: LocalLock): Stmt<In<WithFlags>, string> =>
	lockOr(k, lock, `local_lock_irqsave(&${lock.name}, flags)`, local_irq_save);

/** Undoes `local_lock_irqsave()`: interrupts are as `flags` says. */
export const local_unlock_irqrestore = (k: Kernel, lock: LocalLock): Stmt<In<WithFlags>, string> =>
	unlockOr(k, lock, `local_unlock_irqrestore(&${lock.name}, flags)`, local_irq_restore);

/** P10: whether this context may touch the data of `cpu` that the local lock, in its `_irq` forms, protects. */
export function local_lock_held(k: Kernel, lock: LocalLock, c: Sees, cpu: CpuId): boolean {
	if (k.rt) return c.s.lock[lock.words[cpu] as Lock].owner === c.me.id;
	return c.me.cpu === cpu && c.s.cpu[cpu].irqs_off;
}
