import {
	block,
	choose,
	fault,
	type Id,
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
import { tasksQueue, type WaitQueue, waitOn, waitQueue, wakeWaiter } from "../sched/wait.ts";
import { addWaiter, isWaiter, removeWaiter } from "../sched/wait-list.ts";

// LK5: struct mutex.

/** Who waits for it, and its owner; no spinlock_t, which on RT makes its owner an RCU reader (LK2). */
export type Mutex = WaitQueue;

type Seen = Pick<In, "s" | "me">;

/** Declares a mutex, unlocked. */
export function mutex(k: Kernel, name: string, ...owners: readonly Member[]): Mutex {
	const m = waitQueue(k, name, ...owners);
	k.waitQueueVaries(m, "owner", "first", ...(k.rt ? [] : (["handoff"] as const)));
	tasksQueue(k);
	return m;
}

/**
 * LK5: sleeps until it is unlocked, and owns it. An error in atomic context, whether or not it has to sleep (PR1); and a deadlock (P14) for
 * the owner.
 */
export function mutex_lock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Mutex): Stmt<C, string> {
	const label = `mutex_lock(&${name})`;
	const lock = loop<C, string>([
		choose<C, string>(
			[
				waitUntil<C, string>(
					label,
					(c) => mayTake(k, c, which(c)),
					(c) => {
						maySleep(k, c, label);
						take(c, which(c));
					},
				),
				leave(),
			],
			[
				waitUntil<C, string>(
					`${label} /* sleeps */`,
					(c) => !mayTake(k, c, which(c)),
					(c) => {
						maySleep(k, c, label);
						queueUp(k, c, which(c), label);
						waitOn(k, c, which(c));
					},
				),
			],
		),
	]);
	return block<C, string>(mightSleep(k, label), lock);
}

/** LK5: inside a step of a task: whether it was unlocked, and is now the caller's. It does not sleep. */
export function mutex_trylock(k: Kernel, c: Seen, m: Mutex): boolean {
	if (!mayTake(k, c, m)) return false;
	take(c, m);
	return true;
}

/** Nobody has it, or it was handed over to who waits first; on RT only a higher priority takes it from that one. */
function mayTake(k: Kernel, { s, me }: Seen, m: Mutex): boolean {
	if (!k.obeys("LK5")) return true;
	const { owner, first } = s.wait_queue[m];
	if (owner !== null) return owner === me.id && isWaiter(s, m, me.id);
	return !k.rt || first === null || first === me.id || isAbove(k, me.id, first);
}

function take({ s, me }: Seen, m: Mutex): void {
	s.wait_queue[m].owner = me.id;
	removeWaiter(s, m, me.id);
}

/** It waits in its turn; if it was woken first and somebody has come before it all the same, it is to be handed the mutex. */
function queueUp(k: Kernel, { s, me }: Seen, m: Mutex, label: string): void {
	const { owner, first } = s.wait_queue[m];
	if (owner === me.id) fault("P14", `${label} by ${k.Context.nameOf(me.id)}, which has it already`);
	if (!isWaiter(s, m, me.id)) addWaiter(k, s, m, me.id, (other) => k.rt && isAbove(k, me.id, other));
	else if (!k.rt && first === me.id) s.wait_queue[m].handoff = true;
}

const isAbove = (k: Kernel, a: Id<"context">, b: Id<"context">): boolean =>
	(k.priority[a] as number) > (k.priority[b] as number);

/** LK5: undoes `mutex_lock()`, and wakes who waits first; a model error where the caller does not own it. */
export function mutex_unlock<C extends In = In>(k: Kernel, name: string, which: (c: C) => Mutex): Stmt<C, string> {
	return step<C, string>(`mutex_unlock(&${name})`, (c) => {
		const m = which(c);
		if (c.s.wait_queue[m].owner !== c.me.id && k.obeys("LK5"))
			throw new ModelError(
				`${k.WaitQueue.nameOf(m)} is unlocked by ${k.Context.nameOf(c.me.id)}, which does not hold it`,
			);
		const { first, handoff } = c.s.wait_queue[m];
		c.s.wait_queue[m].owner = handoff ? first : null;
		if (handoff) c.s.wait_queue[m].handoff = false;
		if (first !== null) wakeWaiter(k, c, first);
	});
}
