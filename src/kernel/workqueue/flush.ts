import { bool, call, choose, giveBack, ModelError, routines, step, waitUntil } from "../../lang/index.ts";
import { del_timer, isRunning as isTimerRunning, type Timer } from "../irq/timer.ts";
import type { ContextRecord, In, Kernel, KernelEvents, KernelState } from "../kernel.ts";
import { maySleep } from "../sched/atomic.ts";
import { mightSleep } from "../sched/preempt.ts";
import { hasWaited, tasksWait, type WaitQueue, waitOn, waitQueue } from "../sched/wait.ts";
import { __queue_work, barrierOf, isFlushed, queuedOn, type Work } from "./workqueue.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/**
 * flush_workqueue(): waits for what is queued or executed now of these works, which are those of the workqueue; not for
 * what is queued later, nor for a delayed work whose timer is armed. One task at a time may flush.
 */
export function flush_workqueue(k: Kernel, works: readonly Work[], label = "flush_workqueue(wq)") {
	k.flushQueue ??= waitQueue(k, "flush_workqueue()");
	const queue = k.flushQueue;
	tasksWait(k);
	return routine("flush_workqueue", {}, [
		mightSleep(k, label),
		step(label, (c) => {
			maySleep(k, c, label);
			const { s } = c;
			if (!isFlushed(k, s)) throw new ModelError(`${label}: another task flushes; one at a time may`);
			for (const work of works) {
				if (queuedOn(k, s, work) !== undefined) s.work[work].flush = "queued";
				else if (barrierOf(k, s, work) !== undefined) s.work[work].flush = "running";
			}
			if (!isFlushed(k, s)) waitOn(k, c, queue);
		}),
		waitUntil(`${label} /* has waited */`, hasWaited),
	]);
}

/**
 * WQ12: flush_work(): waits for the instance of the work that is queued now, or else for the one that runs; not for one that is queued later, nor for a
 * timer. Returns whether it has waited. `works`: those that may be flushed, of all that have been declared.
 */
export function flush_work(k: Kernel, works: readonly Work[] = k.Work.all) {
	for (const work of works)
		if (!k.flushers.has(work))
			k.flushers.set(work, waitQueue(k, `flush_work(${k.Work.nameOf(work)})`, k.Work.member(work)));
	tasksWait(k);
	type Here = In<{ work: Work; ret: boolean }>;
	const waitedFor = ({ s, f }: Here): WaitQueue | undefined => {
		if (!k.obeys("WQ12")) return undefined;
		if (!k.flushers.has(f.work))
			throw new ModelError(`flush_work(${k.Work.nameOf(f.work)}): flush_work(k) was made before INIT_WORK()`);
		return queuedOn(k, s, f.work) === undefined ? barrierOf(k, s, f.work) : k.flushers.get(f.work);
	};
	return routine("flush_work", { args: { work: k.Work }, locals: { ret: bool }, returns: bool }, [
		mightSleep(k, "flush_work()"),
		choose<Here, string>(
			[
				waitUntil(
					"__flush_work(work)",
					(c) => waitedFor(c) === undefined,
					(c) => {
						maySleep(k, c, "flush_work()");
						c.f.ret = false;
					},
				),
			],
			[
				waitUntil(
					"__flush_work(work) /* waits */",
					(c) => waitedFor(c) !== undefined,
					(c) => {
						maySleep(k, c, "flush_work()");
						waitOn(k, c, waitedFor(c) as WaitQueue);
					},
				),
				waitUntil("wait_for_completion(&barr.done)", hasWaited, ({ f }) => {
					f.ret = true;
				}),
			],
		),
		giveBack(({ f }) => f.ret),
	]);
}

/** WQ12: has a delayed work whose timer is armed done at once, and waits for it as flush_work() does. */
export function flush_delayed_work(k: Kernel, works: readonly Work[] = k.Work.all) {
	k.timersVary("running", "running_base");
	const flush = flush_work(k, works);
	const timerOf = (work: Work): Timer => k.workTimers.get(work) as Timer;
	return routine("flush_delayed_work", { args: { work: k.Work }, locals: { ret: bool }, returns: bool }, [
		waitUntil(
			"if (del_timer_sync(&dwork->timer)) __queue_work(dwork->cpu, dwork->wq, &dwork->work)",
			({ s, f }) => !isTimerRunning(k, s, timerOf(f.work)),
			(c) => {
				const { s, f, me } = c;
				const { cpu } = s.work[f.work];
				if (!del_timer(s, timerOf(f.work))) return;
				if (cpu !== null) s.work[f.work].cpu = null;
				__queue_work(k, c, f.work, cpu ?? me.cpu);
			},
		),
		call(flush, ({ f }) => ({ work: f.work }), "ret"),
		giveBack(({ f }) => f.ret),
	]);
}
