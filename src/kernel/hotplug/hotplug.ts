import {
	block,
	choose,
	type EventTypes,
	type Id,
	leave,
	loop,
	range,
	routines,
	type Stmt,
	step,
	waitUntil,
	when,
} from "../../lang/index.ts";
import { clearPending } from "../irq/vectors.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "../kernel.ts";
import { addCpuContext } from "../sched/cpu-context.ts";
import { isIdle } from "../sched/idle.ts";
import { park, unpark } from "../sched/kthread-stop.ts";
import { addGracePeriods, canSwitch, startGracePeriod } from "../sched/rcu.ts";
import { leaveCpu, sleepAs, sleepUninterruptibly, wake_up_process } from "../sched/sleep.ts";
import { addTask, bare } from "../sched/task.ts";
import { hasWaited, notices, type WaitQueue, waitOn, waitQueue } from "../sched/wait.ts";
import { startupOf, teardownOf } from "./cpuhp.ts";
import { type CpuhpState, cpuhpStates } from "./cpuhp-states.ts";
import { cpus_write_lock, cpus_write_relock, cpus_write_unlock } from "./cpus-lock.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** Who the parts of the process are. */
interface Parties {
	readonly cpu: CpuId;
	readonly control: () => Id<"context">;
	readonly cpuhp: () => Id<"context">;
}

const at = (state: CpuhpState): number => cpuhpStates.indexOf(state);
const dying = at("CPUHP_AP_SMPCFD_DYING");
/** HP1: the states whose callbacks the control task runs, and those of cpuhp/N, both in the order of the way down. */
const deadStates = cpuhpStates.slice(0, dying).reverse();
const apStates = cpuhpStates.slice(dying + 1).reverse();

/**
 * HP1: CPU 1 goes offline once, at any time, where the kernel's option `hotplug` says so. The control task starts it and runs
 * the callbacks of the dead CPU; the thread cpuhp/1 runs the others on CPU 1. Call it when all callbacks are registered
 * (cpuhp_setup_state()).
 */
export function addHotplug<S extends KernelState, T extends EventTypes>(k: Kernel, system: LinuxSystem<S, T>): void {
	k.served.add("addHotplug(k, sys)");
	const { outgoing: cpu } = k;
	if (cpu === undefined) return;
	k.outgoingVaries("online", "active", "dying");
	const sys = bare(system);
	const parties: Parties = { cpu, control: () => control, cpuhp: () => cpuhp };
	const control: Id<"context"> = addTask(k, sys, "cpu_down", _cpu_down(k, parties), { sleeps: true, avoids: cpu });
	k.hotplugControl = control;
	const cpuhp: Id<"context"> = addTask(k, sys, `cpuhp/${cpu}`, cpuhp_thread_fun(k, parties), {
		boundTo: k.obeys("HP1") ? cpu : k.Cpu.id(0),
		isPerCpu: true,
		sleeps: "asleep",
		endsAsleep: true,
	});
	k.varies(cpuhp, "waits_on");
	k.hotplugWait = waitQueue(k, "rq->hotplug_wait");
	const idle = notices(k, "balance_push", `<CPU ${cpu} is empty>`, k.hotplugWait, (s) => isEmpty(k, parties, s));
	sys.process(`balance_push/${cpu}`, idle, { of: [k.Cpu.member(cpu)] });
	addStopper(k, sys, parties);
	addGracePeriods(k, sys);
}

/** HP3: dying=1 comes first. What the CPU leaves behind when it is dead is this task's (HP2, HP9). */
function _cpu_down(k: Kernel, { cpu, cpuhp }: Parties) {
	const { hotplug } = k.options;
	return routine("_cpu_down", {}, [
		cpus_write_lock(k, cpu),
		waitUntil("set_cpu_dying(cpu, true); cpuhp_kick_ap(cpu)", hasWaited, (c) => {
			c.s.cpu[cpu].dying = k.obeys("HP3");
			wake_up_process(k, c, cpuhp());
			sleepUninterruptibly(k, c);
		}),
		...(hotplug === "rollback" ? [] : inOrder(k, deadStates).flatMap((state) => teardownOf(k, state, cpu))),
		...(hotplug === "downup" ? cpu_up(k, cpu, cpuhp) : []),
		cpus_write_unlock(k, cpu),
	]);
}

/** The way back up, as far as it is the control task's. The pending bits of the CPU are as they were. */
function cpu_up(k: Kernel, cpu: CpuId, cpuhp: () => Id<"context">): readonly Stmt<In, string>[] {
	return [
		cpus_write_relock(k, cpu),
		...[...deadStates].reverse().flatMap((state) => startupOf(k, state, cpu)),
		step("bringup_cpu(cpu): set_cpu_online(cpu, true)", (c) => {
			c.s.cpu[cpu].dying = false;
			c.s.cpu[cpu].online = true;
			// SQ8: nobody has cleared its pending bits.
			if (!k.obeys("SQ8")) clearPending(k, c.s.cpu[cpu]);
			unpark(c.s, cpuhp());
			sleepUninterruptibly(k, c);
		}),
	];
}

/** HP2 upside down is its mutant. */
const inOrder = (k: Kernel, states: readonly CpuhpState[]): readonly CpuhpState[] =>
	k.obeys("HP2") ? states : [...states].reverse();

/** How many of the states of `apStates` the CPU has left when a callback fails. */
type Failing = { left: number };

/**
 * What the thread of the dying CPU does there. HP6: active=0 comes first, then all readers and regions without
 * preemption that are open end; HP5: the last is that nothing but this thread is left to run on the CPU. HP8: any of
 * the callbacks, and the CPU itself, may refuse.
 */
function cpuhp_thread_fun(k: Kernel, parties: Parties) {
	const { cpu } = parties;
	const states = inOrder(k, apStates);
	const down = states.map((state) => ({ state, teardown: teardownOf(k, state, cpu) }));
	const first = down.find(({ teardown }) => teardown.length > 0)?.state;
	const rollback = k.options.hotplug === "rollback";
	const fails = (left: number, guard: (c: In<Failing>) => boolean, what: string): Stmt<In<Failing>, string> =>
		waitUntil(`${what} fails: set_cpu_dying(cpu, false)`, guard, ({ s, f }) => {
			f.left = left;
			s.cpu[cpu].dying = false;
		});
	/** The rest of the way down, from the state with this number on. */
	const from = (i: number): readonly Stmt<In<Failing>, string>[] => {
		const next = down[i];
		if (!next)
			return takedown(
				k,
				parties,
				rollback ? fails(i, ({ s }) => isEmpty(k, parties, s), "take_cpu_down(cpu)") : undefined,
			);
		if (next.teardown.length === 0) return from(i + 1);
		const going = [...next.teardown, ...from(i + 1)];
		// Whether the first of them fails is decided when the grace period ends.
		if (!rollback || next.state === first) return going;
		return [choose<In<Failing>, string>([fails(i, () => true, next.state)], going)];
	};
	const graceIsOver = waitUntil<In, string>("synchronize_rcu() /* the grace period is over */", hasWaited);
	return routine("cpuhp_thread_fun", { locals: { left: range(0, apStates.length) } }, [
		step("sched_cpu_deactivate(cpu): set_cpu_active(cpu, false); synchronize_rcu()", (c) => {
			c.s.cpu[cpu].active = false;
			startGracePeriod(k, c);
		}),
		rollback && first !== undefined
			? choose<In<Failing>, string>([fails(0, hasWaited, first)], [graceIsOver, ...from(0)])
			: block<In<Failing>, string>(graceIsOver, ...from(0)),
		...(k.options.hotplug === "down" ? [] : up(k, parties, states, rollback)),
	]);
}

/** HP5: whether nothing but cpuhp/N is left to run on the CPU, and nobody is pinned to it. */
function isEmpty(k: Kernel, { cpu, cpuhp }: Parties, s: KernelState): boolean {
	if (!k.obeys("HP5")) return true;
	return !k.tasks.some((id) => {
		const task = s.context[id];
		return id !== cpuhp() && task.cpu === cpu && (task.on_rq || task.migration_disabled > 0);
	});
}

/**
 * The end of the way down: the thread sleeps until the CPU is empty and is parked, and all else is the stopper's; or the CPU
 * refuses (HP8).
 */
function takedown(
	k: Kernel,
	parties: Parties,
	fails: Stmt<In<Failing>, string> | undefined,
): readonly Stmt<In<Failing>, string>[] {
	const isDone = ({ s }: In): boolean => isEmpty(k, parties, s);
	const sleep = (c: In): void => waitOn(k, c, k.hotplugWait as WaitQueue);
	return [
		step("sched_cpu_wait_empty(cpu)", (c) => (isDone(c) ? leaveCpu(k, c) : sleep(c))),
		loop<In<Failing>, string>([
			choose<In<Failing>, string>(
				[fails ?? waitUntil("takedown_cpu(cpu): kthread_park(cpuhp)", isDone, (c) => park(k, c)), leave()],
				[waitUntil("sched_cpu_wait_empty(cpu) /* again */", (c) => !isDone(c), sleep)],
			),
		]),
	];
}

/** HP8: the callbacks of all states that the CPU had left, in ascending order; the last is to be active again. */
function up(
	k: Kernel,
	{ cpu, control }: Parties,
	states: readonly CpuhpState[],
	rollback: boolean,
): readonly Stmt<In<Failing>, string>[] {
	const startups = k.obeys("HP8") ? states.map((state) => startupOf(k, state, cpu)) : [];
	return [
		...startups
			.map((startup, i) =>
				rollback && startup.length > 0 ? [when<In<Failing>, string>(({ f }) => f.left > i, startup)] : startup,
			)
			.reverse()
			.flat(),
		step("sched_cpu_activate(cpu): set_cpu_active(cpu, true); complete_ap_thread()", (c) => {
			c.s.cpu[cpu].active = true;
			wake_up_process(k, c, control());
			// As it slept before, until there is something to do.
			sleepAs(k, c, "INTERRUPTIBLE");
		}),
	];
}

/**
 * HP4: stop_machine(). The stopper takes the CPU away where it could run on every CPU, and all the others spin with
 * interrupts off until it has run the dying CPU's last callbacks (HP7).
 */
function addStopper(k: Kernel, sys: ReturnType<typeof bare>, { cpu, control, cpuhp }: Parties): void {
	if (k.options.hotplug === "rollback") return;
	const canStop = canSwitch(k);
	const last = k.obeys("HP7") ? teardownOf(k, "CPUHP_AP_SMPCFD_DYING", cpu) : [];
	if (last.length > 0) k.cpuVaries("irqs_off");
	const irqs = (s: KernelState, off: boolean): void => {
		for (const c of k.Cpu.all) s.cpu[c].irqs_off = off;
	};
	const stopper = routine("take_cpu_down", {}, [
		waitUntil(
			"set_cpu_online(cpu, false)",
			({ s }) =>
				s.context[cpuhp()].state === "PARKED" &&
				// Its idle task is the last to have it, and the first when it returns.
				(k.idleTasks[cpu] === undefined || isIdle(k, s, cpu)) &&
				(!k.obeys("HP4") || k.Cpu.all.every((c) => canStop(s, c))),
			(c) => {
				const { s } = c;
				s.cpu[cpu].online = false;
				if (!isIdle(k, s, cpu)) s.cpu[cpu].curr = null;
				// HP9: what is on lists of the CPU stays there.
				if (!k.obeys("HP9")) s.pool[cpu].worklist.clear();
				if (last.length > 0) irqs(s, true);
				else wake_up_process(k, c, control());
			},
		),
		...last,
		...(last.length === 0
			? []
			: [
					step<In, string>("cpuhp_ap_report_dead()", (c) => {
						irqs(c.s, false);
						wake_up_process(k, c, control());
					}),
				]),
	]);
	addCpuContext(k, sys, `migration/${cpu}`, cpu, stopper, { level: "task" });
}
