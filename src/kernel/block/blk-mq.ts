import {
	type AnyRoutine,
	bool,
	breakIf,
	call,
	type EventTypes,
	forget,
	giveBack,
	ifdef,
	loop,
	maybe,
	must,
	type Routine,
	requireKnown,
	routines,
	type Stmt,
	step,
	when,
} from "../../lang/index.ts";
import { setUp } from "../hotplug/cpuhp.ts";
import { __raise_softirq_irqoff, raise_softirq } from "../irq/softirq.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "../kernel.ts";
import { llist_add, llist_del_all, llist_reverse_order } from "../lib/llist.ts";
import { requireOneOf } from "../options.ts";
import { preempt_disable, preempt_enable, this_cpu_ptr } from "../sched/cpu.ts";
import { type CallNode, csd } from "../smp/call-queue.ts";
import { init_csd, type SmpCalls, smpCalls } from "../smp/smp.ts";
import { mq_ops_complete, type RequestId, type WithRequest } from "./request.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** What differs between versions; as in 6.12 where nothing is said. */
export interface BlkMqVersion {
	/** Each CPU has a csd for its done list, since 6.6; before, the request brought its own, and it was initialised. */
	readonly csd?: "per-cpu" | "per-request";
	/** Not in any version: the call is sent for each request, not only by who finds the list empty. */
	readonly sendsAlways?: boolean;
}

/** The completion of block requests, as the kernel has it. */
export interface BlkMq {
	readonly blk_mq_complete_request_remote: Routine<WithRequest, unknown, In, string>;
	/** What adds to a list and then kicks. */
	readonly adders: readonly AnyRoutine[];
	readonly blk_complete_reqs: AnyRoutine;
	/** What the BLOCK softirq does. */
	readonly blk_done_softirq: Routine<object, undefined, In, string>;
	readonly blk_softirq_cpu_dead: AnyRoutine;
	/** The function of the IPI, and the list that each csd is for. */
	readonly __blk_mq_complete_request_remote: AnyRoutine;
	readonly listOfCall: (node: CallNode) => CpuId;
	readonly smp: SmpCalls;
}

type Adding = WithRequest & { cpu_list: CpuId; first: boolean };

/** MQ1–MQ5: makes the routines that complete block requests, with the csds that they send. */
export function blkMq<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	_sys: LinuxSystem<S, T>,
	version: BlkMqVersion = {},
): BlkMq {
	requireKnown("blkMq()", version, { csd: true, sendsAlways: true });
	const { csd: storage = "per-cpu", sendsAlways = false } = version;
	requireOneOf("csd", storage, ["per-cpu", "per-request"]);
	const calls = remoteCalls(k, storage);
	const completion = completing(k);
	const need_ipi = blk_mq_complete_need_ipi(k);
	const send_ipi = blk_mq_complete_send_ipi(k, calls, { initialises: storage === "per-request", sendsAlways });
	const raise = blk_mq_raise_softirq(k);
	const send: Stmt<In<WithRequest>, string> = call(send_ipi, ({ f }) => ({ rq: f.rq }));
	const queueHere: Stmt<In<WithRequest>, string> = call(raise, ({ f }) => ({ rq: f.rq }));
	const blk_mq_complete_request_remote = routine(
		"blk_mq_complete_request_remote",
		{ args: { rq: k.Request }, locals: { ipi: bool } },
		[
			step("WRITE_ONCE(rq->state, MQ_RQ_COMPLETE)", ({ s, f }) => {
				s.rq[f.rq].state = "COMPLETE";
			}),
			call(need_ipi, ({ f }) => ({ rq: f.rq }), "ipi"),
			when(({ f }) => f.ipi, [send], [queueHere]),
		],
	);
	return {
		blk_mq_complete_request_remote:
			blk_mq_complete_request_remote as unknown as BlkMq["blk_mq_complete_request_remote"],
		adders: [send_ipi, raise],
		...completion,
		__blk_mq_complete_request_remote: calls.fn,
		listOfCall: calls.listOfCall,
		smp: calls.smp,
	};
}

/** mq_ctx->cpu of a request. */
const mqCtxCpu = (k: Kernel, rq: RequestId): CpuId => k.Cpu.id(k.options.requests?.[rq] ?? 0);

interface RemoteCalls extends Pick<BlkMq, "listOfCall" | "smp"> {
	/** The function of the IPI. */
	readonly fn: AnyRoutine;
	/** What is sent to where a request was submitted. */
	readonly csdFor: (rq: RequestId) => CallNode;
}

/** The csds, each for a request or for the list of a CPU, and what the IPI does. */
function remoteCalls(k: Kernel, storage: "per-cpu" | "per-request"): RemoteCalls {
	const perRequest = storage === "per-request";
	if (perRequest) for (const rq of k.Request.all) csd(k, `${k.Request.nameOf(rq)}->csd`, [k.Request.member(rq)]);
	else for (const c of k.Cpu.all) csd(k, `blk_cpu_csd[${k.Cpu.nameOf(c)}]`, [k.Cpu.member(c)]);
	const listOfCall = (node: CallNode): CpuId => (perRequest ? mqCtxCpu(k, k.Request.id(node)) : k.Cpu.id(node));
	const raise = __raise_softirq_irqoff(k);
	const name = "__blk_mq_complete_request_remote";
	const fn = routine(name, { args: { csd: k.CallNode } }, [
		step("__raise_softirq_irqoff(BLOCK_SOFTIRQ)", (c) => {
			c.emit.done_kicked(listOfCall(c.f.csd), c.me.cpu);
			raise(c);
		}),
	]);
	const csdFor = (rq: RequestId): CallNode => k.CallNode.id(perRequest ? rq : mqCtxCpu(k, rq));
	return { fn, csdFor, listOfCall, smp: smpCalls(k, { [name]: fn }, () => name) };
}

/** MQ4: what takes a list whole, oldest first, and completes each: the softirq and, of a dead CPU (MQ5), the control task. */
function completing(k: Kernel): Pick<BlkMq, "blk_complete_reqs" | "blk_done_softirq" | "blk_softirq_cpu_dead"> {
	const blk_complete_reqs = routine(
		"blk_complete_reqs",
		{ args: { cpu_list: k.Cpu }, locals: { entry: maybe(k.Request) } },
		[
			step("entry = llist_del_all(cpu_list); entry = llist_reverse_order(entry)", ({ s, f }) => {
				f.entry = llist_del_all(k, s.blk_cpu_done[f.cpu_list]);
				if (k.obeys("MQ4")) f.entry = llist_reverse_order(k, s.rq, f.entry);
			}),
			loop([
				breakIf(({ f }) => f.entry === null),
				step("rq->q->mq_ops->complete(rq)", (c) => {
					const rq = must(c.f.entry);
					c.f.entry = c.s.rq[rq].next;
					mq_ops_complete(k, c, rq, c.f.cpu_list);
				}),
			]),
		],
	);
	const blk_done_softirq = routine("blk_done_softirq", { locals: { cpu_list: k.Cpu } }, [
		step("cpu_list = this_cpu_ptr(&blk_cpu_done)", (c) => {
			c.f.cpu_list = this_cpu_ptr(k, c);
		}),
		call(blk_complete_reqs, ({ f }) => ({ cpu_list: f.cpu_list })),
	]) as unknown as BlkMq["blk_done_softirq"];
	const blk_softirq_cpu_dead = routine("blk_softirq_cpu_dead", { args: { cpu: k.Cpu } }, [
		call(blk_complete_reqs, ({ f }) => ({ cpu_list: f.cpu })),
	]);
	if (k.obeys("MQ5"))
		setUp(k, "CPUHP_BLOCK_SOFTIRQ_DEAD", { teardown: (cpu) => [call(blk_softirq_cpu_dead, () => ({ cpu }))] });
	return { blk_complete_reqs, blk_done_softirq, blk_softirq_cpu_dead };
}

/** MQ1: none where interrupt handlers are threads, for requests of this CPU, and for an offline one. */
const blk_mq_complete_need_ipi = (k: Kernel) =>
	routine("blk_mq_complete_need_ipi", { args: { rq: k.Request }, locals: { cpu: k.Cpu }, returns: bool }, [
		ifdef(k.threadirqs && k.obeys("MQ1"), [giveBack(() => false)]),
		step("cpu = raw_smp_processor_id()", ({ f, me }) => {
			f.cpu = me.cpu;
		}),
		when(({ f }) => f.cpu === mqCtxCpu(k, f.rq) || !k.obeys("MQ1"), [giveBack(() => false)]),
		ifdef(k.outgoing !== undefined, [
			when("!cpu_online(rq->mq_ctx->cpu)", ({ s, f }) => !s.cpu[mqCtxCpu(k, f.rq)].online, [giveBack(() => false)]),
		]),
		giveBack(() => true),
	]);

const addTo = (k: Kernel) =>
	step<In<Adding>, string>("first = llist_add(&rq->ipi_list, cpu_list)", ({ s, f, emit }) => {
		f.first = llist_add(k, s.rq, s.blk_cpu_done[f.cpu_list], f.rq);
		emit.rq_queued(f.rq, f.cpu_list);
	});

/** MQ2: who finds the list of the submitting CPU empty calls that CPU. What the call returns is ignored. */
const blk_mq_complete_send_ipi = (
	k: Kernel,
	{ smp, csdFor }: RemoteCalls,
	{ initialises, sendsAlways }: { readonly initialises: boolean; readonly sendsAlways: boolean },
) =>
	routine("blk_mq_complete_send_ipi", { args: { rq: k.Request }, locals: { cpu_list: k.Cpu, first: bool } }, [
		step("cpu_list = &per_cpu(blk_cpu_done, rq->mq_ctx->cpu)", ({ f }) => {
			f.cpu_list = mqCtxCpu(k, f.rq);
		}),
		addTo(k),
		when(
			({ f }) => (f.first || sendsAlways) === k.obeys("MQ2"),
			[
				ifdef(initialises, [
					step("INIT_CSD(&rq->csd, __blk_mq_complete_request_remote, rq)", ({ s, f }) => init_csd(k, s, csdFor(f.rq))),
				]),
				call(smp.smp_call_function_single_async, ({ f }) => ({ cpu: mqCtxCpu(k, f.rq), csd: csdFor(f.rq) })),
			],
		),
	]);

/** MQ3, MQ6: add and raise are on one CPU, and only who finds the list empty raises. */
function blk_mq_raise_softirq(k: Kernel) {
	const raise = raise_softirq(k);
	const guarded = k.obeys("MQ3");
	return routine("blk_mq_raise_softirq", { args: { rq: k.Request }, locals: { cpu_list: k.Cpu, first: bool } }, [
		ifdef(guarded, [preempt_disable(k)]),
		step("cpu_list = this_cpu_ptr(&blk_cpu_done)", (c) => {
			c.f.cpu_list = this_cpu_ptr(k, c);
		}),
		addTo(k),
		when(
			({ f }) => f.first || !k.obeys("MQ6"),
			[
				step("raise_softirq(BLOCK_SOFTIRQ)", (c) => {
					c.emit.done_kicked(c.f.cpu_list, c.me.cpu);
					raise(c);
				}),
			],
		),
		forget("first"),
		ifdef(guarded, [preempt_enable(k)]),
	]);
}

/** The BLOCK softirq, for addSoftirqs(). */
export const blkDone = ({ blk_done_softirq }: BlkMq): readonly Stmt<In, string>[] => [call(blk_done_softirq)];
