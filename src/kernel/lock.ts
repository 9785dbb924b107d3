import { block, choose, fault, type Id, leave, loop, type Stmt, step, waitUntil } from "../lang/index.ts";
import { local_irq_disable, local_irq_enable, local_irq_restore, local_irq_save } from "./cpu.ts";
import type { ContextRecord, CpuId, In, Kernel, LocalLock, Sees } from "./kernel.ts";
import { atomicSleep } from "./sched.ts";

/** A lock word: spinlock_t or raw_spinlock_t. */
export type Lock = Id<"lock">;
type Which = (c: In) => Lock;

/** Declares a spinlock_t. */
export const spinlock = (k: Kernel, name: string): Lock => k.Lock.add(name);

/** Declares a per-CPU local_lock_t. */
export function localLock(k: Kernel, name: string): LocalLock {
	return { name, words: k.rt ? k.Cpu.all.map((c) => k.Lock.add(`${name}[CPU${c}]`)) : [] };
}

const here =
	(lock: LocalLock): Which =>
	({ me }) =>
		lock.words[me.cpu] as Lock;

/** LK1 on !RT: preemption off, then spin. LK2 on RT: a sleeping lock. */
export function spin_lock(k: Kernel, name: string, which: Which): Stmt<In, string> {
	const label = `spin_lock(&${name})`;
	if (k.rt && k.obeys("LK2")) return sleepingLock(k, label, which);
	return block<In, string>(preemptOff(k, `${label}: preempt_disable()`), spin(k, label, which));
}

export function spin_unlock(k: Kernel, name: string, which: Which): Stmt<In, string> {
	const label = `spin_unlock(&${name})`;
	if (k.rt && k.obeys("LK2")) return sleepingUnlock(k, label, which);
	return step(label, (c) => {
		c.s.lock[which(c)].owner = null;
		if (k.obeys("LK1")) c.s.cpu[c.me.cpu].preempt--;
	});
}

/** On !RT interrupts go off first; on RT they stay on (LK2). */
export function spin_lock_irqsave(k: Kernel, name: string, which: Which): Stmt<In<{ flags: boolean }>, string> {
	const label = `spin_lock_irqsave(&${name}, flags)`;
	if (k.rt && k.obeys("LK2")) return sleepingLock(k, label, which);
	return block<In<{ flags: boolean }>, string>(
		local_irq_save(k, `${label}: local_irq_save(flags)`),
		spin_lock(k, name, which),
	);
}

export function spin_unlock_irqrestore(k: Kernel, name: string, which: Which): Stmt<In<{ flags: boolean }>, string> {
	const label = `spin_unlock_irqrestore(&${name}, flags)`;
	if (k.rt && k.obeys("LK2")) return sleepingUnlock(k, label, which);
	return block<In<{ flags: boolean }>, string>(
		spin_unlock(k, name, which),
		local_irq_restore(k, `${label}: local_irq_restore(flags)`),
	);
}

/** LK3 on !RT: interrupts off, no lock word. LK4 on RT: migrate_disable, then this CPU's spinlock_t. */
export function local_lock_irqsave(k: Kernel, lock: LocalLock): Stmt<In<{ flags: boolean }>, string> {
	const label = `local_lock_irqsave(&${lock.name}, flags)`;
	return k.rt && k.obeys("LK4") ? sleepingLock(k, label, here(lock), true) : local_irq_save(k, label);
}

export function local_unlock_irqrestore(k: Kernel, lock: LocalLock): Stmt<In<{ flags: boolean }>, string> {
	const label = `local_unlock_irqrestore(&${lock.name}, flags)`;
	return k.rt && k.obeys("LK4") ? sleepingUnlock(k, label, here(lock)) : local_irq_restore(k, label);
}

export function local_lock_irq(k: Kernel, lock: LocalLock): Stmt<In, string> {
	const label = `local_lock_irq(&${lock.name})`;
	return k.rt && k.obeys("LK4") ? sleepingLock(k, label, here(lock), true) : local_irq_disable(k, label);
}

export function local_unlock_irq(k: Kernel, lock: LocalLock): Stmt<In, string> {
	const label = `local_unlock_irq(&${lock.name})`;
	return k.rt && k.obeys("LK4") ? sleepingUnlock(k, label, here(lock)) : local_irq_enable(k, label);
}

/** P10: whether this context may touch the data of `cpu` that the local lock protects. */
export function local_lock_held(k: Kernel, lock: LocalLock, c: Sees, cpu: CpuId): boolean {
	if (k.rt) return c.s.lock[lock.words[cpu] as Lock].owner === c.me.id;
	return c.me.cpu === cpu && c.s.cpu[cpu].irqs_off;
}

function preemptOff(k: Kernel, label: string): Stmt<In, string> {
	k.cpuVaries("preempt");
	return step(label, ({ s, me }) => {
		if (k.obeys("LK1")) s.cpu[me.cpu].preempt++;
	});
}

/** The spinner keeps its CPU; a lower context of that CPU can then never release the lock (P14). */
function spin(k: Kernel, label: string, which: Which): Stmt<In, string> {
	const ownedHere = (c: In): boolean => {
		const owner = c.s.lock[which(c)].owner;
		return owner !== null && c.s.context[owner].cpu === c.me.cpu && k.obeys("LK1");
	};
	return waitUntil(
		label,
		(c) => c.s.lock[which(c)].owner === null || ownedHere(c),
		(c) => {
			if (ownedHere(c)) fault("P14", `spin deadlock: the owner of ${label} is below this context on CPU ${c.me.cpu}`);
			c.s.lock[which(c)].owner = c.me.id;
		},
	);
}

/**
 * LK2: an rt-mutex. Whoever finds it taken leaves the CPU and the run queue until the owner lets go. `pinFirst`:
 * migrate_disable() comes before the attempt (LK4) rather than after success; it touches only the task's own count,
 * so it is one step with what follows.
 */
export function sleepingLock(k: Kernel, label: string, which: Which, pinFirst = false): Stmt<In, string> {
	k.tasksVary("migration_disabled", "waits_for", "on_rq");
	const free = (c: In): boolean => c.s.lock[which(c)].owner === null;
	const acquire = (pin: boolean): Stmt<In, string> =>
		waitUntil(label, free, (c) => {
			atomicSleep(k, c, label);
			c.s.lock[which(c)].owner = c.me.id;
			if (pin) c.me.migration_disabled++;
		});
	const wait = (pin: boolean): Stmt<In, string> =>
		waitUntil(
			`${label} /* blocks */`,
			(c) => !free(c),
			(c) => {
				atomicSleep(k, c, label);
				if (pin) c.me.migration_disabled++;
				c.me.waits_for = which(c);
				c.me.on_rq = false;
				c.s.cpu[c.me.cpu].curr = null;
			},
		);
	return choose<In, string>(
		[acquire(true)],
		[wait(pinFirst), loop<In, string>([choose<In, string>([acquire(!pinFirst), leave()], [wait(false)])])],
	);
}

export function sleepingUnlock(k: Kernel, label: string, which: Which): Stmt<In, string> {
	return step(label, (c) => {
		const lock = which(c);
		c.s.lock[lock].owner = null;
		c.me.migration_disabled--;
		for (let id = 0; id < k.priority.length; id++) wakeWaiter(c.s.context[id as Id<"context">], lock);
	});
}

/** The state it slept with is preserved (LK2): only the wait for the lock ends. */
function wakeWaiter(task: ContextRecord, lock: Lock): void {
	if (task.waits_for !== lock) return;
	task.waits_for = null;
	task.on_rq = true;
}
