import {
	choose,
	type EventTypes,
	type Id,
	leave,
	loop,
	requireKnown,
	type Stmt,
	step,
	waitUntil,
} from "../../lang/index.ts";
import type { In, InModel, Kernel, KernelEventTypes, KernelState, LinuxSystem } from "../kernel.ts";
import { bare } from "../sched/task.ts";
import { type WaitQueue, waitQueue, wakeWaiters } from "../sched/wait.ts";
import { type Arrival, type FramedSource, type InterruptSource, requireSource, takesInterrupts } from "./hardirq.ts";
import { irqThreads } from "./irq-thread.ts";
import type { SoftirqActions } from "./softirq.ts";

/** How `request_irq()` is called. */
export interface RequestOptions<C> {
	/** The handler stays a hard interrupt. Default false. */
	readonly IRQF_NO_THREAD?: boolean;
	/** What BLOCK does: the thread runs what its handler has raised. */
	readonly action?: SoftirqActions<C>;
}

/**
 * IR2: a driver's interrupt, for addHardirqs(): one line, whatever its arrivals, which does not come again before its handler has
 * returned. SQ10: with forced threading and on RT that runs in a SCHED_FIFO 50 thread of the CPU that it came on (IRQF_ONESHOT: it may
 * come again while the softirqs run that the handler has raised). What being taken changes is then the thread's, which takes no
 * more than is still pending.
 */
export function request_irq<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	name: string,
	source: InterruptSource<InModel<S, T>>,
	options: RequestOptions<InModel<S, T>> = {},
): InterruptSource<InModel<S, T>> {
	requireKnown(`request_irq(${name})`, options, { IRQF_NO_THREAD: true, action: true });
	requireSource(source as unknown as InterruptSource);
	const { IRQF_NO_THREAD = false, action } = options;
	const irq = k.Irq.add(name);
	k.irqQueues.push(waitQueue(k, `synchronize_irq(${name})`));
	const framed = source as unknown as FramedSource;
	const made =
		k.threadirqs && !IRQF_NO_THREAD ? threaded(k, bare(sys), name, irq, framed, action as never) : hard(k, irq, framed);
	k.served.needAdded(made, `request_irq(${name})`);
	k.irqOf.set(made, irq);
	return made as unknown as InterruptSource<InModel<S, T>>;
}

type Irq = Id<"irq">;

/** IR2: where it is not being handled; `takes` is what being taken then changes besides. */
const taking = (k: Kernel, irq: Irq, { arrivals }: FramedSource, takes: (c: In, arrival: Arrival) => void): Arrival[] =>
	arrivals.map((arrival) => ({
		label: arrival.label,
		pending: (c) =>
			(c.s.irq_desc[irq].cpu === null || !k.obeys("IR2")) && c.s.irq_desc[irq].depth === 0 && arrival.pending(c),
		enter: (c) => {
			c.s.irq_desc[irq].cpu = c.me.cpu;
			takes(c, arrival);
		},
	}));

/** It may come again; who waits for that looks (IR3). */
function letGo(k: Kernel, c: In, irq: Irq): void {
	c.s.irq_desc[irq].cpu = null;
	wakeWaiters(k, c, k.irqQueues[irq] as WaitQueue);
}

/** IR2: what has interrupted another CPU meanwhile is handled here, before the interrupt ends. */
function hard(k: Kernel, irq: Irq, source: FramedSource): FramedSource {
	const arrivals = taking(k, irq, source, (c, arrival) => arrival.enter(c));
	const comesTo = (c: In, { pending }: Arrival): boolean => takesInterrupts(k, c) && pending(c);
	const marked = (c: In, arrival: Arrival): boolean =>
		k.hardirqs.some((id) => id !== c.me.id && comesTo({ ...c, me: c.s.context[id] }, arrival)) && arrival.pending(c);
	const again = source.arrivals.map((arrival) => [
		waitUntil<In, string>(
			`IRQS_PENDING: ${arrival.label.replace(/^<|>$/g, "")}`,
			(c) => k.obeys("IR2") && c.s.irq_desc[irq].depth === 0 && marked(c, arrival),
			(c) => arrival.enter(c),
		),
	]);
	const returned = step<In, string>("irqd_clear(IRQD_IRQ_INPROGRESS)", (c) => letGo(k, c, irq));
	return { ...source, arrivals, handler: [loop([...source.handler, choose(...again, [returned, leave()])])] };
}

function threaded(
	k: Kernel,
	sys: LinuxSystem<KernelState, KernelEventTypes>,
	name: string,
	irq: Irq,
	source: FramedSource,
	action: SoftirqActions | undefined,
): FramedSource {
	const { locals = {}, arrivals, handler } = source;
	const threads = irqThreads(k, `irq/${name}`);
	const isHere = (c: In): boolean => c.s.irq_desc[irq].cpu === threads.home(c);
	const handled = (arrival: Arrival): Stmt<In, string> =>
		waitUntil(
			`irq_thread(): ${arrival.label.replace(/^<|>$/g, "")}`,
			(c) => isHere(c) && arrival.pending(c),
			(c) => arrival.enter(c),
		);
	const none = waitUntil<In, string>(
		"irq_thread(): IRQ_NONE",
		(c) => isHere(c) && !arrivals.some((arrival) => arrival.pending(c)),
		(c) => letGo(k, c, irq),
	);
	k.irqThreads.set(irq, threads.threads);
	threads.add<In>(sys, {
		locals,
		noted: isHere,
		idles: (c) => wakeWaiters(k, c, k.irqQueues[irq] as WaitQueue),
		handle: (then, otherwise) =>
			choose<In, string>(
				// What follows the choice is the same for all, so that arrivals of interchangeable objects are.
				[choose<In, string>(...arrivals.map((arrival) => [handled(arrival)])), ...then],
				[none],
				otherwise,
			),
		// Before bottom halves are on again.
		handler: [...handler, step("irq_finalize_oneshot()", (c) => letGo(k, c, irq))],
		action,
	});
	return { arrivals: taking(k, irq, source, () => {}), handler: [threads.wake] };
}
