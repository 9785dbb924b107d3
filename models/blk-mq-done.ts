// Completion of block requests on the CPU that submitted them: "blk-mq: Use llist_head for blk_cpu_done", patch 3/3 of
// 28 October 2020, with what it replaces, what its review proposed, and what was merged.
import {
	bool,
	breakIf,
	call,
	forget,
	giveBack,
	type Id,
	type In,
	ifdef,
	list,
	loop,
	maybe,
	model,
	must,
	type Stmt,
	step,
	when,
} from "preempt";
import {
	__raise_softirq_irqoff,
	addHotplug,
	addIdle,
	addSoftirqs,
	addWorkers,
	cpuhp_setup_state,
	csd,
	INIT_WORK,
	in_task,
	init_csd,
	Kernel,
	llist_add,
	llist_del_all,
	llist_nodes,
	llist_reverse_order,
	local_bh_disable,
	local_bh_enable,
	mq_ops_complete,
	preempt_disable,
	preempt_enable,
	queue_work_on,
	type RequestId,
	raise_softirq,
	smpCalls,
	this_cpu_ptr,
} from "preempt/linux";
import { doneListProperties as properties } from "preempt/specs";
import { addCallers, CALLERS, madeFor } from "./blk-mq-done/callers.ts";
import { completeList, list_heads, spliceDead, trigger } from "./blk-mq-done/list-head.ts";

export default model("blk-mq-done", {
	about: "completion of block requests by per-CPU done lists, IPIs and the BLOCK softirq (blk-mq, October 2020)",
	axes: {
		design: [
			"posted", // patch 3/3
			"list-head", // before the series: lists with interrupts off, an IPI for each request
			"always-softirq", // after patches 1/3 and 2/3
			"no-patch-1", // 3/3 without 1/3, which sends no IPI where interrupt handlers are threads
			"preempt-disable", // Siewior: preemption off around add and raise; merged
			"bh-disable", // Siewior's favourite: bottom halves off around add and raise
			"direct", // Hellwig: what completes in task context calls the handler itself
			"local-helper", // Siewior: drivers that complete in task context call the handler themselves
			"workqueue", // Hellwig: who wants to bounce from task context goes to a workqueue
			"no-reverse", // first draft: without llist_reverse_order()
			"list-head-irqs-on", // mutant of the one: the softirq takes the list with interrupts on
			"always-softirq-irqs-on", // and of the other
			"direct-untested", // mutant: whoever completes calls the handler itself, without the test of the context
		],
		caller: CALLERS,
		preempt: ["none", "full", "lazy", "rt"], // nothing might sleep here: VOLUNTARY is as NONE
		queues: ["one", "many"], // nr_hw_queues
		hotplug: ["off", "down"], // of the CPU that submitted the requests
		kernel: [
			"6.12",
			"5.10", // softirqs are left to ksoftirqd while that is runnable; not run by an idle task that has flushed its calls
		],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 3 },
		requests: { default: 2, min: 1, max: 3 },
	},
	defaults: { design: ["posted"], queues: ["one"], hotplug: ["off"], kernel: ["6.12"] },
	refuses: madeFor,
	build({ design: variant, caller, preempt, queues, hotplug, kernel, cpus, requests }) {
		const design = variant.replace("-irqs-on", "") as typeof variant;
		const submittedOn = Array.from({ length: requests }, () => (hotplug === "off" ? 0 : 1));
		const k = new Kernel({
			cpus,
			preempt,
			threadirqs: caller === "threaded-irq",
			requests: submittedOn,
			works: requests,
			ksoftirqdDefers: kernel === "5.10",
			idleFlushRunsSoftirq: kernel !== "5.10",
			tick: "kept",
			hotplug,
		});
		const { Cpu, Request, Work } = k;
		const sys = k.system({ state: { list_head: list_heads(k) } });
		const { routine } = sys;
		const mqCtxCpu = (rq: RequestId) => Cpu.id(submittedOn[rq] ?? 0);
		for (const rq of Request.all) csd(k, `${Request.nameOf(rq)}->csd`, [Request.member(rq)]);
		if (design === "workqueue")
			for (const rq of Request.all) INIT_WORK(k, `${Request.nameOf(rq)}->work`, Request.member(rq));
		const csdIn = (rq: RequestId) => k.CallNode.id(rq);
		const requestOf = (node: Id<"call_node"> | Id<"work">) => Request.id(node);

		type Here = In<typeof sys>;
		type Adding = In<typeof sys, { rq: RequestId; cpu_list: Id<"cpu">; first: boolean }>;
		const isListHead = design === "list-head" || design === "always-softirq";
		const [raise, raiseOnly, inTask] = [raise_softirq(k), __raise_softirq_irqoff(k), in_task(k)];
		const raiseHere = (c: Here, cpuList: Id<"cpu">, how: (c: Here) => void): void => {
			c.emit.done_kicked(cpuList, c.me.cpu);
			how(c);
		};
		const completeHere: Stmt<In<typeof sys, { rq: RequestId }>> = step("rq->q->mq_ops->complete(rq)", (c) =>
			mq_ops_complete(k, c, c.f.rq, null),
		);

		// The softirq
		const blk_complete_reqs = routine(
			"blk_complete_reqs",
			{ args: { cpu_list: Cpu }, locals: { entry: maybe(Request) } },
			[
				step("entry = llist_del_all(cpu_list); entry = llist_reverse_order(entry)", ({ s, f }) => {
					f.entry = llist_del_all(k, s.blk_cpu_done[f.cpu_list]);
					if (design !== "no-reverse") f.entry = llist_reverse_order(k, s.rq, f.entry);
				}),
				loop([
					breakIf(({ f }) => f.entry === null),
					step("rq->q->mq_ops->complete(rq)", (c) => {
						const rq = must(c.f.entry);
						c.f.entry = c.s.rq[rq].next; // llist_for_each_entry_safe()
						mq_ops_complete(k, c, rq, c.f.cpu_list);
					}),
				]),
			],
		);
		const blk_done_softirq = routine(
			"blk_done_softirq",
			{ locals: { cpu_list: Cpu, local_list: list(Request, requests) } },
			isListHead
				? completeList(k, { irqsOff: !variant.endsWith("-irqs-on") })
				: [
						step("cpu_list = this_cpu_ptr(&blk_cpu_done)", (c) => (c.f.cpu_list = this_cpu_ptr(k, c))),
						call(blk_complete_reqs, ({ f }) => ({ cpu_list: f.cpu_list })),
					],
		);
		const action: Stmt<Here>[] = [call(blk_done_softirq)];
		const markComplete: Stmt<In<typeof sys, { rq: RequestId }>> = step(
			"WRITE_ONCE(rq->state, MQ_RQ_COMPLETE)",
			({ s, f }) => {
				s.rq[f.rq].state = "COMPLETE";
			},
		);

		// blk_mq_trigger_softirq(), before the series
		const blk_mq_trigger_softirq = routine(
			"blk_mq_trigger_softirq",
			{ args: { rq: Request }, locals: { flags: bool, list: Cpu, first: bool } },
			trigger(k),
		);

		// The function that the IPI calls
		const __blk_mq_complete_request_remote = routine(
			"__blk_mq_complete_request_remote",
			{ args: { csd: k.CallNode }, locals: { rq: Request } },
			isListHead
				? [
						step("rq = data", ({ f }) => (f.rq = requestOf(f.csd))),
						ifdef(
							design === "list-head" && queues === "many",
							[completeHere],
							[call(blk_mq_trigger_softirq, ({ f }) => ({ rq: f.rq }))],
						),
					]
				: [step("__raise_softirq_irqoff(BLOCK_SOFTIRQ)", (c) => raiseHere(c, mqCtxCpu(requestOf(c.f.csd)), raiseOnly))],
		);
		const functions = { __blk_mq_complete_request_remote };
		const smp = smpCalls(k, functions, () => "__blk_mq_complete_request_remote");

		const blk_mq_complete_need_ipi = routine(
			"blk_mq_complete_need_ipi",
			{ args: { rq: Request }, locals: { cpu: Cpu }, returns: bool },
			[
				// QUEUE_FLAG_SAME_COMP is set, and no CPUs share a cache. Patch 1/3: if (force_irqthreads) return false;
				ifdef(k.threadirqs && design !== "list-head" && design !== "no-patch-1", [giveBack(() => false)]),
				step("cpu = raw_smp_processor_id()", ({ f, me }) => (f.cpu = me.cpu)),
				when(({ f }) => f.cpu === mqCtxCpu(f.rq), [giveBack(() => false)]),
				ifdef(hotplug !== "off", [
					when("!cpu_online(rq->mq_ctx->cpu)", ({ s, f }) => !s.cpu[mqCtxCpu(f.rq)].online, [giveBack(() => false)]),
				]),
				giveBack(() => true),
			],
		);

		const info = isListHead ? "rq->csd.info = rq; " : "";
		const initCsd: Stmt<Adding> = step(
			`rq->csd.func = __blk_mq_complete_request_remote; ${info}rq->csd.flags = 0`,
			(c) => init_csd(k, c.s, csdIn(c.f.rq)),
		);
		const send: Stmt<Adding> = call(smp.smp_call_function_single_async, ({ f }) => ({
			cpu: mqCtxCpu(f.rq),
			csd: csdIn(f.rq),
		}));
		const llistAdd = (list: string): Stmt<Adding> =>
			step(`first = llist_add(&rq->ipi_list, ${list})`, ({ s, f, emit }) => {
				f.first = llist_add(k, s.rq, s.blk_cpu_done[f.cpu_list], f.rq);
				emit.rq_queued(f.rq, f.cpu_list);
			});
		const remote: readonly Stmt<Adding>[] = isListHead
			? [initCsd, send]
			: [
					step("cpu_list = &per_cpu(blk_cpu_done, rq->mq_ctx->cpu)", ({ f }) => (f.cpu_list = mqCtxCpu(f.rq))),
					llistAdd("cpu_list"),
					when(({ f }) => f.first, [initCsd, send]),
				];
		const local: readonly Stmt<Adding>[] = isListHead
			? [call(blk_mq_trigger_softirq, ({ f }) => ({ rq: f.rq }))]
			: [
					ifdef(design === "preempt-disable", [preempt_disable(k)]),
					ifdef(design === "bh-disable", [local_bh_disable(k)]),
					step("cpu_list = this_cpu_ptr(&blk_cpu_done)", (c) => (c.f.cpu_list = this_cpu_ptr(k, c))),
					llistAdd("cpu_list"),
					when(({ f }) => f.first, [step("raise_softirq(BLOCK_SOFTIRQ)", (c) => raiseHere(c, c.f.cpu_list, raise))]),
					forget("first"),
					ifdef(design === "bh-disable", [local_bh_enable(k, action)]),
					ifdef(design === "preempt-disable", [preempt_enable(k)]),
				];
		const blk_mq_complete_request_remote = routine(
			"blk_mq_complete_request_remote",
			{ args: { rq: Request }, locals: { ipi: bool, cpu_list: Cpu, first: bool }, returns: bool },
			[
				markComplete,
				// No request is polled: "if (rq->cmd_flags & REQ_HIPRI) return false" is left out.
				ifdef(design === "direct-untested", [giveBack(() => false)]),
				ifdef(design === "direct", [when("in_task()", inTask, [giveBack(() => false)])]),
				call(blk_mq_complete_need_ipi, ({ f }) => ({ rq: f.rq }), "ipi"),
				when(({ f }) => f.ipi, remote, queues === "many" ? [giveBack(() => false)] : local),
				giveBack(() => true),
			],
		);

		const blk_softirq_cpu_dead = routine(
			"blk_softirq_cpu_dead",
			{ args: { cpu: Cpu } },
			isListHead ? spliceDead(k) : [call(blk_complete_reqs, ({ f }) => ({ cpu_list: f.cpu }))],
		);

		const queueWork = queue_work_on(k);
		const complete_work = routine("complete_work", { args: { work: Work }, locals: { rq: Request } }, [
			step("rq = container_of(work, struct request, work)", ({ f }) => (f.rq = requestOf(f.work))),
			completeHere,
		]);
		const blk_mq_complete_request = routine(
			"blk_mq_complete_request",
			{ args: { rq: Request }, locals: { handled: bool } },
			design === "local-helper"
				? [markComplete, completeHere]
				: design === "workqueue"
					? [markComplete, call(queueWork, ({ f }) => ({ cpu: mqCtxCpu(f.rq), work: Work.id(f.rq) }))]
					: [
							call(blk_mq_complete_request_remote, ({ f }) => ({ rq: f.rq }), "handled"),
							when(({ f }) => !f.handled, [completeHere]),
						],
		);

		cpuhp_setup_state(k, sys, "CPUHP_BLOCK_SOFTIRQ_DEAD", {
			teardown: (cpu) => [call(blk_softirq_cpu_dead, () => ({ cpu }))],
		});
		addIdle(k, sys, smp);
		if (design === "workqueue") addWorkers(k, sys, { complete_work }, () => "complete_work");
		addCallers(k, sys, caller, blk_mq_complete_request, action, smp);
		addSoftirqs(k, sys, action);
		addHotplug(k, sys);
		properties(k, sys, {
			isEmpty: ({ s }, c) => s.blk_cpu_done[c].first === null && s.list_head[c].list.length === 0,
			waiting: ({ s }, c) => (isListHead ? s.list_head[c].list.toArray() : llist_nodes(s.rq, s.blk_cpu_done[c])),
			adders: [blk_mq_complete_request_remote, blk_mq_trigger_softirq],
			smp,
			...(isListHead ? { irqsOff: true } : { listOfCall: (node) => mqCtxCpu(requestOf(node)) }),
			callFunction: __blk_mq_complete_request_remote,
			softirq: blk_done_softirq,
			take: isListHead ? blk_done_softirq : blk_complete_reqs,
			dead: blk_softirq_cpu_dead,
			inTaskContext: design.startsWith("direct") || design === "local-helper" || design === "workqueue",
		});
		return sys;
	},
});
