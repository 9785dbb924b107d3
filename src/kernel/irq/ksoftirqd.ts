import { choose, type EventTypes, loop, routines, type Stmt, waitUntil } from "../../lang/index.ts";
import { setUp } from "../hotplug/cpuhp.ts";
import { smpboot_register } from "../hotplug/smpboot.ts";
import type {
	ContextRecord,
	In,
	InModel,
	Kernel,
	KernelEvents,
	KernelEventTypes,
	KernelState,
	LinuxSystem,
	Sees,
} from "../kernel.ts";
import { requireOneOf } from "../options.ts";
import { addCpuContext } from "../sched/cpu-context.ts";
import { kthread_should_park, park } from "../sched/kthread-stop.ts";
import { cond_resched } from "../sched/preempt.ts";
import { sleepUnless } from "../sched/sleep.ts";
import { addTask, bare } from "../sched/task.ts";
import type { ModelSoftirq } from "../sets.ts";
import { local_bh_disable, local_bh_enable } from "./bh.ts";
import { byName, passes, servedBy, snapshot } from "./handle-softirqs.ts";
import { type SoftirqActions, startSoftirqs } from "./softirq.ts";
import { takeover_tasklets } from "./tasklet.ts";
import { addTicks } from "./tick.ts";
import { timers_dead_cpu } from "./timer.ts";
import { anyPending, modelSoftirqs, servedByModel, usesSoftirq } from "./vectors.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/**
 * Adds what serves softirqs: on !RT each CPU's softirq level; each CPU's ksoftirqd (SQ5); and, where there are timers,
 * each CPU's tick. `handlers`: what BLOCK does, in a model that raises it, or each softirq that it raises.
 */
export function addSoftirqs<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	handlers?: SoftirqActions<InModel<S, T>>,
): void {
	const actions = handlers as unknown as SoftirqActions | undefined;
	const own = Object.keys(byName(actions)) as ModelSoftirq[];
	for (const nr of own) requireOneOf("a softirq of addSoftirqs()", nr, modelSoftirqs);
	k.served.add("addSoftirqs(k, sys)");
	for (const nr of own) {
		k.served.add(servedByModel(nr));
		usesSoftirq(k, nr);
	}
	if (k.Timer.count > 0) {
		addTicks(k, sys);
		setUp(k, "CPUHP_TIMERS_PREPARE", { teardown: (cpu) => [timers_dead_cpu(k, cpu)] });
	}
	if (k.Tasklet.count > 0 || k.bhWorks.size > 0)
		setUp(k, "CPUHP_SOFTIRQ_DEAD", {
			teardown: (cpu) => [...k.workqueue_softirq_dead, takeover_tasklets(k, cpu)],
		});
	if (!k.rt) addLevel(k, bare(sys), servedBy(k, actions));
	const thread = routine("smpboot_thread_fn", {}, [loop(ksoftirqd(k, actions))]);
	for (const c of k.Cpu.all) {
		const id = addTask(k, bare(sys), `ksoftirqd/${c}`, thread, { boundTo: c, isPerCpu: true, sleeps: "asleep" });
		k.ksoftirqd[c] = id;
		if (c === k.outgoing) smpboot_register(k, id);
	}
}

/** CX1: each CPU's softirq level, on top of whatever task is there, under its hard interrupts. */
function addLevel(
	k: Kernel,
	sys: LinuxSystem<KernelState, KernelEventTypes>,
	served: ReturnType<typeof servedBy>,
): void {
	k.cpuVaries("softirq", "irqs_off");
	const start = waitUntil<In, string>(
		"set_softirq_pending(0)",
		({ s, me }) => s.cpu[me.cpu].softirq,
		(c) => {
			snapshot(k, c, served);
			c.s.cpu[c.me.cpu].irqs_off = false;
		},
	);
	const stop = ({ s, me }: In): void => {
		s.cpu[me.cpu].softirq = false;
	};
	const level = routine("handle_softirqs", {}, [loop<In, string>([start, passes(k, served, stop)])]);
	const when = ({ s, me }: Sees): boolean => !s.cpu[me.cpu].hardirq || !k.obeys("CX1");
	for (const c of k.Cpu.all) addCpuContext(k, sys, `softirq/${c}`, c, level, { level: "softirq", gate: { when } });
}

/** SQ5: serves while softirqs are pending, offering the CPU in between. */
function ksoftirqd(k: Kernel, actions: SoftirqActions | undefined): Stmt<In, string>[] {
	const pending = ({ s, me }: In) => anyPending(s.cpu[me.cpu]) && k.obeys("SQ5") && !me.should_park;
	const sleep = sleepUnless<In>(k, "schedule() /* nothing pending */", (c) => pending(c) || c.me.should_park);
	const run: Stmt<In, string>[] = k.rt
		? [waitUntil("run_ksoftirqd()", pending), local_bh_disable(k), local_bh_enable(k, actions)]
		: [
				waitUntil("run_ksoftirqd(): handle_softirqs()", pending, ({ s, me }) => startSoftirqs(s.cpu[me.cpu])),
				cond_resched(k),
			];
	if (k.outgoing === undefined) return [choose<In, string>([sleep], run)];
	return [choose<In, string>([sleep], run, [waitUntil("kthread_parkme()", kthread_should_park, (c) => park(k, c))])];
}
