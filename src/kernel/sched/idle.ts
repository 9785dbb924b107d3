import {
	call,
	choose,
	type EventTypes,
	forget,
	loop,
	ModelError,
	range,
	routines,
	type Stmt,
	step,
	waitUntil,
} from "../../lang/index.ts";
import { isStopped } from "../hotplug/cpuhp.ts";
import { irq_exit, leftToKsoftirqd, startSoftirqs, wakeup_softirqd } from "../irq/softirq.ts";
import { anyPending, local_softirq_pending } from "../irq/vectors.ts";
import type {
	ContextRecord,
	CpuId,
	In,
	Kernel,
	KernelEvents,
	KernelEventTypes,
	KernelState,
	LinuxSystem,
	Sees,
} from "../kernel.ts";
import type { SmpCalls } from "../smp/smp.ts";
import { isCpuAllowed } from "./affinity.ts";
import { bhDisabledOn } from "./context.ts";
import { addCpuContext } from "./cpu-context.ts";
import { irq_enter } from "./quotient.ts";
import { bare } from "./task.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** A task waits for the CPU. */
const isWanted = (k: Kernel, s: KernelState, cpu: CpuId): boolean =>
	k.tasks.some((id) => {
		const task = s.context[id];
		return task.on_rq && task.cpu === cpu && isCpuAllowed(k, s, task, cpu);
	});

/**
 * Each CPU's idle task. It goes idle where no task is left to run, and out again when one is. SQ7: on the way in it
 * would stop the tick. IP4: one that polls goes out, too, when it is kicked. On the way it flushes the call queue, in task context: also
 * one that does not poll, where it was woken by something else before the interrupt has come. To be added before tasks that may be
 * moved: it is asked on which CPU they wait.
 */
export function addIdle<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	calls?: SmpCalls,
): void {
	k.served.add("addIdle(k, sys, calls)");
	const { idlePolls = false } = k.options;
	if (idlePolls && !calls) throw new ModelError("addIdle: a task that polls needs the calls that it is to flush");
	if (k.roamers.size > 0) throw new ModelError("addIdle: to be called before tasks are added that may be moved");
	if (calls) k.cpuVaries("idle", "irqs_off");
	k.idleFlushes = calls !== undefined;
	if (k.options.tick) addIdleTicks(k, bare(sys), k.options.tick);
	const locals = (calls && k.rt ? { was_pending: range(0, 127) } : {}) as { was_pending: ReturnType<typeof range> };
	const do_idle = routine("do_idle", { locals }, [
		loop<In<Idling>, string>([
			waitUntil(
				idlePolls ? "tick_nohz_idle_stop_tick(); __current_set_polling()" : "tick_nohz_idle_stop_tick()",
				({ s, me }) => !isWanted(k, s, me.cpu),
				({ s, me, emit }) => {
					const cpu = s.cpu[me.cpu];
					emit.tick_stop(me.cpu, anyPending(cpu) && k.obeys("SQ7"));
					cpu.curr = me.id;
					if (calls) cpu.idle = idlePolls ? "polling" : "halted";
				},
			),
			waitUntil(
				idlePolls ? "need_resched(): __current_clr_polling()" : "need_resched()",
				({ s, me }) => s.cpu[me.cpu].idle === "kicked" || isWanted(k, s, me.cpu),
				({ s, me }) => {
					if (calls) s.cpu[me.cpu].idle = "no";
				},
			),
			...(calls ? flushing(k, calls) : []),
			step("schedule_idle()", ({ s, me }) => {
				s.cpu[me.cpu].curr = null;
			}),
		]),
	]);
	const when = ({ s, me }: Sees): boolean => {
		const { hardirq, softirq, curr, online } = s.cpu[me.cpu];
		return !hardirq && !softirq && (curr === null || curr === me.id) && online && !isStopped(k, s);
	};
	for (const c of k.Cpu.all)
		k.idleTasks[c] = addCpuContext(k, bare(sys), `swapper/${c}`, c, do_idle, { level: "task", gate: { when } });
}

/** Interrupts that are on their way find the queue empty, and what was pending before is left alone where it is empty here. */
function flushing(k: Kernel, { flush }: SmpCalls): readonly Stmt<In<Idling>, string>[] {
	if (!k.obeys("IP4")) return [];
	const isEmpty = ({ s, me }: In): boolean => s.call_single_queue[me.cpu].first === null;
	return [
		choose<In<Idling>, string>(
			[
				waitUntil(
					"flush_smp_call_function_queue(): local_irq_save(flags)",
					(c) => !isEmpty(c),
					({ s, f, me }) => {
						s.cpu[me.cpu].irqs_off = true;
						if (k.rt) f.was_pending = local_softirq_pending(s.cpu[me.cpu]);
					},
				),
				call<In<Idling>, object, undefined, string>(flush),
				step("local_irq_restore(flags)", (c) => afterFlush(k, c)),
				...(k.rt ? [forget<In<Idling>>("was_pending")] : []),
			],
			[waitUntil("flush_smp_call_function_queue() /* empty */", isEmpty)],
		),
	];
}

/** What it remembers on RT while it flushes. */
type Idling = { was_pending: number };

/** IP4: what is pending runs now; before 5.12 it stayed pending. On RT ksoftirqd is woken, as SQ2 says, where the functions have raised something. */
function afterFlush(k: Kernel, c: In<Idling>): void {
	const cpu = c.s.cpu[c.me.cpu];
	cpu.irqs_off = false;
	if (!anyPending(cpu) || k.options.idleFlushRunsSoftirq === false) return;
	if (!k.rt) {
		if (!leftToKsoftirqd(k, c)) startSoftirqs(cpu);
	} else if (local_softirq_pending(cpu) !== c.f.was_pending && !bhDisabledOn(k, c.s, c.me.cpu)) wakeup_softirqd(k, c);
}

/**
 * SQ7: each CPU's tick, as far as it matters to softirqs that are pending: from entry to irq_exit() it is one step. An
 * idle CPU that found them pending has it only where the tick is `kept`. It is not something that is still to come.
 */
function addIdleTicks(k: Kernel, sys: LinuxSystem<KernelState, KernelEventTypes>, tick: "kept" | "stopped"): void {
	k.cpuVaries("irqs_off");
	const [arrive, exit] = [irq_enter(k), irq_exit(k)];
	const handler = routine("tick_nohz_handler", {}, [
		loop<In, string>([
			waitUntil(
				"<tick>",
				({ s, me }) => {
					const cpu = s.cpu[me.cpu];
					const takesIt = cpu.online && !cpu.irqs_off;
					return takesIt && anyPending(cpu) && (tick === "kept" || cpu.curr !== k.idleTasks[me.cpu]);
				},
				(c) => {
					arrive(c.s, c.me.cpu);
					exit(c);
				},
			),
		]),
	]);
	for (const c of k.Cpu.all)
		addCpuContext(k, sys, `sched_tick/${c}`, c, handler, { level: "hardirq", background: true });
}

/** HP4: whether the CPU's idle task has it and could give it up at once. */
export function isIdle(k: Kernel, s: KernelState, c: CpuId): boolean {
	const { curr, idle } = s.cpu[c];
	return curr !== null && curr === k.idleTasks[c] && (!k.idleFlushes || idle === "polling" || idle === "halted");
}
