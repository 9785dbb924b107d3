import {
	anyOf,
	choose,
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
import type { CpuId, In, InModel, Kernel, KernelState, LinuxSystem, TimerFunction } from "../kernel.ts";
import { blockOn, unblock } from "../locking/rtmutex.ts";
import { requireOwn } from "../own.ts";
import { mayBlock } from "../sched/atomic.ts";

// TM2–TM5: timers. Time is abstract: one that is armed falls due at the next tick of the CPU whose base it is on.

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
	k.served.require("addSoftirqs(k, sys)", "a timer that is armed");
	if (s.timer[timer].base !== null) fault("timer-pending", `add_timer_on(): ${k.Timer.nameOf(timer)} is armed already`);
	s.timer[timer].base = k.obeys("TM3") ? cpu : (k.Cpu.all.find((c) => s.cpu[c].online) as CpuId);
}

/** Takes the timer off its base. Inside a step. Returns whether it was armed; one whose function runs is not (TM2). */
export function del_timer(s: KernelState, timer: Timer): boolean {
	const armed = s.timer[timer].base !== null;
	s.timer[timer].base = null;
	s.timer[timer].due = false;
	return armed;
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
						({ s, me }) => {
							if (k.obeys("TM2")) del_timer(s, t);
							setRunning(k, s, me.id, t);
							if (irqsafe) s.cpu[me.cpu].irqs_off = true;
						},
					);
					return irqsafe ? [detach, irqsafeCall(k, t, fn)] : [detach, ...fn];
				},
				[
					waitUntil(
						"/* no timer is due */",
						(c) => !k.Timer.all.some((t) => due(c, t)),
						({ s, me }) => setRunning(k, s, me.id),
					),
					leave(),
				],
			),
		]),
	];
}

/** TM5: base->running_timer of the base that `context` serves, under the base's lock together with what comes next there. */
function setRunning(k: Kernel, s: KernelState, context: Id<"context">, timer?: Timer): void {
	if (!k.syncsTimers) return;
	for (const t of k.Timer.all) {
		if (s.timer[t].running !== context) continue;
		s.timer[t].running = null;
		const lock = k.expiryLocks.get(t);
		if (lock !== undefined) unblock(k, s, lock);
	}
	if (timer !== undefined) s.timer[timer].running = context;
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
	k.syncsTimers = true;
	const label = `del_timer_sync(&${k.Timer.nameOf(timer)})`;
	const waits = ({ s }: In): boolean => k.obeys("TM5") && s.timer[timer].running !== null;
	const blocks = k.rt && typeof k.timerFunctions[timer] !== "function";
	const del = waitUntil<C, string>(
		label,
		(c) => !waits(c) || isBelow(k, c, timer),
		(c) => {
			if (blocks) mayBlock(k, c, label);
			if (waits(c))
				fault("P14", `${label} waits for the function that it interrupts, or is called by, on CPU ${c.me.cpu}`);
			const wasArmed = del_timer(c.s, timer);
			then?.(c, wasArmed);
		},
	);
	if (!blocks) return del;
	k.tasksVary("waits_for", "on_rq");
	const lock = k.expiryLocks.get(timer) ?? k.Lock.add(`${k.Timer.nameOf(timer)}'s expiry_lock`, k.Timer.member(timer));
	k.expiryLocks.set(timer, lock);
	const wait = waitUntil<C, string>(
		`${label} /* blocks */`,
		(c) => waits(c) && !isBelow(k, c, timer),
		(c) => {
			mayBlock(k, c, label);
			blockOn(c, lock);
		},
	);
	return loop<C, string>([choose<C, string>([del, leave()], [wait])]);
}

/** The timer's function cannot go on before the caller does. */
function isBelow(k: Kernel, { s, me }: In, timer: Timer): boolean {
	const { running } = s.timer[timer];
	if (running === null || !k.obeys("TM5")) return false;
	return running === me.id || (me.level === "hardirq" && s.context[running].cpu === me.cpu);
}

function irqsafeCall(k: Kernel, t: Timer, fn: (c: In) => void): Stmt<In, string> {
	return step(`call_timer_fn(${k.Timer.nameOf(t)})`, (c) => {
		fn(c);
		// With the base's lock taken again before interrupts are on.
		setRunning(k, c.s, c.me.id);
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
