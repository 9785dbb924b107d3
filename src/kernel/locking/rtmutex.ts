import { choose, type Id, leave, loop, ModelError, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { In, Kernel } from "../kernel.ts";
import { mayBlock } from "../sched/atomic.ts";
import { lowerMigrationDisabled } from "../sched/cpu.ts";
import { activate, leaveCpu, type Waker } from "../sched/sleep.ts";

/** A lock word: spinlock_t or raw_spinlock_t. */
export type Lock = Id<"lock">;
/** Which lock, where that depends on the state or the frame. */
export type Which = (c: In) => Lock;

/**
 * LK2: an rt-mutex. Whoever finds it taken leaves the CPU and the run queue until the owner lets go. `pinFirst`:
 * migrate_disable() comes before the attempt (LK4) rather than after success; it touches only the task's own count,
 * so it is one step with what follows. `allowed`: when it can be taken at all. `free`, `take`: what is looked at, and changed.
 */
export function sleepingLock(
	k: Kernel,
	label: string,
	which: Which,
	{
		pinFirst = false,
		allowed = (_: In): boolean => true,
		free: isFree = ({ s }: In, lock: Lock): boolean => s.lock[lock].owner === null,
		take = ({ s, me }: In, lock: Lock): void => {
			s.lock[lock].owner = me.id;
		},
	} = {},
): Stmt<In, string> {
	k.tasksVary("migration_disabled", "waits_for", "on_rq");
	const free = (c: In): boolean => isFree(c, which(c));
	const acquire = (pin: boolean, guard: (c: In) => boolean): Stmt<In, string> =>
		waitUntil(
			label,
			(c) => guard(c) && free(c),
			(c) => {
				mayBlock(k, c, label);
				take(c, which(c));
				if (pin) c.me.migration_disabled++;
			},
		);
	const wait = (pin: boolean, guard: (c: In) => boolean): Stmt<In, string> =>
		waitUntil(
			`${label} /* blocks */`,
			(c) => guard(c) && !free(c),
			(c) => {
				mayBlock(k, c, label);
				if (pin) c.me.migration_disabled++;
				blockOn(k, c, which(c));
			},
		);
	const always = () => true;
	return choose<In, string>(
		[acquire(true, allowed)],
		[
			wait(pinFirst, allowed),
			loop<In, string>([choose<In, string>([acquire(!pinFirst, always), leave()], [wait(false, always)])]),
		],
	);
}

/** Inside a step: takes the lock if it is free; returns whether it has. */
export function trySleepingLock({ s, me }: In, lock: Lock): boolean {
	if (s.lock[lock].owner !== null) return false;
	s.lock[lock].owner = me.id;
	me.migration_disabled++;
	return true;
}

export function sleepingUnlock(k: Kernel, label: string, which: Which): Stmt<In, string> {
	k.tasksVary("migration_disabled");
	return step(label, (c) => unlockSleeping(k, c, which(c), label));
}

/** Inside a step: lets go, and wakes whoever is blocked on the lock. */
export function unlockSleeping(k: Kernel, c: In, lock: Lock, label: string): void {
	const { s, me } = c;
	disown(k, s.lock[lock], me.id, lock);
	lowerMigrationDisabled(k, c, label);
	unblock(k, c, lock);
}

/** Inside a step that ends with the task off the run queue. WQ3: a worker counts as running all the same. */
export function blockOn(k: Kernel, c: In, lock: Lock): void {
	c.me.waits_for = lock;
	c.me.on_rq = false;
	leaveCpu(k, c);
}

/** Inside a step: whoever is blocked on the lock is runnable. */
export function unblock(k: Kernel, c: Waker, lock: Lock): void {
	const blocked = k.tasks.map((id) => c.s.context[id]).filter(({ waits_for }) => waits_for === lock);
	// The state it slept with is preserved (LK2): only the wait for the lock ends.
	for (const task of blocked) task.waits_for = null;
	activate(k, c, ...blocked);
}

/** A lock is released by its owner. */
export function disown(k: Kernel, word: { owner: Id<"context"> | null }, owner: Id<"context">, lock: Lock): void {
	if (word.owner !== owner)
		throw new ModelError(`${k.Lock.nameOf(lock)} is unlocked by ${k.Context.nameOf(owner)}, which does not hold it`);
	word.owner = null;
}
