// Who completes requests, and in which context: what stands around the code of the patch.
import { call, type In, ifdef, type Routine, type Stmt, step } from "preempt";
import {
	add_timer_on,
	addHardirqs,
	addTask,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	local_bh_disable,
	local_bh_enable,
	local_irq_disable,
	local_irq_enable,
	requestInterrupts,
	type SmpCalls,
	type SoftirqAction,
	threadedRequestInterrupts,
	timer_setup,
	type WithRequest,
} from "preempt/linux";

/** A hard interrupt, forced-threaded or not; a softirq, here a timer's; a driver's thread, plain or inside a lock. */
export const CALLERS = ["hardirq", "threaded-irq", "softirq", "task", "task-bh-off", "task-irqs-off"] as const;
export type Caller = (typeof CALLERS)[number];

/** Completes each request once, by `complete`. */
export function addCallers<S extends KernelState>(
	k: Kernel,
	sys: LinuxSystem<S, KernelEventTypes>,
	caller: Caller,
	complete: Routine<WithRequest, unknown, In<LinuxSystem<S, KernelEventTypes>>, string>,
	action: SoftirqAction<In<LinuxSystem<S, KernelEventTypes>>>,
	{ interrupts: ipi }: SmpCalls,
): void {
	const end: Stmt<In<typeof sys, WithRequest>> = call(complete, ({ f }) => ({ rq: f.rq }));
	const report: Stmt<In<typeof sys, WithRequest>> = step("/* the I/O of rq is done */", ({ s, f }) => {
		s.rq[f.rq].state = "REPORTED";
	});

	/** A driver's thread. One that completes several requests is like several in a row. */
	const control_thread = sys.routine("control_thread", { args: { rq: k.Request } }, [
		report,
		ifdef(caller === "task-bh-off", [local_bh_disable(k)]),
		ifdef(caller === "task-irqs-off", [local_irq_disable(k)]),
		end,
		ifdef(caller === "task-irqs-off", [local_irq_enable(k)]),
		ifdef(caller === "task-bh-off", [local_bh_enable(k, action)]),
	]);

	switch (caller) {
		case "hardirq":
			addHardirqs(k, sys, [requestInterrupts(k, sys, [end]), ipi as never]);
			break;
		case "threaded-irq":
			addHardirqs(k, sys, [threadedRequestInterrupts(k, sys, [end], action), ipi as never]);
			break;
		case "softirq":
			addHardirqs(k, sys, [ipi as never]);
			for (const rq of k.Request.all) {
				const rqOf = sys.routine("driver_timer", { locals: { rq: k.Request } }, [
					step(`rq = ${k.Request.nameOf(rq)} /* its I/O is done */`, ({ s, f }) => {
						f.rq = rq;
						s.rq[rq].state = "REPORTED";
					}),
					end,
				]);
				const timer = timer_setup(
					k,
					sys,
					`${k.Request.nameOf(rq)}'s timer`,
					[call(rqOf as never) as never],
					k.Request.member(rq),
				);
				k.initial.push((s) => add_timer_on(k, s, timer, k.Cpu.id(rq % k.Cpu.count)));
			}
			break;
		default:
			addHardirqs(k, sys, [ipi as never]);
			for (const rq of k.Request.all)
				addTask(k, sys, `control_thread/${rq}`, control_thread, {
					args: { rq },
					sleeps: true,
					cpu: k.Cpu.id(rq % k.Cpu.count),
				});
	}
}

/** Why a scenario is not for its design, or undefined. */
export function madeFor({
	design,
	caller,
	preempt,
	queues,
	hotplug,
	kernel,
}: Readonly<Record<string, string | number>>): string | undefined {
	const mutant = design === "direct-untested" || String(design).endsWith("-irqs-on");
	if (mutant && !(caller === "hardirq" && preempt === "none" && queues === "one" && hotplug === "off"))
		return "a mutant: hardirq/none/one/off shows how it fails";
	if (kernel === "5.10" && (preempt === "lazy" || preempt === "rt")) return "LAZY and RT came later than 5.10";
	if (kernel === "5.10" && (mutant || hotplug !== "off"))
		return "mutants, and CPUs that go offline, are looked at on 6.12";
	if ((design === "local-helper" || design === "workqueue") && caller !== "task")
		return `${design} is for drivers that complete in plain task context`;
	if (design === "no-patch-1" && caller !== "threaded-irq")
		return "patch 1/3 is about interrupt handlers that are threads";
	if (design === "no-reverse" && caller !== "hardirq" && caller !== "softirq")
		return "the order of a list is the same whoever adds to it";
	if (design === "always-softirq" && !["hardirq", "threaded-irq", "task"].includes(caller as string))
		return "but for threaded handlers, and for many queues, patches 1/3 and 2/3 change nothing";
	const shown = design === "posted" || design === "preempt-disable";
	if (preempt === "lazy" && (caller !== "task" || !shown || hotplug !== "off"))
		return "LAZY differs where a task is preempted: the patch as posted and as merged show how";
	if (queues === "many" && design !== "list-head")
		return "only before patch 2/3 does the function of the IPI depend on the number of queues";
	if (queues === "many" && !["hardirq", "threaded-irq", "task"].includes(caller as string))
		return "with many queues a request is completed inline, or by the IPI: other callers add nothing";
	if (hotplug === "off") return undefined;
	if (queues === "many" || !["posted", "list-head", "preempt-disable"].includes(design as string))
		return "a CPU goes offline in the designs that were posted as patches, with one queue";
	if (caller === "task-bh-off" || caller === "task-irqs-off")
		return "a task that cannot be preempted is to a CPU that goes offline as an interrupt is";
	return undefined;
}
