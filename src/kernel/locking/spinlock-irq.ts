import { choose, type Stmt, step, waitUntil } from "../../lang/index.ts";
import { enableIrqs, restoreIrqs } from "../irq/irqflags.ts";
import type { In, Kernel } from "../kernel.ts";
import { type Lock, sleepingLock, sleepingUnlock, type Which } from "./rtmutex.ts";
import { letGo, sleeps, spinning } from "./spinlock.ts";

// LK1, LK2: spinlocks that keep interrupts away. On RT those of a spinlock_t do not.

type Flagged = In<{ flags: boolean }>;
type Of<C> = (c: C) => Lock;

/** Interrupts go off first, and `flags` says what they were; on RT they stay on (LK2). */
export function spin_lock_irqsave<C extends Flagged>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> {
	const label = `spin_lock_irqsave(&${name}, flags)`;
	return (sleeps(k) ? sleepingLock(k, label, lockOf(which)) : locking(k, label, which, save)) as Stmt<C, string>;
}

/** Undoes `spin_lock_irqsave()`: without RT interrupts are as `flags` says. */
export function spin_unlock_irqrestore<C extends Flagged>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> {
	const label = `spin_unlock_irqrestore(&${name}, flags)`;
	return (sleeps(k) ? sleepingUnlock(k, label, lockOf(which)) : unlocking(k, label, which, restoreIrqs)) as Stmt<
		C,
		string
	>;
}

/** Interrupts go off first, whatever they were; on RT they stay as they are (LK2). */
export function spin_lock_irq<C extends In>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> {
	const label = `spin_lock_irq(&${name})`;
	return (sleeps(k) ? sleepingLock(k, label, lockOf(which)) : locking(k, label, which)) as Stmt<C, string>;
}

/** Undoes `spin_lock_irq()`: without RT interrupts go on, whatever they were before it. */
export function spin_unlock_irq<C extends In>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> {
	const label = `spin_unlock_irq(&${name})`;
	return (sleeps(k) ? sleepingUnlock(k, label, lockOf(which)) : unlocking(k, label, which, enable(label))) as Stmt<
		C,
		string
	>;
}

/** The same of a raw_spinlock_t, on RT as well. */
export const raw_spin_lock_irqsave = <C extends Flagged>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	locking(k, `raw_spin_lock_irqsave(&${name}, flags)`, which, save);
export const raw_spin_unlock_irqrestore = <C extends Flagged>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	unlocking(k, `raw_spin_unlock_irqrestore(&${name}, flags)`, which, restoreIrqs);
export const raw_spin_lock_irq = <C extends In>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	locking(k, `raw_spin_lock_irq(&${name})`, which);
export function raw_spin_unlock_irq<C extends In>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> {
	const label = `raw_spin_unlock_irq(&${name})`;
	return unlocking(k, label, which, enable(label));
}

const lockOf = <C>(which: Of<C>): Which => which as unknown as Which;

const save = ({ s, f, me }: Flagged): void => {
	f.flags = s.cpu[me.cpu].irqs_off;
};

const enable =
	(label: string) =>
	(k: Kernel, c: In): void =>
		enableIrqs(k, c, label);

/**
 * Nothing of this CPU comes between turning interrupts off and the lock, so one that is free is taken in one step, and let go of in one.
 */
function locking<C extends In>(k: Kernel, label: string, which: Of<C>, first?: (c: Flagged) => void): Stmt<C, string> {
	k.cpuVaries("irqs_off", "preempt");
	const off = (c: In): void => {
		first?.(c as Flagged);
		const cpu = c.s.cpu[c.me.cpu];
		cpu.irqs_off = k.obeys("IR1");
		if (k.obeys("LK1")) cpu.preempt++;
	};
	const { isFree, take } = spinning(k, label, lockOf(which));
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

function unlocking<C extends In>(
	k: Kernel,
	label: string,
	which: Of<C>,
	then: (k: Kernel, c: Flagged) => void,
): Stmt<C, string> {
	return step(label, (c: In) => {
		letGo(k, c, label, lockOf(which));
		then(k, c as Flagged);
	}) as Stmt<C, string>;
}
