import { call, type EventTypes, loop, ModelError, routines, step, waitUntil } from "../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "./kernel.ts";
import type { SmpCalls } from "./smp.ts";
import { anyPending, startSoftirqs, wakeup_softirqd } from "./softirq.ts";
import { bare, placeOf } from "./task.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** A task waits for the CPU. */
const isWanted = (k: Kernel, s: KernelState, cpu: CpuId): boolean =>
	k.tasks.some((id) => s.context[id].on_rq && s.context[id].cpu === cpu);

/**
 * IP4: each CPU's idle task, where idle CPUs poll: only then does it do anything. It goes idle where no task is left to
 * run, and out again when one is or it was kicked; on the way it flushes the call queue, in task context.
 */
export function addIdle<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	{ flush }: SmpCalls,
): void {
	if (!k.options.idlePolls) throw new ModelError("addIdle: the kernel's option `idlePolls` is not set");
	k.cpuVaries("idle", "irqs_off");
	const do_idle = routine("do_idle", {}, [
		loop<In, string>([
			waitUntil(
				"__current_set_polling()",
				({ s, me }) => s.cpu[me.cpu].curr === null && s.cpu[me.cpu].online && !isWanted(k, s, me.cpu),
				({ s, me }) => {
					s.cpu[me.cpu].curr = me.id;
					s.cpu[me.cpu].idle = "polling";
				},
			),
			waitUntil(
				"need_resched(): __current_clr_polling()",
				({ s, me }) => s.cpu[me.cpu].idle === "kicked" || isWanted(k, s, me.cpu),
				({ s, me }) => {
					s.cpu[me.cpu].idle = "no";
				},
			),
			...(k.obeys("IP4")
				? [
						step<In, string>("flush_smp_call_function_queue(): local_irq_save(flags)", irqsOff),
						call<In, object, undefined, string>(flush),
					]
				: []),
			step("local_irq_restore(flags)", (c) => afterFlush(k, c)),
			step("schedule_idle()", ({ s, me }) => {
				s.cpu[me.cpu].curr = null;
			}),
		]),
	]);
	for (const c of k.Cpu.all) {
		const of = [k.Cpu.member(c)];
		const id = k.addContext(`swapper/${c}`, of);
		k.idleTasks[c] = id;
		k.perCpuThreads.add(id);
		k.initial.push((s) => {
			s.context[id].level = "task";
			s.context[id].cpu = c;
		});
		bare(sys).process(`swapper/${c}`, do_idle, {
			of,
			me: (s) => s.context[id],
			gate: {
				when: ({ s, me }) => {
					const { hardirq, softirq, curr } = s.cpu[me.cpu];
					return !hardirq && !softirq && (curr === null || curr === id);
				},
			},
			place: ({ me }) => placeOf(me),
		});
	}
}

function irqsOff({ s, me }: In): void {
	s.cpu[me.cpu].irqs_off = true;
}

/** IP4: what the functions have raised runs now; before 5.12 it stayed pending. On RT ksoftirqd is woken. */
function afterFlush(k: Kernel, c: In): void {
	const cpu = c.s.cpu[c.me.cpu];
	cpu.irqs_off = false;
	if (!anyPending(cpu) || k.options.idleFlushRunsSoftirq === false) return;
	if (k.rt) wakeup_softirqd(k, c);
	else startSoftirqs(cpu);
}
