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
import type { In, Kernel, KernelState } from "../kernel.ts";
import { maySleep } from "../sched/atomic.ts";
import { requirePositive } from "../sched/count.ts";
import { mightSleep } from "../sched/preempt.ts";
import type { Waker } from "../sched/sleep.ts";
import { isAwaited, tasksWait, type WaitQueue, waitOn, waitQueue, wakeWaiters } from "../sched/wait.ts";

// LK6: struct rw_semaphore.

/** Who waits to read it, who waits to write, how many read it, and who writes. */
export interface RwSemaphore {
	readonly readers: WaitQueue;
	readonly writers: WaitQueue;
}

type Which<C> = (c: C) => RwSemaphore;

/** Declares a semaphore that nobody has. */
export function rw_semaphore(k: Kernel, name: string, ...owners: readonly Member[]): RwSemaphore {
	const readers = waitQueue(k, name, ...owners);
	k.waitQueueVaries(readers, "owner", "readers");
	tasksWait(k);
	return { readers, writers: waitQueue(k, `${name}'s writers`, ...owners) };
}

/** LK6: sleeps while somebody writes or, but on RT, waits to write, also who reads already; an error in atomic context in any case (PR1). */
export function down_read<C extends In = In>(k: Kernel, name: string, which: Which<C>): Stmt<C, string> {
	const label = `down_read(&${name})`;
	return down<C>(
		k,
		label,
		which,
		({ readers }) => readers,
		isReadable,
		(c, sem) => {
			c.s.wait_queue[sem.readers].readers++;
		},
	);
}

/** LK6: sleeps while anybody has it, and is the one who does; an error in atomic context in any case (PR1). */
export function down_write<C extends In = In>(k: Kernel, name: string, which: Which<C>): Stmt<C, string> {
	const label = `down_write(&${name})`;
	return down<C>(
		k,
		label,
		which,
		({ writers }) => writers,
		isFree,
		(c, sem) => {
			c.s.wait_queue[sem.readers].owner = c.me.id;
		},
	);
}

/** LK6: inside a step of a task: whether nobody writes or waits to, on RT neither; it then reads. It does not sleep. */
export function down_read_trylock(k: Kernel, { s }: Pick<In, "s">, sem: RwSemaphore): boolean {
	if (!isReadable(k, s, sem) || writerWaits(k, s, sem)) return false;
	s.wait_queue[sem.readers].readers++;
	return true;
}

/** LK6: inside a step of a task: whether it may write, which it then does. It does not sleep. */
export function down_write_trylock(k: Kernel, { s, me }: Pick<In, "s" | "me">, sem: RwSemaphore): boolean {
	if (!isFree(k, s, sem)) return false;
	s.wait_queue[sem.readers].owner = me.id;
	return true;
}

/** LK6: undoes `down_read()`; where nobody reads raises `negative-count`. */
export function up_read<C extends In = In>(k: Kernel, name: string, which: Which<C>): Stmt<C, string> {
	const label = `up_read(&${name})`;
	return step<C, string>(label, (c) => {
		const sem = which(c);
		const state = c.s.wait_queue[sem.readers];
		requirePositive(k, c, state.readers, label, `${k.WaitQueue.nameOf(sem.readers)}'s readers`);
		state.readers--;
		if (state.readers === 0) wake(k, c, sem);
	});
}

/** LK6: undoes `down_write()`; a model error where the caller does not write. */
export function up_write<C extends In = In>(k: Kernel, name: string, which: Which<C>): Stmt<C, string> {
	return step<C, string>(`up_write(&${name})`, (c) => release(k, c, which(c), "released"));
}

/** LK6: who writes reads from then on, in one step; others may read beside it. */
export function downgrade_write<C extends In = In>(k: Kernel, name: string, which: Which<C>): Stmt<C, string> {
	return step<C, string>(`downgrade_write(&${name})`, (c) => {
		const sem = which(c);
		release(k, c, sem, "downgraded");
		c.s.wait_queue[sem.readers].readers++;
	});
}

/** Which of several goes on is open: all who wait look again. */
function down<C extends In>(
	k: Kernel,
	label: string,
	which: Which<C>,
	queueOf: (sem: RwSemaphore) => WaitQueue,
	isFor: (k: Kernel, s: KernelState, sem: RwSemaphore) => boolean,
	take: (c: C, sem: RwSemaphore) => void,
): Stmt<C, string> {
	const may = (c: C): boolean => isFor(k, c.s, which(c));
	const lock = loop<C, string>([
		choose<C, string>(
			[
				waitUntil<C, string>(label, may, (c) => {
					maySleep(k, c, label);
					take(c, which(c));
				}),
				leave(),
			],
			[
				waitUntil<C, string>(
					`${label} /* sleeps */`,
					(c) => !may(c),
					(c) => {
						maySleep(k, c, label);
						const sem = which(c);
						if (c.s.wait_queue[sem.readers].owner === c.me.id)
							fault("P14", `${label} by ${k.Context.nameOf(c.me.id)}, which writes it already`);
						waitOn(k, c, queueOf(sem));
					},
				),
			],
		),
	]);
	return block<C, string>(mightSleep(k, label), lock);
}

function isFree(k: Kernel, s: KernelState, { readers }: RwSemaphore): boolean {
	const sem = s.wait_queue[readers];
	return (sem.owner === null && sem.readers === 0) || !k.obeys("LK6");
}

/** One who waits to write keeps those out who come while it is read. RT is not fair to writers. */
function isReadable(k: Kernel, s: KernelState, sem: RwSemaphore): boolean {
	if (!k.obeys("LK6")) return true;
	return s.wait_queue[sem.readers].owner === null && (k.rt || !writerWaits(k, s, sem));
}

const writerWaits = (k: Kernel, s: KernelState, { writers }: RwSemaphore): boolean =>
	k.obeys("LK6") && isAwaited(k, s, writers);

function release(k: Kernel, c: Waker & Pick<In, "me">, sem: RwSemaphore, how: string): void {
	const state = c.s.wait_queue[sem.readers];
	if (state.owner !== c.me.id && k.obeys("LK6"))
		throw new ModelError(
			`${k.WaitQueue.nameOf(sem.readers)} is ${how} by ${k.Context.nameOf(c.me.id)}, which does not write it`,
		);
	state.owner = null;
	wake(k, c, sem);
}

function wake(k: Kernel, c: Waker, { readers, writers }: RwSemaphore): void {
	wakeWaiters(k, c, readers);
	wakeWaiters(k, c, writers);
}
