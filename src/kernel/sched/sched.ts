import {
	choose,
	type Id,
	loop,
	moveTo,
	type Placement,
	type Routine,
	routines,
	type Stmt,
	waitUntil,
} from "../../lang/index.ts";
import { isStopped } from "../hotplug/cpuhp.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, Sees } from "../kernel.ts";
import { mayMove, mayStay } from "./affinity.ts";
import { isPreemptible } from "./context.ts";
import { mayBeDisplaced, mayBePreempted, preempted } from "./preempt.ts";
import { waitedAbove, waitsAbove } from "./priority.ts";

/**
 * When task `id` may take its next step: it has the CPU, or takes it (which belongs to the step), from nobody or from
 * one that may lose it (PR2); no interrupt level is active there (CX1); and no higher class waits where it would have
 * to give way (TS5).
 */
export function mayRun(k: Kernel, id: Id<"context">): (c: Sees) => boolean {
	const [waits, waited] = [waitsAbove(k), waitedAbove(k)];
	const priority = k.priority[id] as number;
	const levels = k.obeys("CX1");
	const hotplug = k.outgoing !== undefined;
	const { preemptive } = k;
	const [mayTake, mayLeave] = [mayBeDisplaced(k), mayBePreempted(k)];
	// Asked of every task in every state: what says no most often and costs least comes first.
	return (c) => {
		const { s, me } = c;
		if (!me.on_rq) return false;
		const cpu = s.cpu[me.cpu];
		const { curr } = cpu;
		if (curr !== id && curr !== null && !mayTake(s, me.cpu)) return false;
		if (levels && (cpu.hardirq || cpu.softirq)) return false;
		if (hotplug) {
			if (isStopped(k, s)) return false;
			// HP6: whose migration is enabled again there goes on until it can be switched out.
			if (!mayStay(k, s, me) && (curr !== id || mayLeave(s, me.cpu))) return false;
		}
		if (!waits(s, me.cpu, priority) || (curr === id && !(preemptive && isPreemptible(c)))) return true;
		// TS11: nobody has told who has the CPU.
		if (!cpu.resched_ipi || waited(s, me.cpu, priority)) return false;
		return curr === id || (curr === null && !me.behind.has(me.cpu));
	};
}

type Scheduler = Routine<object, undefined, In, string>;

/** The scheduler's own steps for task `id`, possible wherever the rules allow them: migration, and ticks under LAZY. */
export function schedulerOf(k: Kernel, id: Id<"context">, moves: boolean): Scheduler | undefined {
	const steps = [
		...(k.lazy && k.priority[id] === 0 ? [tick(k, id)] : []),
		...(moves ? placementsOf(k, id).map(moveTo) : []),
	];
	if (steps.length === 0) return undefined;
	return routines<KernelState, ContextRecord, KernelEvents>()("sched", {}, [
		loop<In, string>([choose<In, string>(...steps.map((step) => [step]))]),
	]);
}

/**
 * PR2: a tick under LAZY: what is asked of the current task by a wake-up, or by the end of its slice, is asked in
 * earnest. One that makes a timer due, which asks, too, is TM1's.
 */
function tick(k: Kernel, id: Id<"context">): Stmt<In, string> {
	k.cpuVaries("need_resched");
	return waitUntil(
		"<tick: need_resched>",
		({ s, me }) => {
			// Where a task waits may not be known.
			if (!me.on_rq || (me.cpu as CpuId | null) === null) return false;
			const cpu = s.cpu[me.cpu];
			return cpu.curr === id && !cpu.need_resched && !cpu.irqs_off;
		},
		({ s, me, emit }) => {
			emit.ticked(me.cpu, null);
			s.cpu[me.cpu].need_resched = true;
		},
	);
}

/**
 * MG1: where a task that may lose its CPU, or waits for one, goes on: on any that it is allowed (MG2). Nothing asks where it
 * waits until then, so to be moved is no step.
 */
export function placementsOf(k: Kernel, id: Id<"context">): Placement<Sees>[] {
	const isFree = mayLeaveCpu(k, id);
	return k.Cpu.all.map((to) => ({
		lane: to,
		when: ({ s, me }) => me.on_rq && (me.cpu === to || (isFree(s, me) && mayMove(k, s, me, to))),
		enter: ({ s, me }) => {
			if (me.cpu !== to) move(k, s, me, to);
		},
		isThere: ({ me }) => me.cpu === to,
		label: `<migrate to CPU ${to}>`,
	}));
}

/** MG1: a task's CPU changes only while it is not running, for which it may lose the CPU (PR2). */
function mayLeaveCpu(k: Kernel, id: Id<"context">): (s: KernelState, me: ContextRecord) => boolean {
	const mayLeave = mayBePreempted(k);
	const holds = (s: KernelState, c: CpuId | null): boolean =>
		c !== null && s.cpu[c].curr === id && (s.cpu[c].softirq || !mayLeave(s, c));
	return (s, me) => !holds(s, me.cpu) || !k.obeys("MG1");
}

function move(k: Kernel, s: KernelState, me: ContextRecord, to: CpuId): void {
	const from = me.cpu as CpuId | null;
	if (from !== null && s.cpu[from].curr === me.id) preempted(k, s, from);
	me.cpu = to;
	if (!me.unbound) me.unbound = true;
}
