import {
	anyOf,
	type EventTypes,
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
import type { CpuId, In, InModel, Kernel, KernelState, LinuxSystem, Sees, TimerFunction } from "../kernel.ts";
import { unblock } from "../locking/rtmutex.ts";
import { requireOwn } from "../own.ts";

// TM2–TM4, TM6, TM7: timers. Time is abstract: one that is armed falls due at the next tick of the CPU whose base it is on.

/** A `struct timer_list`. */
export type Timer = Id<"timer">;

/** Declares a timer, before what serves it: addSoftirqs(), and on RT local_bh_enable() and interrupt threads. */
export function timer_setup<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	name: string,
	fn: TimerFunction<InModel<S, T>>,
	...owners: readonly Member[]
): Timer {
	requireOwn(k, sys, `timer ${name}`);
	return addTimer(k, name, fn as unknown as TimerFunction, owners);
}

/** The same for parts of the library. */
export function addTimer(k: Kernel, name: string, fn: TimerFunction, owners: readonly Member[]): Timer {
	if (k.served.has("addSoftirqs(k, sys)"))
		throw new ModelError(`timer ${name}: declare it before addSoftirqs(), which serves the timers that there are`);
	k.timerFunctions.push(fn);
	return k.Timer.add(name, ...owners);
}

/**
 * TM3: puts the timer on a CPU's base, whether or not that CPU is online: if it is not, the timer waits until the CPU
 * returns, or for whoever moves it (TM4). Inside a step.
 */
export function add_timer_on(k: Kernel, s: KernelState, timer: Timer, cpu: CpuId): void {
	refuseArmed(k, s, timer, "add_timer_on()");
	arm(k, s, timer, k.obeys("TM3") ? cpu : (k.Cpu.all.find((c) => s.cpu[c].online) as CpuId));
}

/** TM6: makes what puts a timer that is not armed on the base of the CPU at hand, inside a step. */
export function add_timer(k: Kernel): (c: Sees, timer: Timer) => void {
	const mod = mod_timer(k);
	return (c, timer) => {
		refuseArmed(k, c.s, timer, "add_timer()");
		mod(c, timer);
	};
}

/**
 * TM6: makes what takes a timer off its base, if it is on one, and puts it on that of the CPU at hand, inside a step; it
 * returns whether the timer was armed. TM7: one whose function runs stays there, or it would run beside itself.
 */
export function mod_timer(k: Kernel): (c: Sees, timer: Timer) => boolean {
	k.timersVary("running");
	return ({ s, me }, timer) => {
		const { running } = s.timer[timer];
		const wasArmed = timer_pending(s, timer);
		if (wasArmed && !k.obeys("TM6")) return true;
		del_timer(s, timer);
		arm(k, s, timer, running !== null && k.obeys("TM7") ? s.context[running].cpu : me.cpu);
		return wasArmed;
	};
}

function refuseArmed(k: Kernel, s: KernelState, timer: Timer, what: string): void {
	if (timer_pending(s, timer)) fault("timer-pending", `${what}: ${k.Timer.nameOf(timer)} is armed already`);
}

/** TM8: not one that is shut down. */
function arm(k: Kernel, s: KernelState, timer: Timer, cpu: CpuId): void {
	k.served.require("addSoftirqs(k, sys)", "a timer that is armed");
	if (!s.timer[timer].shutdown || !k.obeys("TM8")) s.timer[timer].base = cpu;
}

/** Whether it is armed: not from where its function is about to be called (TM2). Reads without a lock. */
export const timer_pending = (s: KernelState, timer: Timer): boolean => s.timer[timer].base !== null;

/** Takes the timer off its base. Inside a step. Returns whether it was armed; one whose function runs is not (TM2). */
export function del_timer(s: KernelState, timer: Timer): boolean {
	const armed = timer_pending(s, timer);
	s.timer[timer].base = null;
	s.timer[timer].due = false;
	return armed;
}

/** TM8: makes what does the same, inside a step, of a timer that is then not armed again. */
export function timer_shutdown(k: Kernel): typeof del_timer {
	k.timersVary("shutdown");
	return (s, timer) => {
		s.timer[timer].shutdown = true;
		return del_timer(s, timer);
	};
}

/** TM2: the TIMER softirq: each timer of this CPU that is due is taken off the base and then called. */
export function run_timer_softirq(k: Kernel): Stmt<In, string>[] {
	const due = ({ s, me }: In, t: Timer): boolean => s.timer[t].due && s.timer[t].base === me.cpu;
	return [
		loop([
			anyOf<In, "timer", string, string>(
				k.Timer,
				(t) => {
					const fn = k.timerFunctions[t] as TimerFunction;
					const irqsafe = typeof fn === "function";
					const detach = waitUntil<In, string>(
						`expire_timers(): detach_timer(${k.Timer.nameOf(t)})`,
						(c) => due(c, t),
						(c) => {
							if (k.obeys("TM2")) del_timer(c.s, t);
							setRunning(k, c, t);
							if (irqsafe) c.s.cpu[c.me.cpu].irqs_off = true;
						},
					);
					return irqsafe ? [detach, irqsafeCall(k, t, fn)] : [detach, ...fn];
				},
				[
					waitUntil(
						"/* no timer is due */",
						(c) => !k.Timer.all.some((t) => due(c, t)),
						(c) => setRunning(k, c),
					),
					leave(),
				],
			),
		]),
	];
}

/** TM5: base->running_timer of the base that this context serves, under the base's lock together with what comes next there. */
function setRunning(k: Kernel, c: Pick<In, "s" | "me" | "emit">, timer?: Timer): void {
	const { s, me } = c;
	if (k.isFixedTimerField("running")) return;
	for (const t of k.Timer.all) {
		if (s.timer[t].running !== me.id) continue;
		s.timer[t].running = null;
		const lock = k.expiryLocks.get(t);
		if (lock !== undefined) unblock(k, c, lock);
	}
	if (timer !== undefined) s.timer[timer].running = me.id;
}

/** TM5: its function runs, and it has not been put on another CPU's base since, where nobody would notice (TM3). */
export function isRunning(k: Kernel, s: KernelState, timer: Timer): boolean {
	const { running, base } = s.timer[timer];
	if (running === null || !k.obeys("TM5")) return false;
	return base === null || base === s.context[running].cpu;
}

function irqsafeCall(k: Kernel, t: Timer, fn: (c: In) => void): Stmt<In, string> {
	return step(`call_timer_fn(${k.Timer.nameOf(t)})`, (c) => {
		fn(c);
		// With the base's lock taken again before interrupts are on.
		setRunning(k, c);
		c.s.cpu[c.me.cpu].irqs_off = false;
	});
}

/**
 * TM4: a step of the control task after CPU `dead` has died: its timers move to the base of the CPU at hand. DW4: those
 * of delayed works too, which are then queued for the dead CPU (DW2), whose workers run anywhere (WQ9).
 */
export function timers_dead_cpu(k: Kernel, dead: CpuId): Stmt<In, string> {
	const stays = new Set(k.obeys("DW4") ? [] : k.workTimers.values());
	return step(`timers_dead_cpu(${dead})`, ({ s, me }) => {
		for (const t of k.Timer.all)
			if (s.timer[t].base === dead && k.obeys("TM4") && !stays.has(t)) {
				del_timer(s, t);
				add_timer_on(k, s, t, me.cpu);
			}
	});
}
