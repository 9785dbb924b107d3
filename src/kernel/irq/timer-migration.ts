import { anyOf, type Id, type Stmt, waitUntil } from "../../lang/index.ts";
import type { CpuId, In, Kernel, KernelState, Sees } from "../kernel.ts";
import { blockOn, unblock } from "../locking/rtmutex.ts";
import { mayBeIdle } from "../sched/nohz.ts";

type Timer = Id<"timer">;

// TM9: a timer that is not pinned goes on the global base of its CPU, which another CPU serves while that one is idle.

/** Some timers of this scenario are not pinned. While the model is built. */
export function migratesTimers(k: Kernel): void {
	if (k.Cpu.count === 1 || !k.obeys("TM9")) return;
	k.timersVary("pinned", "remote");
	k.cpuVaries("tmigr_remote", "global_running", "leaves_idle");
	if (k.rt && !k.migratesTimers) {
		k.tasksVary("waits_for", "on_rq");
		for (const c of k.Cpu.all)
			k.globalExpiryLocks.push(k.Lock.add(`${k.Cpu.nameOf(c)}'s global expiry_lock`, k.Cpu.member(c)));
	}
	k.migratesTimers = true;
}

/** TIMER_PINNED. Where that changes while the function runs, it is not known on the other base that it does (TM5). */
export function setPinned(k: Kernel, s: KernelState, timer: Timer, pinned: boolean): void {
	const record = s.timer[timer];
	if (!k.migratesTimers || record.pinned === pinned) return;
	record.pinned = pinned;
	if (record.running_base !== null) record.running_base = null;
}

const isExpired = (s: KernelState, t: Timer): boolean => s.timer[t].due || s.timer[t].remote;

/** It stands on the global base of this CPU. */
const isGlobal = (s: KernelState, t: Timer, c: CpuId): boolean => s.timer[t].base === c && !s.timer[t].pinned;

/**
 * Whether a tick of a CPU makes a timer due that is not on its bases, and has this CPU look after the one whose it is. If that is idle
 * no more, or not yet, it comes to the timer itself, by a tick of its own.
 */
export function tmigr_requires_handle_remote(k: Kernel): (s: KernelState, t: Timer, by: CpuId) => boolean {
	const idle = mayBeIdle(k);
	return (s, t, by) => {
		if (!k.migratesTimers) return false;
		const { base, pinned, remote } = s.timer[t];
		return base !== null && base !== by && !pinned && !remote && idle(s, base);
	};
}

/** Whether a timer is due on a base that this softirq serves, and nobody runs another function of that base. */
export function isAtHand(k: Kernel, { s, me }: Sees, t: Timer): boolean {
	const { base, due, pinned } = s.timer[t];
	if (!k.migratesTimers) return due && base === me.cpu;
	if (base === null || !isExpired(s, t)) return false;
	if (pinned) return base === me.cpu;
	const { tmigr_remote, global_running } = s.cpu[base];
	return (base === me.cpu || tmigr_remote === me.id) && (global_running === null || global_running === me.id);
}

/** What the softirq does besides: it takes over the timers of idle CPUs, and waits on RT for who serves its own. */
export function tmigr_handle_remote(k: Kernel) {
	const idle = mayBeIdle(k);
	const isServable = ({ s, me }: Sees, c: CpuId): boolean => {
		if (!k.migratesTimers || c === me.cpu) return false;
		if (s.cpu[c].tmigr_remote !== null) return false;
		return k.Timer.all.some((t) => isGlobal(s, t, c) && isExpired(s, t)) && idle(s, c);
	};
	/** RT: the CPU of a base that it would serve, and somebody else does. */
	const taken = (v: Sees): CpuId | undefined => {
		const { s, me } = v;
		if (!k.rt || !k.migratesTimers || k.Timer.all.some((t) => isAtHand(k, v, t))) return undefined;
		return k.Cpu.all.find((c) => {
			const { tmigr_remote, global_running } = s.cpu[c];
			if (global_running === null || global_running === me.id || (c !== me.cpu && tmigr_remote !== me.id)) return false;
			return k.Timer.all.some((t) => isGlobal(s, t, c) && isExpired(s, t));
		});
	};
	const branches: readonly (readonly Stmt<In, string>[])[] = [
		[
			anyOf<In, "cpu", string>(k.Cpu, (c) => [
				waitUntil(
					`tmigr_handle_remote_cpu(${c}): tmc->remote = true`,
					(v) => isServable(v, c),
					({ s, me }) => {
						s.cpu[c].tmigr_remote = me.id;
					},
				),
			]),
		],
		[
			waitUntil(
				"timer_base_lock_expiry(base) /* blocks */",
				(v) => taken(v) !== undefined,
				(v) => blockOn(k, v, k.globalExpiryLocks[taken(v) as CpuId] as never),
			),
		],
	];
	return {
		branches: k.Cpu.count === 1 ? [] : k.rt ? branches : branches.slice(0, 1),
		isDone: (v: Sees): boolean => taken(v) === undefined,
		done: ({ s, me }: Sees): void => {
			if (!k.migratesTimers) return;
			for (const c of k.Cpu.all) if (s.cpu[c].tmigr_remote === me.id) s.cpu[c].tmigr_remote = null;
		},
	};
}

/** Of a global base, that a function of it runs, or does no more. */
export function setGlobalRunning(k: Kernel, c: Pick<In, "s" | "me" | "emit">, timer?: Timer): void {
	if (!k.migratesTimers) return;
	const { s, me } = c;
	for (const cpu of k.Cpu.all) {
		if (s.cpu[cpu].global_running !== me.id) continue;
		s.cpu[cpu].global_running = null;
		if (k.rt) unblock(k, c, k.globalExpiryLocks[cpu] as never);
	}
	if (timer === undefined || s.timer[timer].pinned) return;
	s.cpu[s.timer[timer].base as CpuId].global_running = me.id;
}
