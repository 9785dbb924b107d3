import { choose, fault, type Id, leave, loop, type Member, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { In, Kernel } from "../kernel.ts";
import { maySleep } from "../sched/atomic.ts";
import { tasksWait, type WaitQueue, waitOn, waitQueue, wakeWaiters } from "../sched/wait.ts";
import { disown } from "./rtmutex.ts";

// LK5: struct mutex.

export interface Mutex {
	readonly word: Id<"lock">;
	readonly waiters: WaitQueue;
}

/** Declares a mutex, unlocked. */
export function mutex(k: Kernel, name: string, ...owners: readonly Member[]): Mutex {
	tasksWait(k);
	return { word: k.Lock.add(name, ...owners), waiters: waitQueue(k, name, ...owners) };
}

/**
 * LK5: sleeps until it is unlocked, and owns it. An error in atomic context, whether or not it has to sleep (PR1); and a deadlock (P14) for
 * the owner.
 */
export function mutex_lock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Mutex): Stmt<C, string> {
	const label = `mutex_lock(&${name})`;
	const isFree = (c: C): boolean => c.s.lock[which(c).word].owner === null || !k.obeys("LK5");
	return loop<C, string>([
		choose<C, string>(
			[
				waitUntil<C, string>(label, isFree, (c) => {
					maySleep(k, c, label);
					c.s.lock[which(c).word].owner = c.me.id;
				}),
				leave(),
			],
			[
				waitUntil<C, string>(
					`${label} /* sleeps */`,
					(c) => !isFree(c),
					(c) => {
						maySleep(k, c, label);
						const { word, waiters } = which(c);
						if (c.s.lock[word].owner === c.me.id)
							fault("P14", `${label} by ${k.Context.nameOf(c.me.id)}, which has it already`);
						waitOn(k, c, waiters);
					},
				),
			],
		),
	]);
}

/** LK5: inside a step of a task: whether it was unlocked and is now the caller's. It does not sleep. */
export function mutex_trylock(c: In, { word }: Mutex): boolean {
	if (c.s.lock[word].owner !== null) return false;
	c.s.lock[word].owner = c.me.id;
	return true;
}

/** LK5: undoes `mutex_lock()`; a model error where the caller does not own it. */
export function mutex_unlock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Mutex): Stmt<C, string> {
	return step<C, string>(`mutex_unlock(&${name})`, (c) => {
		const { word, waiters } = which(c);
		if (k.obeys("LK5")) disown(k, c.s.lock[word], c.me.id, word);
		wakeWaiters(k, c, waiters);
	});
}
