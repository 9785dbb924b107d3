import { block, fault, type Stmt, step, waitUntil } from "../lang/index.ts";
import { local_bh_disable, local_bh_enable } from "./bh.ts";
import { lowerPreemptCount } from "./cpu.ts";
import { local_irq_restore, local_irq_save } from "./irqflags.ts";
import type { In, Kernel } from "./kernel.ts";
import { disown, type Lock, sleepingLock, sleepingUnlock, type Which } from "./rtmutex.ts";
import type { SoftirqAction } from "./softirq.ts";

/** Declares a lock word. */
export const spinlock = (k: Kernel, name: string): Lock => k.Lock.add(name);

/** LK2: spinlock_t sleeps on RT. */
const sleeps = (k: Kernel): boolean => k.rt && k.obeys("LK2");

/** LK1 on !RT, LK2 on RT. */
export function spin_lock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Lock): Stmt<C, string> {
	const label = `spin_lock(&${name})`;
	const lock = which as unknown as Which;
	return (sleeps(k) ? sleepingLock(k, label, lock) : spinningLock(k, label, lock)) as unknown as Stmt<C, string>;
}

export function spin_unlock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Lock): Stmt<C, string> {
	const label = `spin_unlock(&${name})`;
	const lock = which as unknown as Which;
	return (sleeps(k) ? sleepingUnlock(k, label, lock) : spinningUnlock(k, label, lock)) as unknown as Stmt<C, string>;
}

/** On !RT interrupts go off first; on RT they stay on (LK2). */
export function spin_lock_irqsave(k: Kernel, name: string, which: Which): Stmt<In<{ flags: boolean }>, string> {
	const label = `spin_lock_irqsave(&${name}, flags)`;
	if (sleeps(k)) return sleepingLock(k, label, which);
	return block<In<{ flags: boolean }>, string>(
		local_irq_save(k, `${label}: local_irq_save(flags)`),
		spin_lock(k, name, which),
	);
}

export function spin_unlock_irqrestore(k: Kernel, name: string, which: Which): Stmt<In<{ flags: boolean }>, string> {
	const label = `spin_unlock_irqrestore(&${name}, flags)`;
	if (sleeps(k)) return sleepingUnlock(k, label, which);
	return block<In<{ flags: boolean }>, string>(
		spin_unlock(k, name, which),
		local_irq_restore(k, `${label}: local_irq_restore(flags)`),
	);
}

/** Bottom halves go off first, RT or not. */
export function spin_lock_bh(k: Kernel, name: string, which: Which): Stmt<In, string> {
	return block<In, string>(local_bh_disable(k), spin_lock(k, name, which));
}

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

export function raw_spin_unlock(k: Kernel, name: string, which: Which): Stmt<In, string> {
	return spinningUnlock(k, `raw_spin_unlock(&${name})`, which);
}

/** LK1: preemption off, then spin. The spinner keeps its CPU; a lower context of that CPU can then never unlock (P14). */
function spinningLock(k: Kernel, label: string, which: Which): Stmt<In, string> {
	k.cpuVaries("preempt");
	const ownedHere = (c: In): boolean => {
		const owner = c.s.lock[which(c)].owner;
		return owner !== null && c.s.context[owner].cpu === c.me.cpu;
	};
	if (!k.obeys("LK1")) return step(label, () => {});
	return block<In, string>(
		step(`${label}: preempt_disable()`, ({ s, me }) => {
			s.cpu[me.cpu].preempt++;
		}),
		waitUntil(
			label,
			(c) => c.s.lock[which(c)].owner === null || ownedHere(c),
			(c) => {
				if (ownedHere(c)) fault("P14", `spin deadlock: the owner of ${label} is below this context on CPU ${c.me.cpu}`);
				c.s.lock[which(c)].owner = c.me.id;
			},
		),
	);
}

function spinningUnlock(k: Kernel, label: string, which: Which): Stmt<In, string> {
	if (!k.obeys("LK1")) return step(label, () => {});
	return step(label, (c) => {
		const lock = which(c);
		disown(k, c.s.lock[lock], c.me.id, lock);
		lowerPreemptCount(k, c, label);
	});
}
