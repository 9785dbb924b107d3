import { type EventTypes, fault, type Id, type Member, ModelError, type Stmt, step } from "../../lang/index.ts";
import type { CpuId, In, InModel, Kernel, KernelState, LinuxSystem, Sees, TimerFunction } from "../kernel.ts";
import { requireOwn } from "../own.ts";
import { migratesTimers, setPinned } from "./timer-migration.ts";

// TM3–TM9: timers are armed and taken away. Time is abstract: one that is armed falls due at the next tick of the CPU whose base it is on.

/** A `struct timer_list`. */
export type Timer = Id<"timer">;

/** TM9: a flag for `timer_setup()`: each mod_timer() leaves it to the CPU at hand. */
export const TIMER_PINNED = "TIMER_PINNED" as const;

/** Declares a timer, before what serves it: addSoftirqs(), and on RT local_bh_enable() and interrupt threads. */
export function timer_setup<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	name: string,
	fn: TimerFunction<InModel<S, T>>,
	...flagsAndOwners: readonly (typeof TIMER_PINNED | Member)[]
): Timer {
	requireOwn(k, sys, `timer ${name}`);
	const owners = flagsAndOwners.filter((each) => each !== TIMER_PINNED);
	const timer = addTimer(k, name, fn as unknown as TimerFunction, owners);
	if (owners.length < flagsAndOwners.length) k.initial.push((s) => setPinned(k, s, timer, true));
	return timer;
}

/** The same for parts of the library. */
export function addTimer(k: Kernel, name: string, fn: TimerFunction, owners: readonly Member[]): Timer {
	if (k.served.has("addSoftirqs(k, sys)"))
		throw new ModelError(`timer ${name}: declare it before addSoftirqs(), which serves the timers that there are`);
	k.timerFunctions.push(fn);
	return k.Timer.add(name, ...owners);
}

/**
 * TM3: pins the timer and puts it on a CPU's base, whether or not that CPU is online: if it is not, the timer waits until the CPU
 * returns, or for whoever moves it (TM4). Inside a step.
 */
export function add_timer_on(k: Kernel, s: KernelState, timer: Timer, cpu: CpuId): void {
	const base = k.obeys("TM3") ? cpu : (k.Cpu.all.find((c) => s.cpu[c].online) as CpuId);
	addOn(k, s, timer, base, "add_timer_on()", true);
}

/** Puts a timer that is not armed on the base of a CPU, and pins it or not. For parts of the library that move timers themselves. */
export function addOn(k: Kernel, s: KernelState, timer: Timer, cpu: CpuId, name: string, pinned: boolean): void {
	refuseArmed(k, s, timer, name);
	setPinned(k, s, timer, pinned);
	arm(k, s, timer, cpu);
}

/** TM6: makes what puts a timer that is not armed on a base of the CPU at hand, inside a step. */
export const add_timer = (k: Kernel) => adding(k, "add_timer()");

/** TM9: the same, of one that is then pinned to that CPU; and of one that is pinned to none. */
export const add_timer_local = (k: Kernel) => adding(k, "add_timer_local()", true);
export const add_timer_global = (k: Kernel) => adding(k, "add_timer_global()", false);

function adding(k: Kernel, name: string, pinned?: boolean): (c: Sees, timer: Timer) => void {
	const mod = mod_timer(k);
	return (c, timer) => {
		refuseArmed(k, c.s, timer, name);
		if (pinned !== undefined) setPinned(k, c.s, timer, pinned);
		mod(c, timer);
	};
}

/**
 * TM6: makes what takes a timer off its base, if it is on one, and puts it on that of the CPU at hand, inside a step; it
 * returns whether the timer was armed. TM7: one whose function runs stays there, or it would run beside itself.
 */
export function mod_timer(k: Kernel): (c: Sees, timer: Timer) => boolean {
	k.timersVary("running", "running_base");
	migratesTimers(k);
	return ({ s, me }, timer) => {
		const wasArmed = timer_pending(s, timer);
		if (wasArmed && !k.obeys("TM6")) return true;
		del_timer(s, timer);
		const { running, running_base } = s.timer[timer];
		arm(k, s, timer, running !== null && running_base !== null && k.obeys("TM7") ? running_base : me.cpu);
		return wasArmed;
	};
}

function refuseArmed(k: Kernel, s: KernelState, timer: Timer, what: string): void {
	if (timer_pending(s, timer)) fault("timer-pending", `${what}: ${k.Timer.nameOf(timer)} is armed already`);
}

/** TM8: not one that is shut down. */
function arm(k: Kernel, s: KernelState, timer: Timer, cpu: CpuId): void {
	k.served.require("addSoftirqs(k, sys)", "a timer that is armed");
	const record = s.timer[timer];
	if (record.shutdown && k.obeys("TM8")) return;
	record.base = cpu;
	if (record.running_base !== null && record.running_base !== cpu) record.running_base = null;
}

/** Whether it is armed: not from where its function is about to be called (TM2). Reads without a lock. */
export const timer_pending = (s: KernelState, timer: Timer): boolean => s.timer[timer].base !== null;

/** Takes the timer off its base. Inside a step. Returns whether it was armed; one whose function runs is not (TM2). */
export function del_timer(s: KernelState, timer: Timer): boolean {
	const armed = timer_pending(s, timer);
	s.timer[timer].base = null;
	s.timer[timer].due = false;
	if (s.timer[timer].remote) s.timer[timer].remote = false;
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

/** TM5: its function runs, and it has not been put on another base since, where nobody would notice (TM3). */
export function isRunning(k: Kernel, s: KernelState, timer: Timer): boolean {
	const { running, running_base } = s.timer[timer];
	return running !== null && running_base !== null && k.obeys("TM5");
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
				arm(k, s, t, me.cpu);
			}
	});
}
