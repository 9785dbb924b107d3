import {
	block,
	choose,
	fault,
	leave,
	loop,
	type Member,
	ModelError,
	type Stmt,
	step,
	waitUntil,
} from "../../lang/index.ts";
import type { In, Kernel } from "../kernel.ts";
import { maySleep } from "../sched/atomic.ts";
import { mightSleep } from "../sched/preempt.ts";
import { tasksWait, type WaitQueue, waitOn, waitQueue, wakeWaiters } from "../sched/wait.ts";

// LK5: struct mutex.

/** Who waits for it, and its owner; no spinlock_t, which on RT makes its owner an RCU reader (LK2). */
export type Mutex = WaitQueue;

/** Declares a mutex, unlocked. */
export function mutex(k: Kernel, name: string, ...owners: readonly Member[]): Mutex {
	const m = waitQueue(k, name, ...owners);
	k.waitQueueVaries(m, "owner");
	tasksWait(k);
	return m;
}

/**
 * LK5: sleeps until it is unlocked, and owns it. An error in atomic context, whether or not it has to sleep (PR1); and a deadlock (P14) for
 * the owner.
 */
export function mutex_lock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Mutex): Stmt<C, string> {
	const label = `mutex_lock(&${name})`;
	const isFree = (c: C): boolean => c.s.wait_queue[which(c)].owner === null || !k.obeys("LK5");
	const lock = loop<C, string>([
		choose<C, string>(
			[
				waitUntil<C, string>(label, isFree, (c) => {
					maySleep(k, c, label);
					c.s.wait_queue[which(c)].owner = c.me.id;
				}),
				leave(),
			],
			[
				waitUntil<C, string>(
					`${label} /* sleeps */`,
					(c) => !isFree(c),
					(c) => {
						maySleep(k, c, label);
						const m = which(c);
						if (c.s.wait_queue[m].owner === c.me.id)
							fault("P14", `${label} by ${k.Context.nameOf(c.me.id)}, which has it already`);
						waitOn(k, c, m);
					},
				),
			],
		),
	]);
	return block<C, string>(mightSleep(k, label), lock);
}

/** LK5: inside a step of a task: whether it was unlocked and is now the caller's. It does not sleep. */
export function mutex_trylock({ s, me }: Pick<In, "s" | "me">, m: Mutex): boolean {
	if (s.wait_queue[m].owner !== null) return false;
	s.wait_queue[m].owner = me.id;
	return true;
}

/** LK5: undoes `mutex_lock()`; a model error where the caller does not own it. */
export function mutex_unlock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Mutex): Stmt<C, string> {
	return step<C, string>(`mutex_unlock(&${name})`, (c) => {
		const m = which(c);
		if (c.s.wait_queue[m].owner !== c.me.id && k.obeys("LK5"))
			throw new ModelError(
				`${k.WaitQueue.nameOf(m)} is unlocked by ${k.Context.nameOf(c.me.id)}, which does not hold it`,
			);
		c.s.wait_queue[m].owner = null;
		wakeWaiters(k, c, m);
	});
}
