import {
	type AnyRoutine,
	bool,
	breakIf,
	call,
	callOneOf,
	choose,
	type EventTypes,
	type Fields,
	forget,
	type Id,
	loop,
	type Member,
	ModelError,
	type Routine,
	requireKnown,
	routines,
	type Stmt,
	step,
	waitUntil,
	when,
} from "../../lang/index.ts";
import { smpboot_register } from "../hotplug/smpboot.ts";
import type { InterruptSource } from "../irq/hardirq.ts";
import type { ContextRecord, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "../kernel.ts";
import type { Generations, Objects, Reference } from "../lib/generation.ts";
import { llist_del_all, llist_reverse_order } from "../lib/llist.ts";
import { kthread_should_park, park } from "../sched/kthread-stop.ts";
import { sleepUnless, wake_up_process } from "../sched/sleep.ts";
import { addTask, bare } from "../sched/task.ts";
import type { CallListName } from "../sets.ts";
import { type CallNode, removeCall } from "./call-queue.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** Declares a struct irq_work. `hard`: IRQ_WORK_HARD_IRQ; `lazy`: IRQ_WORK_LAZY; `owners`: what it is a part of. */
export function irq_work(
	k: Kernel,
	name: string,
	options: { readonly hard?: boolean; readonly lazy?: boolean; readonly owners?: readonly Member[] } = {},
): CallNode {
	requireKnown(`irq_work ${name}`, options, { hard: true, lazy: true, owners: true });
	const { hard = false, lazy = false, owners = [] } = options;
	const work = k.CallNode.add(name, ...owners);
	k.callKinds[work] = "irq_work";
	if (hard) k.hardIrqWorks.add(work);
	if (lazy) k.lazyIrqWorks.add(work);
	return work;
}

/** The object that an irq_work is a part of, and which its function may free (RC1). */
export interface Embedding<N extends string> {
	readonly generations: Generations<N>;
	readonly objects: (s: KernelState) => Objects<N>;
	readonly of: (work: CallNode) => Id<N>;
}

/** An irq_work's function; `work` is what container_of would start from. */
type WorkFunction = Routine<{ work: CallNode }, unknown, In, string>;
type Frame = { work: CallNode; busy: boolean; object: Reference<string> };

/** The irq_works of one scenario, whose functions are known. */
export interface IrqWorks {
	/** What irq_work_single() needs of its routine. */
	readonly locals: Fields;
	/** IW4: irq_work_single() of the node that `next` names, which `take` takes from its list in the same step. */
	readonly single: (
		possible: (c: In) => boolean,
		next: (c: In) => CallNode,
		take: (c: In, node: CallNode) => void,
	) => Stmt<In, string>[];
}

/** `functions` are those that irq_works may call, `functionOf` which of them each does; `part` what they are parts of. */
export function irqWorks<N extends string = never>(
	k: Kernel,
	functions: Readonly<Record<string, AnyRoutine>>,
	functionOf: (work: CallNode) => string,
	part?: Embedding<N>,
): IrqWorks {
	if (Object.keys(functions).length === 0) throw new ModelError("irqWorks: no function");
	if (k.rt && k.CallNode.all.some((node) => k.callKinds[node] === "irq_work" && !k.hardIrqWorks.has(node)))
		for (const c of k.Cpu.all)
			k.irqWorkWakeups[c] = irq_work(k, `irq_work_wakeup/${c}`, { hard: true, owners: [k.Cpu.member(c)] });
	const irq_work_wake = routine("irq_work_wake", { args: { work: k.CallNode } }, [
		step("wake_irq_workd()", (c) => wake_irq_workd(k, c)),
	]);
	const isWakeup = (work: CallNode): boolean => k.irqWorkWakeups.includes(work);
	const run = callOneOf<In<Frame>, { work: CallNode }, string>(
		({ f }) => (isWakeup(f.work) ? "irq_work_wake" : functionOf(f.work)),
		{
			...(functions as Readonly<Record<string, WorkFunction>>),
			...(k.irqWorkWakeups.length > 0 ? { irq_work_wake } : {}),
		},
		({ f }) => ({ work: f.work }),
	);
	const object = part as unknown as Embedding<string> | undefined;
	const early = k.obeys("IW4");
	const clear = ({ s, f }: In<Frame>): void => {
		s.call_node[f.work].pending = false;
	};
	return {
		locals: { work: k.CallNode, busy: bool, ...(object ? { object: object.generations.reference } : {}) },
		single: (possible, next, take) =>
			[
				waitUntil<In<Frame>, string>("flags = work->node.a_flags &= ~IRQ_WORK_PENDING; smp_mb()", possible, (c) => {
					const work = next(c);
					take(c, work);
					c.f.work = work;
					c.f.busy = c.s.call_node[work].busy;
					if (early) clear(c);
					if (object && !isWakeup(work)) object.generations.refer(object.objects(c.s), c.f.object, object.of(work));
				}),
				run,
				// IW7: what was raised without BUSY is not touched any more.
				when<In<Frame>, string>(
					({ f }) => f.busy || !early,
					[
						step<In<Frame>, string>("atomic_cmpxchg(&work->node.a_flags, flags, flags & ~IRQ_WORK_BUSY)", (c) => {
							if (object && !isWakeup(c.f.work))
								object.generations.follow(object.objects(c.s), c.f.object, "irq_work_single() clears IRQ_WORK_BUSY");
							if (!early) clear(c);
							if (!c.s.call_node[c.f.work].pending) c.s.call_node[c.f.work].busy = false;
						}),
					],
				),
				forget<In<Frame>>("work", "busy", ...(object ? (["object"] as const) : [])),
			] as unknown as Stmt<In, string>[],
	};
}

/** IW6: on RT the lists of lazy works are the thread's. */
function wake_irq_workd(k: Kernel, c: In): void {
	const { s, me } = c;
	const thread = k.irqWorkThreads[me.cpu];
	if (s.lazy_list[me.cpu].first !== null && thread !== undefined) wake_up_process(k, c, thread);
}

/** IW5: irq_work_run_list(): takes a list of this CPU and runs it newest first. */
function runList(k: Kernel, works: IrqWorks, list: CallListName, possible: (c: In) => boolean = () => true) {
	type C = In<{ more: boolean }>;
	const here = ({ s, me }: In) => s[list][me.cpu];
	return [
		waitUntil<C, string>(`llnode = llist_del_all(this_cpu_ptr(&${list}))`, possible, (c) => {
			const taken = llist_del_all(k, here(c));
			here(c).flushing = k.obeys("IW5") ? taken : llist_reverse_order(k, c.s.call_node, taken);
			c.f.more = taken !== null;
		}),
		loop<C, string>([
			breakIf(({ f }) => !f.more),
			...works.single(
				() => true,
				(c) => here(c).flushing as CallNode,
				(c, node) => {
					removeCall(c.s, here(c), node);
					(c as C).f.more = here(c).flushing !== null;
				},
			),
		]),
	];
}

/** IW2, IW6: irq_work_run(), with interrupts off: the raised list, then the lazy one, or on RT its thread. */
export function irq_work_run(k: Kernel, works: IrqWorks, tick = false): Routine<object, undefined, In, string> {
	const raised = k.callLists.has("raised_list") && !(tick && hasInterrupt(k));
	const lazy = k.callLists.has("lazy_list");
	const thread = k.rt && k.obeys("IW6");
	return routine(tick ? "irq_work_tick" : "irq_work_run", { locals: { ...works.locals, more: bool } }, [
		...(raised ? runList(k, works, "raised_list") : []),
		...(lazy && !thread ? runList(k, works, "lazy_list") : []),
		...(lazy && thread ? [step<In, string>("wake_irq_workd()", (c) => wake_irq_workd(k, c))] : []),
	] as Stmt<In, string>[]);
}

const hasInterrupt = (k: Kernel): boolean => k.options.irqWorkInterrupt !== false;

/** IW2: irq_work's own interrupts, for addHardirqs(): the self-IPI, and the tick where it has something to run. */
export function irqWorkInterrupts(k: Kernel, works: IrqWorks): InterruptSource[] {
	for (const list of k.callLists) if (list !== "call_single_queue") k.servedCalls.add(list);
	const waits = ({ s, me }: In): boolean =>
		s.lazy_list[me.cpu].first !== null || (!hasInterrupt(k) && s.raised_list[me.cpu].first !== null);
	const asleep = ({ s, me }: In): boolean => {
		const thread = k.irqWorkThreads[me.cpu];
		return thread === undefined || s.context[thread].state !== "RUNNING" || s.lazy_list[me.cpu].first === null;
	};
	const ticks = k.callLists.has("lazy_list") || (!hasInterrupt(k) && k.callLists.has("raised_list"));
	const handler = (tick: boolean) => [call<In, object, undefined, string>(irq_work_run(k, works, tick))];
	return [
		...(hasInterrupt(k) && k.callLists.has("raised_list")
			? [
					{
						arrivals: [
							{
								label: "<IPI: irq_work>",
								pending: ({ s, me }: In) => s.cpu[me.cpu].irq_work_ipi,
								enter: ({ s, me }: In) => {
									s.cpu[me.cpu].irq_work_ipi = false;
								},
							},
						],
						handler: handler(false),
					},
				]
			: []),
		...(ticks
			? [
					{
						arrivals: [{ label: "<tick>", pending: (c: In) => waits(c) && asleep(c), enter: () => {} }],
						handler: handler(true),
					},
				]
			: []),
	];
}

/** IW6: on RT, each CPU's thread for works that are not hard: SCHED_FIFO 1, preemptible. */
export function addIrqWorkThreads<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	works: IrqWorks,
): void {
	if (!k.rt || !k.callLists.has("lazy_list")) return;
	const waits = ({ s, me }: In): boolean => s.lazy_list[me.cpu].first !== null && !me.should_park;
	const run_irq_workd = routine("run_irq_workd", { locals: { ...works.locals, more: bool } }, [
		loop<In, string>([
			choose<In, string>(
				[sleepUnless<In>(k, "schedule() /* lazy list empty */", (c) => waits(c) || c.me.should_park)],
				runList(k, works, "lazy_list", waits) as never,
				...(k.outgoing === undefined
					? []
					: [[waitUntil<In, string>("kthread_parkme()", kthread_should_park, (c) => park(k, c))]]),
			),
		]),
	] as Stmt<In, string>[]);
	for (const c of k.Cpu.all) {
		const options = { boundTo: c, fifo: 1, isPerCpu: true, sleeps: "asleep" } as const;
		const thread = addTask(k, bare(sys), `irq_work/${c}`, run_irq_workd, options);
		k.irqWorkThreads[c] = thread;
		if (c === k.outgoing) smpboot_register(k, thread);
	}
}
