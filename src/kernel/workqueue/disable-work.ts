import { bool, call, choose, giveBack, routines, type Stmt, step, waitUntil, when } from "../../lang/index.ts";
import type { ContextRecord, In, Kernel, KernelEvents, KernelState } from "../kernel.ts";
import { maySleep } from "../sched/atomic.ts";
import { requirePositive } from "../sched/count.ts";
import { mightSleep } from "../sched/preempt.ts";
import { hasWaited, tasksWait, type WaitQueue, waitOn } from "../sched/wait.ts";
import { maySpin, warnSpin } from "./bh-pool.ts";
import { type Grabbing, try_to_grab_pending } from "./grab-pending.ts";
import { barrierOf } from "./workqueue.ts";

// WQ10: while a work is disabled, whoever queues it is told false and nothing is queued.

const routine = routines<KernelState, ContextRecord, KernelEvents>();
const frame = (k: Kernel) => ({ args: { work: k.Work }, locals: { flags: bool, ret: bool }, returns: bool });

/** Takes back what is queued, and waits for an instance that runs. Returns whether it was queued. */
export function disable_work_sync(k: Kernel) {
	k.disablesWork = true;
	tasksWait(k);
	const barrier = ({ s, f }: In<Grabbing>): WaitQueue | undefined => barrierOf(k, s, f.work);
	const running = (c: In<Grabbing>): boolean => barrier(c) !== undefined;
	const bh = k.bhWorks.size > 0;
	const isBh = ({ f }: { readonly f: Grabbing }): boolean => bh && k.bhWorks.has(f.work);
	const flush = mightSleep(k, "__cancel_work_sync()");
	return routine("disable_work_sync", frame(k), [
		try_to_grab_pending(k),
		release(k, "work_offqd_disable(); clear PENDING", ({ s, f }) => {
			s.work[f.work].disabled++;
		}),
		bh ? when((c) => !isBh(c), [flush]) : flush,
		choose<In<Grabbing>, string>(
			[
				waitUntil(
					"__flush_work(work)",
					(c) => !running(c) || (isBh(c) && !maySpin(k, c)),
					(c) => {
						if (!isBh(c)) maySleep(k, c, "__flush_work()");
						else if (!maySpin(k, c)) warnSpin(c);
					},
				),
			],
			[
				// WQ13: who waits for an item of WQ_BH spins.
				waitUntil(
					"__flush_work(work) /* waits */",
					(c) => running(c) && !isBh(c),
					(c) => {
						maySleep(k, c, "__flush_work()");
						waitOn(k, c, barrier(c) as WaitQueue);
					},
				),
				waitUntil("wait_for_completion(&barr.done)", hasWaited),
			],
		),
		giveBack(({ f }) => f.ret),
	]);
}

/** Owns PENDING for a moment: whoever queues the work just then is told false, though nothing is queued. Returns whether it is enabled now. */
export function enable_work(k: Kernel) {
	k.disablesWork = true;
	const enabled = (c: In<Grabbing>): void => {
		const work = c.s.work[c.f.work];
		requirePositive(k, c, work.disabled, "enable_work()", "the disable count");
		work.disabled--;
		c.f.ret = work.disabled === 0;
	};
	const ret = giveBack<In<Grabbing>>(({ f }) => f.ret);
	if (!k.obeys("WQ10")) return routine("enable_work", frame(k), [step("enable_work(work)", enabled), ret]);
	return routine("enable_work", frame(k), [
		try_to_grab_pending(k),
		release(k, "work_offqd_enable(); clear PENDING", enabled),
		ret,
	]);
}

/** Takes back what is queued, and waits for an instance that runs; whoever queues the work meanwhile is told false. Returns whether it was queued. */
export const cancel_work_sync = (k: Kernel) => cancelling(k, "cancel_work_sync");
/** The same of a delayed work, whose timer may be armed. */
export const cancel_delayed_work_sync = (k: Kernel) => cancelling(k, "cancel_delayed_work_sync");

function cancelling(k: Kernel, name: string) {
	const [disable, enable] = [disable_work_sync(k), enable_work(k)];
	return routine(name, { args: { work: k.Work }, locals: { ret: bool }, returns: bool }, [
		call(disable, ({ f }) => ({ work: f.work }), "ret"),
		call(enable, ({ f }) => ({ work: f.work })),
		giveBack(({ f }) => f.ret),
	]);
}

/** Takes back what is queued, and waits for nothing. Returns whether it was queued. */
export const cancel_work = (k: Kernel) => takingBack(k, "cancel_work");
/** The same of a delayed work, whose timer may be armed. */
export const cancel_delayed_work = (k: Kernel) => takingBack(k, "cancel_delayed_work");

function takingBack(k: Kernel, name: string) {
	return routine(name, frame(k), [
		try_to_grab_pending(k),
		release(k, "set_work_pool_and_clear_pending()", () => {}),
		giveBack(({ f }) => f.ret),
	]);
}

function release(k: Kernel, label: string, change: (c: In<Grabbing>) => void): Stmt<In<Grabbing>, string> {
	return step(label, (c) => {
		if (k.obeys("WQ10")) change(c);
		c.s.work[c.f.work].pending = false;
		c.s.cpu[c.me.cpu].irqs_off = c.f.flags;
	});
}
