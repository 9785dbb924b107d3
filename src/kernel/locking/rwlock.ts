import { block, choose, fault, type Member, ModelError, type Stmt, step, waitUntil } from "../../lang/index.ts";
import { local_irq_disable, local_irq_enable, local_irq_restore, local_irq_save } from "../irq/irqflags.ts";
import type { In, Kernel } from "../kernel.ts";
import { in_interrupt } from "../sched/context.ts";
import { lowerMigrationDisabled, lowerPreemptCount } from "../sched/cpu.ts";
import { disown, type Lock, sleepingLock, unblock, unlockSleeping, type Which } from "./rtmutex.ts";
import { sleeps } from "./spinlock.ts";

// LK7: rwlock_t. Without RT it spins, and who waits stands in a queue; on RT it sleeps.

/** Declares a lock that nobody has. */
export function rwlock(k: Kernel, name: string, ...owners: readonly Member[]): Lock {
	const lock = k.Lock.add(name, ...owners);
	k.rwlocks.add(lock);
	return lock;
}

/** LK7: with others who read. A task waits where somebody writes or waits to; an interrupt, or with bottom halves disabled, only where somebody writes. */
export function read_lock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Lock): Stmt<C, string> {
	const [label, lock] = [`read_lock(&${name})`, which as unknown as Which];
	const take = ({ s }: In, id: Lock): void => {
		s.lock[id].readers++;
	};
	if (sleeps(k)) return sleepingLock(k, label, lock, { free: isUnwritten(k), take }) as unknown as Stmt<C, string>;
	const interrupt = in_interrupt(k);
	const { pass, stuck, isUsed, queue } = spinning(k, label, lock);
	const isBusy = (c: In): boolean => isUsed(c) || (c.s.lock[lock(c)].writer_waits && k.obeys("LK7"));
	const count = (c: In): void => take(c, lock(c));
	return block<In, string>(
		preemptOff(k, label),
		choose<In, string>(
			[pass((c) => !isBusy(c), count)],
			// It is counted before it waits, so that no writer comes in between.
			[
				waitUntil(`${label} /* spins */`, (c) => isBusy(c) && !stuck(c) && interrupt(c), count),
				pass((c) => !isUsed(c)),
			],
			[
				waitUntil(`${label} /* spins */`, (c) => isBusy(c) && !stuck(c) && !interrupt(c)),
				queue.join(count),
				pass((c) => !isUsed(c), queue.leave),
			],
		),
	) as unknown as Stmt<C, string>;
}

/** Undoes `read_lock()`. Where nobody reads raises a model error. */
export function read_unlock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Lock): Stmt<C, string> {
	const label = `read_unlock(&${name})`;
	if (sleeps(k)) k.tasksVary("migration_disabled");
	else k.cpuVaries("preempt");
	return step<C, string>(label, (c) => {
		const lock = which(c);
		if (c.s.lock[lock].readers === 0)
			throw new ModelError(`${k.Lock.nameOf(lock)} is unlocked by ${k.Context.nameOf(c.me.id)}, and nobody reads it`);
		c.s.lock[lock].readers--;
		if (!sleeps(k)) return lowerPreemptCount(k, c, label);
		lowerMigrationDisabled(k, c, label);
		if (c.s.lock[lock].readers === 0) unblock(k, c, lock);
	});
}

/** LK7: alone. */
export function write_lock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Lock): Stmt<C, string> {
	const [label, lock] = [`write_lock(&${name})`, which as unknown as Which];
	const unused = isUnwritten(k);
	const isFree = (c: In, id: Lock): boolean => unused(c, id) && (c.s.lock[id].readers === 0 || !k.obeys("LK7"));
	if (sleeps(k)) return sleepingLock(k, label, lock, { free: isFree }) as unknown as Stmt<C, string>;
	const { pass, stuck, isUsed, queue } = spinning(k, label, lock);
	const isIdle = (c: In): boolean => !isUsed(c) && (c.s.lock[lock(c)].readers === 0 || !k.obeys("LK7"));
	const isFirst = (c: In): boolean => isIdle(c) && !c.s.lock[lock(c)].writer_waits;
	const take = (c: In): void => {
		c.s.lock[lock(c)].owner = c.me.id;
	};
	const takeFromQueue = (c: In): void => {
		c.s.lock[lock(c)].writer_waits = false;
		queue.leave(c);
		take(c);
	};
	const announce = waitUntil<In, string>(
		`${label}: atomic_or(_QW_WAITING)`,
		(c) => !isIdle(c),
		(c) => {
			c.s.lock[lock(c)].writer_waits = true;
		},
	);
	return block<In, string>(
		preemptOff(k, label),
		choose<In, string>(
			[pass(isFirst, take)],
			[
				waitUntil(`${label} /* spins */`, (c) => !isFirst(c) && !stuck(c)),
				queue.join(),
				choose<In, string>([pass(isIdle, takeFromQueue)], [announce, pass(isIdle, takeFromQueue)]),
			],
		),
	) as unknown as Stmt<C, string>;
}

/** Undoes `write_lock()`; a model error where the caller has not locked it. */
export function write_unlock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Lock): Stmt<C, string> {
	const label = `write_unlock(&${name})`;
	if (sleeps(k)) k.tasksVary("migration_disabled");
	else k.cpuVaries("preempt");
	return step<C, string>(label, (c) => {
		const lock = which(c);
		if (sleeps(k)) return unlockSleeping(k, c, lock, label);
		disown(k, c.s.lock[lock], c.me.id, lock);
		lowerPreemptCount(k, c, label);
	});
}

type Flagged = In<{ flags: boolean }>;
type Of<C> = (c: C) => Lock;
const off = (k: Kernel) => (sleeps(k) ? [] : [local_irq_disable(k)]);
const on = (k: Kernel) => (sleeps(k) ? [] : [local_irq_enable(k)]);
const save = (k: Kernel) => (sleeps(k) ? [] : [local_irq_save(k)]);
const restore = (k: Kernel) => (sleeps(k) ? [] : [local_irq_restore(k)]);

/** The same with interrupts off, without RT: they go off first. */
export const read_lock_irq = <C extends In>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	block<C, string>(...off(k), read_lock(k, name, which));
export const read_unlock_irq = <C extends In>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	block<C, string>(read_unlock(k, name, which), ...on(k));
export const write_lock_irq = <C extends In>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	block<C, string>(...off(k), write_lock(k, name, which));
export const write_unlock_irq = <C extends In>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	block<C, string>(write_unlock(k, name, which), ...on(k));
/** The same; the caller's local `flags` says what they were. */
export const read_lock_irqsave = <C extends Flagged>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	block<C, string>(...save(k), read_lock(k, name, which));
export const read_unlock_irqrestore = <C extends Flagged>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	block<C, string>(read_unlock(k, name, which), ...restore(k));
export const write_lock_irqsave = <C extends Flagged>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	block<C, string>(...save(k), write_lock(k, name, which));
export const write_unlock_irqrestore = <C extends Flagged>(k: Kernel, name: string, which: Of<C>): Stmt<C, string> =>
	block<C, string>(write_unlock(k, name, which), ...restore(k));

function preemptOff(k: Kernel, label: string): Stmt<In, string> {
	k.cpuVaries("preempt");
	return step(`${label}: preempt_disable()`, ({ s, me }) => {
		s.cpu[me.cpu].preempt++;
	});
}

const isUnwritten =
	(k: Kernel) =>
	({ s }: In, lock: Lock): boolean =>
		s.lock[lock].owner === null || !k.obeys("LK7");

/** Without RT: what those who wait look at, and the queue in which they stand: the first has the wait_lock. */
function spinning(k: Kernel, label: string, which: Which) {
	const isFree = isUnwritten(k);
	const isUsed = (c: In): boolean => !isFree(c, which(c));
	/** Who writes is below this context on its CPU, and will never end. */
	const stuck = (c: In): boolean => {
		const { owner } = c.s.lock[which(c)];
		return isUsed(c) && owner !== null && c.s.context[owner].cpu === c.me.cpu;
	};
	const pass = (guard: (c: In) => boolean, then: (c: In) => void = () => {}): Stmt<In, string> =>
		waitUntil(
			label,
			(c) => guard(c) || stuck(c),
			(c) => {
				if (stuck(c)) fault("P14", `spin deadlock: the owner of ${label} is below this context on CPU ${c.me.cpu}`);
				then(c);
			},
		);
	const queue = {
		join: (then: (c: In) => void = () => {}): Stmt<In, string> =>
			waitUntil(
				`${label}: arch_spin_lock(&wait_lock)`,
				(c) => c.s.lock[which(c)].waiter === null,
				(c) => {
					c.s.lock[which(c)].waiter = c.me.id;
					then(c);
				},
			),
		leave: (c: In): void => {
			c.s.lock[which(c)].waiter = null;
		},
	};
	return { pass, stuck, isUsed, queue };
}
