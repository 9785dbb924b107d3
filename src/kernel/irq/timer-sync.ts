import { choose, fault, leave, loop, type Stmt, waitUntil } from "../../lang/index.ts";
import type { In, Kernel, KernelState } from "../kernel.ts";
import { blockOn } from "../locking/rtmutex.ts";
import { mayBlock } from "../sched/atomic.ts";
import { del_timer, isRunning, type Timer, timer_shutdown } from "./timer.ts";

// TM5, TM8: to take a timer away, and know that its function has returned.

/** TM5: makes what del_timer_sync() tries, inside a step: -1 where the function runs, else whether the timer was armed. */
export function try_to_del_timer_sync(k: Kernel): (s: KernelState, timer: Timer) => -1 | 0 | 1 {
	k.timersVary("running", "running_base");
	return (s, timer) => {
		if (isRunning(k, s, timer)) return -1;
		return del_timer(s, timer) ? 1 : 0;
	};
}

/**
 * TM5: takes the timer off its base, unless its function runs: then it waits, and tries again. `then` is told whether it
 * was armed. Without RT the caller spins; on RT it blocks on the expiry_lock that is held around the function. That of an
 * IRQSAFE one is not preempted, and spun for.
 */
export function del_timer_sync<C extends In>(
	k: Kernel,
	timer: Timer,
	then?: (c: NoInfer<C>, wasArmed: boolean) => void,
): Stmt<C, string> {
	return afterFunction(k, timer, "del_timer_sync", del_timer, then);
}

/** TM8: as del_timer_sync(), and from then on nothing arms it, nor its function while that is waited for. */
export function timer_shutdown_sync<C extends In>(
	k: Kernel,
	timer: Timer,
	then?: (c: NoInfer<C>, wasArmed: boolean) => void,
): Stmt<C, string> {
	return afterFunction(k, timer, "timer_shutdown_sync", timer_shutdown(k), then, (s) => {
		s.timer[timer].shutdown = true;
	});
}

/** `take`s the timer when its function does not run; where it does, `missed` is done at once, if there is anything to do. */
function afterFunction<C extends In>(
	k: Kernel,
	timer: Timer,
	name: string,
	take: typeof del_timer,
	then?: (c: C, wasArmed: boolean) => void,
	missed?: (s: KernelState) => void,
): Stmt<C, string> {
	k.timersVary("running", "running_base");
	const label = `${name}(&${k.Timer.nameOf(timer)})`;
	const waits = ({ s }: In): boolean => isRunning(k, s, timer);
	const blocks = k.rt && typeof k.timerFunctions[timer] !== "function";
	const del = waitUntil<C, string>(
		label,
		(c) => !waits(c) || isBelow(k, c, timer),
		(c) => {
			if (blocks) mayBlock(k, c, label);
			if (waits(c))
				fault("P14", `${label} waits for the function that it interrupts, or is called by, on CPU ${c.me.cpu}`);
			const wasArmed = take(c.s, timer);
			then?.(c, wasArmed);
		},
	);
	if (!blocks && missed === undefined) return del;
	const waitsFor = (c: In): boolean => waits(c) && !isBelow(k, c, timer);
	if (!blocks) {
		const shut = waitUntil<C, string>(
			`${label} /* waits */`,
			(c) => waitsFor(c) && !c.s.timer[timer].shutdown,
			({ s }) => missed?.(s),
		);
		return loop<C, string>([choose<C, string>([del, leave()], [shut])]);
	}
	k.tasksVary("waits_for", "on_rq");
	const lock = k.expiryLocks.get(timer) ?? k.Lock.add(`${k.Timer.nameOf(timer)}'s expiry_lock`, k.Timer.member(timer));
	k.expiryLocks.set(timer, lock);
	const wait = waitUntil<C, string>(`${label} /* blocks */`, waitsFor, (c) => {
		mayBlock(k, c, label);
		missed?.(c.s);
		blockOn(k, c, lock);
	});
	return loop<C, string>([choose<C, string>([del, leave()], [wait])]);
}

/** The timer's function cannot go on before the caller does. */
function isBelow(k: Kernel, { s, me }: In, timer: Timer): boolean {
	const { running } = s.timer[timer];
	if (running === null || !k.obeys("TM5")) return false;
	return running === me.id || (me.level === "hardirq" && s.context[running].cpu === me.cpu);
}
