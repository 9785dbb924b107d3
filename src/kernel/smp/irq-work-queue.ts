import { bool, choose, fault, giveBack, oneOf, routines, type Stmt, step, waitUntil, when } from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState } from "../kernel.ts";
import { lowerPreemptCount } from "../sched/cpu.ts";
import { type CallNode, linkCall, queueCall } from "./call-queue.ts";

// IW1–IW3, IW7: how an irq_work is raised.

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** IW1: one atomic operation, which fails where the work is pending already. */
function claim(k: Kernel): Stmt<In<{ work: CallNode; ret: boolean }>, string> {
	return step("ret = irq_work_claim(work)", (c) => {
		c.f.ret = tryClaim(k, c.s, c.f.work);
	});
}

function tryClaim(k: Kernel, s: KernelState, work: CallNode): boolean {
	const node = s.call_node[work];
	const claimed = !node.pending || !k.obeys("IW1");
	node.pending = true;
	node.busy = true;
	return claimed;
}

/** Where a work raised on its own CPU waits: with the lazy ones also what on RT is not hard. */
function localList(k: Kernel, work: CallNode): "raised_list" | "lazy_list" {
	return k.lazyIrqWorks.has(work) || (k.rt && !k.hardIrqWorks.has(work)) ? "lazy_list" : "raised_list";
}

function serveLocalLists(k: Kernel): void {
	k.cpuVaries("preempt", "irq_work_ipi");
	const works = k.CallNode.all.filter((node) => k.callKinds[node] === "irq_work");
	k.callLists.add("raised_list");
	if (works.some((work) => localList(k, work) === "lazy_list")) k.callLists.add("lazy_list");
}

type Local = In<{ work: CallNode; empty: boolean }>;

/** IW2: on this CPU's list; whoever finds it empty sends this CPU an interrupt, but for a lazy work: the tick runs it. */
function queueLocal(k: Kernel, possible: (c: Local) => boolean = () => true): Stmt<Local, string>[] {
	serveLocalLists(k);
	return [
		waitUntil("preempt_disable(); empty = llist_add(&work->node.llist, list)", possible, (c) => {
			const { s, f, me } = c;
			f.empty = linkCall(k, c, localList(k, f.work), me.cpu, f.work) && k.lazyIrqWorks.has(f.work) !== k.obeys("IW2");
			if (f.empty) s.cpu[me.cpu].preempt++;
		}),
		when(
			({ f }) => (f as { empty: boolean }).empty,
			[
				step("arch_irq_work_raise(); preempt_enable()", (c) => {
					if (k.options.irqWorkInterrupt !== false) c.s.cpu[c.me.cpu].irq_work_ipi = true;
					lowerPreemptCount(k, c, "preempt_enable()");
				}),
			],
		),
	];
}

/** IW2: irq_work_queue(): false where it is pending already. */
export function irq_work_queue(k: Kernel) {
	return routine("irq_work_queue", { args: { work: k.CallNode }, locals: { ret: bool, empty: bool }, returns: bool }, [
		claim(k),
		when(({ f }) => !f.ret, [giveBack(({ f }) => f.ret)]),
		...queueLocal(k),
		giveBack(({ f }) => f.ret),
	]);
}

/**
 * IW3: irq_work_queue_on(): on another CPU's call queue, beside csds, whether or not that CPU is online; on RT one that
 * is not hard goes on its lazy list, and a hard work wakes the thread there. On the own CPU as irq_work_queue().
 */
export function irq_work_queue_on(k: Kernel) {
	serveLocalLists(k);
	const here = ({ f, me }: In<{ cpu: CpuId }>): boolean => f.cpu === me.cpu || !k.obeys("IW3");
	type Remote = In<{ cpu: CpuId; work: CallNode; empty: boolean }>;
	const byThread = (work: CallNode): boolean => k.rt && !k.hardIrqWorks.has(work);
	const disable = ({ s, me }: In): void => {
		s.cpu[me.cpu].preempt++;
	};
	const done = (c: In): void => lowerPreemptCount(k, c, "preempt_enable()");
	const wakeup = (c: Remote): CallNode => k.irqWorkWakeups[c.f.cpu] as CallNode;
	const viaThread: Stmt<Remote, string>[] = [
		waitUntil(
			"preempt_disable(); empty = llist_add(&work->node.llist, &per_cpu(lazy_list, cpu))",
			(c) => !here(c) && byThread(c.f.work),
			(c) => {
				c.f.empty = linkCall(k, c, "lazy_list", c.f.cpu, c.f.work);
				if (c.f.empty) disable(c);
			},
		),
		when(
			({ f }) => (f as { empty: boolean }).empty,
			[
				step("work = &per_cpu(irq_work_wakeup, cpu); claimed = irq_work_claim(work)", (c) => {
					c.f.empty = tryClaim(k, c.s, wakeup(c));
					if (!c.f.empty) done(c);
				}),
				when(({ f }) => (f as { empty: boolean }).empty, queueCall<Remote>(k, { name: "work", node: wakeup, done })),
			],
		),
	];
	const remote = (c: Remote): boolean => !here(c) && !byThread(c.f.work);
	const direct = queueCall<Remote>(k, { name: "work", node: ({ f }) => f.work, when: remote, before: disable, done });
	// Before 5.8: on its raised list, which the interrupt runs after the call queue.
	const ownList: Stmt<Remote, string>[] = [
		waitUntil("preempt_disable(); empty = llist_add(&work->llnode, &per_cpu(raised_list, cpu))", remote, (c) => {
			c.f.empty = linkCall(k, c, "raised_list", c.f.cpu, c.f.work);
			if (c.f.empty) disable(c);
		}),
		when(
			({ f }) => (f as { empty: boolean }).empty,
			[
				step("arch_send_call_function_single_ipi(cpu); preempt_enable()", (c) => {
					if (c.s.cpu[c.f.cpu].online) c.s.cpu[c.f.cpu].call_ipi = true;
					done(c);
				}),
			],
		),
	];
	return routine(
		"irq_work_queue_on",
		{ args: { work: k.CallNode, cpu: k.Cpu }, locals: { ret: bool, empty: bool }, returns: bool },
		[
			claim(k),
			when(({ f }) => !f.ret, [giveBack(({ f }) => f.ret)]),
			choose(
				queueLocal(k, here as never),
				(k.options.irqWorkOwnList ? ownList : direct) as never,
				...(k.rt && k.callLists.has("lazy_list") ? [viaThread as never] : []),
			),
			giveBack(({ f }) => f.ret),
		],
	);
}

/** IW7: the caller has preemption off and another CPU in mind. */
function requireRemote(k: Kernel, c: In<{ cpu: CpuId }>, what: string): void {
	c.emit.remote_raise();
	if (c.f.cpu === c.me.cpu && k.obeys("IW7")) fault("P22", `${what}: CPU ${c.f.cpu} is the one at hand`);
}

/** IW7: irq_work_queue_remote() of the RFC of August 2020: as irq_work_queue_on(), but never for the own CPU. */
export function irq_work_queue_remote(k: Kernel) {
	return routine(
		"irq_work_queue_remote",
		{ args: { cpu: k.Cpu, work: k.CallNode }, locals: { ret: bool, empty: bool }, returns: bool },
		[
			step("WARN_ON_ONCE(cpu == smp_processor_id()); ret = irq_work_claim(work)", (c) => {
				requireRemote(k, c, "irq_work_queue_remote()");
				c.f.ret = tryClaim(k, c.s, c.f.work);
			}),
			when(({ f }) => !f.ret, [giveBack(({ f }) => f.ret)]),
			...queueCall<In<{ cpu: CpuId; work: CallNode; empty: boolean }>>(k, { name: "work", node: ({ f }) => f.work }),
			giveBack(({ f }) => f.ret),
		],
	);
}

/** IW7: irq_work_queue_remote_static(): tests and sets PENDING apart, so callers must serialise; leaves BUSY alone. */
export function irq_work_queue_remote_static(k: Kernel) {
	const ret = oneOf("0", "-EBUSY");
	return routine(
		"irq_work_queue_remote_static",
		{ args: { cpu: k.Cpu, work: k.CallNode }, locals: { ret, empty: bool }, returns: ret },
		[
			step("WARN_ON_ONCE(cpu == smp_processor_id()); pending = work->node.a_flags & IRQ_WORK_PENDING", (c) => {
				requireRemote(k, c, "irq_work_queue_remote_static()");
				c.f.ret = c.s.call_node[c.f.work].pending ? "-EBUSY" : "0";
			}),
			when(({ f }) => f.ret === "-EBUSY", [giveBack(({ f }) => f.ret)]),
			step("work->node.a_flags |= IRQ_WORK_PENDING", ({ s, f }) => {
				s.call_node[f.work].pending = true;
				if (!k.obeys("IW7")) s.call_node[f.work].busy = true;
			}),
			...queueCall<In<{ cpu: CpuId; work: CallNode; empty: boolean }>>(k, { name: "work", node: ({ f }) => f.work }),
			giveBack(({ f }) => f.ret),
		],
	);
}

/** IRQ_WORK_INIT(): P18 where the work is pending, for it may stand on a list. Inside a step. */
export function init_irq_work(k: Kernel, s: KernelState, work: CallNode): void {
	const node = s.call_node[work];
	if (node.pending) fault("P18", `${k.CallNode.nameOf(work)} is initialised while IRQ_WORK_PENDING is set`);
	node.busy = false;
}
