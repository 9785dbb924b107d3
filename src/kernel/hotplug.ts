import { type EventTypes, type Id, ModelError, routines, type Stmt, step, waitUntil } from "../lang/index.ts";
import { isRcuReader } from "./context.ts";
import { isIdle } from "./idle.ts";
import type { ContextRecord, CpuId, In, InModel, Kernel, KernelEvents, KernelState, LinuxSystem } from "./kernel.ts";
import { do_exit, leaveCpu, wake_up_process } from "./sleep.ts";
import { addTask, bare } from "./task.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** Callbacks of the way down: those that the dying CPU's own thread runs, and those run once it is dead (HP1). */
export interface DownCallbacks<C> {
	readonly teardown?: readonly Stmt<C, string>[];
	readonly dead?: readonly Stmt<C, string>[];
}

/**
 * HP1, in outline: CPU `options.offline` goes down once, at any time. Its thread cpuhp/N runs the teardown callbacks
 * there, preemptible; then the control task stops all CPUs (HP4) and, on any that is left, runs the dead callbacks.
 */
export function addCpuDown<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	system: LinuxSystem<S, T>,
	callbacks: DownCallbacks<InModel<S, T>> = {},
): void {
	const { offline } = k.options;
	if (offline === undefined) throw new ModelError("addCpuDown: name the CPU in the kernel's option `offline`");
	k.cpuVaries("online", "active", "dying");
	const { teardown = [], dead = [] } = callbacks as unknown as DownCallbacks<In>;
	const sys = bare(system);
	const cpu = k.Cpu.id(offline);
	const control: Id<"context"> = addTask(
		k,
		sys,
		"cpu_down",
		cpu_down(k, cpu, () => cpuhp, dead),
		{ sleeps: true },
	);
	const cpuhp: Id<"context"> = addTask(
		k,
		sys,
		`cpuhp/${cpu}`,
		cpuhp_thread_fun(k, cpu, () => control, teardown),
		{
			boundTo: k.obeys("HP1") ? cpu : k.Cpu.id(cpu === 0 ? 1 : 0),
			isPerCpu: true,
			sleeps: "asleep",
		},
	);
}

function cpu_down(k: Kernel, cpu: CpuId, cpuhp: () => Id<"context">, dead: readonly Stmt<In, string>[]) {
	const canStop = stopperCanRun(k);
	return routine("cpu_down", {}, [
		step("set_cpu_dying(cpu, true)", ({ s }) => {
			s.cpu[cpu].dying = true;
		}),
		step("cpuhp_kick_ap(cpu): wait_for_ap_thread()", (c) => {
			wake_up_process(k, c, cpuhp());
			sleep(c);
		}),
		step("takedown_cpu(cpu): stop_machine_cpuslocked()", leaveCpu),
		waitUntil(
			"take_cpu_down(cpu): set_cpu_online(cpu, false)",
			({ s }) => !k.obeys("HP4") || k.Cpu.all.every((c) => !s.cpu[c].online || canStop(s, c)),
			({ s }) => {
				s.cpu[cpu].online = false;
			},
		),
		...dead,
		do_exit(k),
	]);
}

/** HP6: active=0 comes first; HP5: it ends when nothing but this thread is left to run on the CPU. */
function cpuhp_thread_fun(k: Kernel, cpu: CpuId, control: () => Id<"context">, teardown: readonly Stmt<In, string>[]) {
	const quiescent = stopperCanRun(k);
	const left = ({ s, me }: In): boolean =>
		k.tasks.some((id) => {
			const task = s.context[id];
			return id !== me.id && task.cpu === cpu && (task.on_rq || task.migration_disabled > 0);
		});
	return routine("cpuhp_thread_fun", {}, [
		step("sched_cpu_deactivate(cpu): set_cpu_active(cpu, false)", (c) => {
			c.s.cpu[cpu].active = false;
			leaveCpu(c);
		}),
		// Each CPU in turn passes a point at which no read-side section that began before is open.
		...k.Cpu.all.map((c) =>
			waitUntil<In, string>(
				`synchronize_rcu() /* CPU ${c} */`,
				({ s }) =>
					quiescent(s, c) && !k.tasks.some((id) => s.context[id].cpu === c && isRcuReader(k, s, s.context[id])),
				leaveCpu,
			),
		),
		...teardown,
		step("sched_cpu_wait_empty(cpu)", leaveCpu),
		waitUntil(
			"complete_ap_thread()",
			(c) => !left(c),
			(c) => {
				wake_up_process(k, c, control());
				sleep(c);
			},
		),
	]);
}

function sleep(c: In): void {
	c.me.state = "UNINTERRUPTIBLE";
	c.me.on_rq = false;
	leaveCpu(c);
}

/**
 * HP4: whether the stopper can be switched in on a CPU: it is idle, or its task is at a switch point (PR1, PR2); no
 * interrupt level is active and interrupts are on. A guard, not a step.
 */
function stopperCanRun(k: Kernel): (s: KernelState, c: CpuId) => boolean {
	return (s, c) => {
		const cpu = s.cpu[c];
		if (cpu.hardirq || cpu.softirq || cpu.irqs_off) return false;
		return cpu.curr === null || isIdle(k, s, c) || (k.preemptive && cpu.preempt === 0 && cpu.bh === 0);
	};
}
