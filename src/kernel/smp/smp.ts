import {
	type AnyRoutine,
	bool,
	breakIf,
	call,
	callOneOf,
	choose,
	fault,
	forget,
	giveBack,
	ifdef,
	loop,
	ModelError,
	oneOf,
	type Routine,
	routines,
	type Stmt,
	step,
	waitUntil,
	when,
} from "../../lang/index.ts";
import { setUp } from "../hotplug/cpuhp.ts";
import type { InterruptSource } from "../irq/hardirq.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState } from "../kernel.ts";
import { lowerPreemptCount } from "../sched/cpu.ts";
import type { CallKind } from "../sets.ts";
import { type CallNode, nextCall, queueCall, removeCall, takeCalls } from "./call-queue.ts";
import { type IrqWorks, irq_work_run } from "./irq-work.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** What is called; `csd` is what its info or container_of would start from. */
export type CallFunction<C> = Routine<{ csd: CallNode }, unknown, C, string>;
/** What `smp_call_function_single_async()` returns. */
export type CallError = "0" | "-EBUSY" | "-ENXIO";
type Caller<R> = Routine<{ cpu: CpuId; csd: CallNode }, R, In, string>;

/** Cross-CPU calls of one scenario, whose functions are known. */
export interface SmpCalls {
	/** IP2. The result is for the caller's local. */
	readonly smp_call_function_single_async: Caller<CallError>;
	/** The same with a csd whose caller waits until the function has run. */
	readonly smp_call_function_single: Caller<CallError>;
	/** IP3: goes through this CPU's queue; the caller has interrupts off. */
	readonly flush: Routine<object, undefined, In, string>;
	/** IP5: the IPI, for addHardirqs(). */
	readonly interrupts: InterruptSource;
}

/**
 * `functions` are the routines that csds may call, and `functionOf` says which of them each does; `works` are the
 * irq_works that come through the same queues. All csds and irq_works are declared before.
 */
export function smpCalls(
	k: Kernel,
	functions: Readonly<Record<string, AnyRoutine>>,
	functionOf: (csd: CallNode) => string,
	works?: IrqWorks,
): SmpCalls {
	k.callLists.add("call_single_queue");
	for (const kind of k.callKinds) k.servedCalls.add(kind);
	if (Object.keys(functions).length === 0 && works === undefined) throw new ModelError("smpCalls: no function to call");
	const run = callOneOf<In<{ csd: CallNode }>, { csd: CallNode }, string>(
		({ f }) => functionOf(f.csd),
		functions as Readonly<Record<string, CallFunction<In>>>,
		({ f }) => ({ csd: f.csd }),
	);
	const flush = flushQueue(k, run, works);
	setUp(k, "CPUHP_AP_SMPCFD_DYING", { teardown: () => dyingCpu(k, flush, works) });
	return {
		smp_call_function_single_async: caller(k, "async", run),
		smp_call_function_single: caller(k, "sync", run),
		flush,
		interrupts: {
			arrivals: [
				{
					label: "<IPI: call function>",
					// IP5: it comes some time after it was sent, perhaps when others have flushed the queue.
					pending: ({ s, me }) =>
						s.cpu[me.cpu].call_ipi && (k.obeys("IP5") || s.call_single_queue[me.cpu].first !== null),
					enter: ({ s, me }) => {
						s.cpu[me.cpu].call_ipi = false;
					},
				},
			],
			handler: [call(flush), ...runOwnList(k, works)],
		},
	};
}

/** IW3: before 5.8, the works that came from other CPUs are run after the call queue. */
function runOwnList(k: Kernel, works: IrqWorks | undefined): Stmt<In, string>[] {
	if (!works || !k.options.irqWorkOwnList) return [];
	if (!k.callLists.has("raised_list"))
		throw new ModelError("irqWorkOwnList: irq_work_queue_on() is to be there before smpCalls()");
	return [call<In, object, undefined, string>(irq_work_run(k, works))];
}

/** HP7, IW6: smpcfd_dying_cpu(): what was queued for the CPU runs there; interrupts that are on their way are lost. */
function dyingCpu(k: Kernel, flush: SmpCalls["flush"], works: IrqWorks | undefined): Stmt<In, string>[] {
	return [
		step("smpcfd_dying_cpu(cpu) /* interrupts under way are lost */", ({ s, me }) => {
			s.cpu[me.cpu].call_ipi = false;
			s.cpu[me.cpu].irq_work_ipi = false;
		}),
		call(flush),
		...(works ? [call<In, object, undefined, string>(irq_work_run(k, works))] : []),
	];
}

/** IP2: on the own CPU the function is called here and now; an offline one is refused. */
function caller(k: Kernel, kind: CallKind, run: Stmt<In<{ csd: CallNode }>>): Caller<CallError> {
	k.cpuVaries("preempt", "irqs_off");
	const name = kind === "async" ? "smp_call_function_single_async" : "smp_call_function_single";
	const locals = { ret: oneOf("0", "-EBUSY", "-ENXIO"), here: bool, offline: bool, empty: bool, flags: bool };
	const enable = (c: In): void => lowerPreemptCount(k, c, name);
	return routine(name, { args: { cpu: k.Cpu, csd: k.CallNode }, locals, returns: locals.ret }, [
		// The flag is tested and set apart: callers must serialise.
		step("preempt_disable(); busy = csd->node.u_flags & CSD_FLAG_LOCK", (c) => {
			const { s, f, me } = c;
			if (k.callKinds[f.csd] !== kind) throw new ModelError(`${name}: ${k.CallNode.nameOf(f.csd)} is not ${kind}`);
			const busy = s.call_node[f.csd].locked && k.obeys("IP2");
			f.ret = busy ? "-EBUSY" : "0";
			if (!busy) s.cpu[me.cpu].preempt++;
		}),
		when(({ f }) => f.ret === "-EBUSY", [giveBack(({ f }) => f.ret)]),
		step("csd->node.u_flags = CSD_FLAG_LOCK; smp_wmb()", ({ s, f, me }) => {
			s.call_node[f.csd].locked = true;
			f.here = f.cpu === me.cpu && k.obeys("IP2");
		}),
		when(
			({ f }) => f.here,
			[
				step("csd_unlock(csd); local_irq_save(flags)", ({ s, f, me }) => {
					s.call_node[f.csd].locked = false;
					f.flags = s.cpu[me.cpu].irqs_off;
					s.cpu[me.cpu].irqs_off = true;
				}),
				run,
				step("local_irq_restore(flags); preempt_enable()", (c) => {
					c.s.cpu[c.me.cpu].irqs_off = c.f.flags;
					enable(c);
				}),
				giveBack(({ f }) => f.ret),
			],
		),
		forget("here"),
		ifdef(k.outgoing !== undefined && k.obeys("IP2"), [
			step("offline = !cpu_online(cpu)", ({ s, f }) => {
				f.offline = !s.cpu[f.cpu].online;
				if (f.offline) f.ret = "-ENXIO";
			}),
			when(
				({ f }) => f.offline,
				[
					step("csd_unlock(csd); preempt_enable()", (c) => {
						c.s.call_node[c.f.csd].locked = false;
						enable(c);
					}),
					giveBack(({ f }) => f.ret),
				],
			),
			forget("offline"),
		]),
		...queueCall<In<{ cpu: CpuId; csd: CallNode; empty: boolean }>>(k, {
			name: "csd",
			node: ({ f }) => f.csd,
			...(kind === "async" ? { done: enable } : {}),
		}),
		ifdef(kind === "sync", [
			forget("empty"),
			waitUntil("csd_lock_wait(csd); put_cpu()", ({ s, f }) => !s.call_node[f.csd].locked, enable),
		]),
		giveBack(({ f }) => f.ret),
	]);
}

/** IP3: calls that somebody waits for first, unlocked after the function has run; others in order, unlocked before. */
function flushQueue(
	k: Kernel,
	run: Stmt<In<{ csd: CallNode }>>,
	works: IrqWorks | undefined,
): Routine<object, undefined, In, string> {
	const next = ({ s, me }: In) => nextCall(k, s, s.call_single_queue[me.cpu]);
	const remove = ({ s, f, me }: In<{ more: boolean }>, node: CallNode): void => {
		const queue = s.call_single_queue[me.cpu];
		removeCall(s, queue, node);
		f.more = queue.flushing !== null;
	};
	const take = (c: In<{ csd: CallNode; more: boolean }>): void => {
		c.f.csd = next(c) as CallNode;
		remove(c, c.f.csd);
	};
	const unlock = ({ s, f }: In<{ csd: CallNode }>): void => {
		s.call_node[f.csd].locked = false;
	};
	const is =
		(kind: CallKind) =>
		(c: In): boolean => {
			const node = next(c);
			return node !== null && k.callKinds[node] === kind;
		};
	const early = k.obeys("IP3");
	const async: Stmt<In<{ csd: CallNode; more: boolean }>, string>[] = [
		waitUntil(early ? "csd_unlock(csd)" : "csd /* still locked */", is("async"), (c) => {
			take(c);
			if (early) unlock(c);
		}),
		run,
		ifdef(!early, [step("csd_unlock(csd) /* late */", unlock)]),
		forget("csd"),
	];
	const sync: Stmt<In<{ csd: CallNode; more: boolean }>, string>[] = [
		waitUntil("csd /* its caller waits */", is("sync"), take),
		run,
		step("csd_unlock(csd)", unlock),
		forget("csd"),
	];
	const work = works?.single(is("irq_work"), (c) => next(c) as CallNode, remove as never) ?? [];
	const bodies = { sync, async, irq_work: work };
	const kinds = (["sync", "async", "irq_work"] as const).filter((kind) => k.callKinds.includes(kind));
	return routine("__flush_smp_call_function_queue", { locals: { csd: k.CallNode, more: bool, ...works?.locals } }, [
		step("entry = llist_reverse_order(llist_del_all(&call_single_queue))", ({ s, f, me }) => {
			const queue = s.call_single_queue[me.cpu];
			takeCalls(k, s, queue);
			f.more = queue.flushing !== null;
		}),
		loop([breakIf(({ f }) => !f.more), choose(...kinds.map((kind) => bodies[kind] as never))]),
	]);
}

/** INIT_CSD(), or `flags = 0` by hand: P18 where the call is under way, and otherwise no change. Inside a step. */
export function init_csd(k: Kernel, s: KernelState, csd: CallNode): void {
	if (s.call_node[csd].locked) fault("P18", `${k.CallNode.nameOf(csd)} is initialised while CSD_FLAG_LOCK is set`);
}
