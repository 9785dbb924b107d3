import {
	choose,
	type EventTypes,
	forget,
	type Id,
	requireKnown,
	type Stmt,
	step,
	waitUntil,
} from "../../lang/index.ts";
import type { In, InModel, Kernel, KernelState, LinuxSystem } from "../kernel.ts";
import { bare } from "../sched/task.ts";
import { type Arrival, type FramedSource, type InterruptSource, requireSource } from "./hardirq.ts";
import { irqThreads } from "./irq-thread.ts";
import type { SoftirqAction } from "./softirq.ts";

/** How `request_irq()` is called. */
export interface RequestOptions<C> {
	/** The handler stays a hard interrupt. Default false. */
	readonly IRQF_NO_THREAD?: boolean;
	/** What BLOCK does: the thread runs what its handler has raised. */
	readonly action?: SoftirqAction<C>;
}

/**
 * SQ10: a driver's interrupt, for addHardirqs(). With forced threading and on RT its handler runs in a SCHED_FIFO 50 thread of
 * the CPU that it came on, and it does not come again before that has returned (IRQF_ONESHOT), but while the softirqs run
 * that it has raised; otherwise it is as `source` says. What being taken changes is then the thread's, which takes no more
 * than is still pending.
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
	const toBeAdded = (made: InterruptSource<InModel<S, T>>) => {
		k.served.needAdded(made, `request_irq(${name})`);
		return made;
	};
	if (!k.threadirqs || IRQF_NO_THREAD) return toBeAdded(source);
	const { locals = {}, arrivals, handler } = source as unknown as FramedSource;
	const threads = irqThreads(k, `irq/${name}`);
	const lines = arrivals.map(({ of = [], ...arrival }) => ({ ...arrival, irq: k.Irq.add(arrival.label, ...of) }));
	type Line = (typeof lines)[number];
	type Handling = In<{ irq_desc: Id<"irq"> }>;
	const isHere = (c: In, { irq }: Line): boolean => c.s.irq_desc[irq].thread === threads.home(c);
	const unmask = ({ s }: In, irq: Id<"irq">): void => {
		s.irq_desc[irq].thread = null;
	};
	const handled = (line: Line): Stmt<Handling, string> =>
		waitUntil(
			`irq_thread(): ${line.label.replace(/^<|>$/g, "")}`,
			(c) => isHere(c, line) && line.pending(c),
			(c) => {
				c.f.irq_desc = line.irq;
				line.enter(c);
			},
		);
	const none = (line: Line): Stmt<Handling, string> =>
		waitUntil(
			"irq_thread(): IRQ_NONE",
			(c) => isHere(c, line) && !line.pending(c),
			(c) => unmask(c, line.irq),
		);
	threads.add<Handling>(bare(sys), {
		locals: { ...locals, irq_desc: k.Irq },
		noted: (c) => lines.some((line) => isHere(c, line)),
		handle: (then, otherwise) =>
			choose<Handling, string>(
				// What follows the choice is the same for all, so that lines of interchangeable objects are.
				[choose<Handling, string>(...lines.map((line) => [handled(line)])), ...then],
				[choose<Handling, string>(...lines.map((line) => [none(line)]))],
				otherwise,
			),
		// Before bottom halves are on again.
		handler: [
			...(handler as readonly Stmt<Handling, string>[]),
			step("irq_finalize_oneshot()", (c) => unmask(c, c.f.irq_desc)),
			forget("irq_desc"),
		],
		action: action as unknown as SoftirqAction | undefined,
	});
	const taken = (line: Line): Arrival => ({
		label: line.label,
		pending: (c) => c.s.irq_desc[line.irq].thread === null && line.pending(c),
		enter: ({ s, me }) => {
			s.irq_desc[line.irq].thread = me.cpu;
		},
	});
	return toBeAdded({ arrivals: lines.map(taken), handler: [threads.wake] } as unknown as InterruptSource<
		InModel<S, T>
	>);
}
