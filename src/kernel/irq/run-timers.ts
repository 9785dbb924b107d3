import { anyOf, leave, loop, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { In, Kernel, TimerFunction } from "../kernel.ts";
import { unblock } from "../locking/rtmutex.ts";
import { del_timer, type Timer } from "./timer.ts";
import { isAtHand, setGlobalRunning, tmigr_handle_remote } from "./timer-migration.ts";

/** TM2: the TIMER softirq: each timer of this CPU that is due is taken off the base and then called. */
export function run_timer_softirq(k: Kernel): Stmt<In, string>[] {
	const remote = tmigr_handle_remote(k);
	return [
		loop([
			anyOf<In, "timer", string, string>(
				k.Timer,
				(t) => {
					const fn = k.timerFunctions[t] as TimerFunction;
					const irqsafe = typeof fn === "function";
					const detach = waitUntil<In, string>(
						`expire_timers(): detach_timer(${k.Timer.nameOf(t)})`,
						(c) => isAtHand(k, c, t),
						(c) => {
							setRunning(k, c, t);
							if (k.obeys("TM2")) del_timer(c.s, t);
							if (irqsafe) c.s.cpu[c.me.cpu].irqs_off = true;
						},
					);
					return irqsafe ? [detach, irqsafeCall(k, t, fn)] : [detach, ...fn];
				},
				[
					waitUntil(
						"/* no timer is due */",
						(c) => !k.Timer.all.some((t) => isAtHand(k, c, t)) && remote.isDone(c),
						(c) => {
							setRunning(k, c);
							remote.done(c);
						},
					),
					leave(),
				],
				...remote.branches,
			),
		]),
	];
}

/** TM5: base->running_timer of the base that this context serves, under the base's lock together with what comes next there. */
function setRunning(k: Kernel, c: Pick<In, "s" | "me" | "emit">, timer?: Timer): void {
	const { s, me } = c;
	setGlobalRunning(k, c, timer);
	if (k.isFixedTimerField("running")) return;
	for (const t of k.Timer.all) {
		if (s.timer[t].running !== me.id) continue;
		s.timer[t].running = null;
		if (s.timer[t].running_base !== null) s.timer[t].running_base = null;
		const lock = k.expiryLocks.get(t);
		if (lock !== undefined) unblock(k, c, lock);
	}
	if (timer === undefined) return;
	s.timer[timer].running = me.id;
	s.timer[timer].running_base = s.timer[timer].base;
}

function irqsafeCall(k: Kernel, t: Timer, fn: (c: In) => void): Stmt<In, string> {
	return step(`call_timer_fn(${k.Timer.nameOf(t)})`, (c) => {
		fn(c);
		// With the base's lock taken again before interrupts are on.
		setRunning(k, c);
		c.s.cpu[c.me.cpu].irqs_off = false;
	});
}
