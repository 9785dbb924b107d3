import {
	anyOf,
	type EventTypes,
	type Fields,
	forget,
	type Id,
	loop,
	routines,
	type Stmt,
	step,
	waitUntil,
} from "../../lang/index.ts";
import type {
	ContextRecord,
	CpuId,
	In,
	InModel,
	Kernel,
	KernelEvents,
	KernelEventTypes,
	KernelState,
	LinuxSystem,
} from "../kernel.ts";
import { sleepUnless, wake_up_process } from "../sched/sleep.ts";
import { addTask, bare } from "../sched/task.ts";
import { local_bh_disable, local_bh_enable } from "./bh.ts";
import { addHardirqs, type InterruptSource, interruptSource } from "./hardirq.ts";
import { local_irq_disable, local_irq_enable } from "./irqflags.ts";
import { raise_softirq, type SoftirqAction } from "./softirq.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** What a device's interrupt handler sees: the bio whose completion it reports. */
export type WithBio = { bio: Id<"bio"> };

/**
 * The device reports any issued bio on any online CPU, in any order; `handler` handles one report. For addHardirqs(),
 * where there are other interrupts too.
 */
export function deviceInterrupts<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	handler: readonly Stmt<InModel<S, T, WithBio>, string>[],
): InterruptSource<InModel<S, T>> {
	const source: InterruptSource<In<WithBio>> = {
		arrivals: k.Bio.all.map((bio) => ({
			label: `<interrupt: ${k.Bio.nameOf(bio)} completed by the device>`,
			of: [k.Bio.member(bio)],
			// PO3: what is polled raises no interrupt.
			pending: ({ s }) => s.bio[bio].phase === "issued" && (s.bio[bio].hctx === null || !k.obeys("PO3")),
			enter: ({ s, f, me }) => {
				f.bio = bio;
				s.bio[bio].phase = "hw_done";
				s.bio[bio].cpu = me.cpu;
			},
		})),
		handler: handler as unknown as readonly Stmt<In<WithBio>, string>[],
	};
	return interruptSource(sys, { bio: k.Bio }, source as never);
}

/** Each CPU's hard interrupt level, where the device's are the only interrupts. */
export function addInterrupts<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	handler: readonly Stmt<InModel<S, T, WithBio>, string>[],
): void {
	addHardirqs(k, sys, [deviceInterrupts(k, sys, handler)]);
}

/**
 * SQ10: force-threaded interrupts. The hard handler only wakes the CPU's SCHED_FIFO thread; that runs `handler` for
 * each bio reported on its CPU with bottom halves off and, on !RT, interrupts off. in_task() is true there.
 */
export function addThreadedInterrupts<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	handler: readonly Stmt<InModel<S, T, WithBio>, string>[],
	action?: SoftirqAction<InModel<S, T>>,
): void {
	const threads = irqThreads(k);
	addInterrupts(k, bare(sys), [threads.wake]);
	threads.add<In<WithBio>>(bare(sys), {
		locals: { bio: k.Bio },
		noted: anyNoted(k, "hw_done", threads.home),
		handle: (then, none) => takeNoted(k, "hw_done", [...then, forget("bio")], none, threads.home),
		handler: handler as unknown as readonly Stmt<In<WithBio>, string>[],
		action: action as unknown as SoftirqAction | undefined,
	});
}

interface ThreadedHandler<C extends In> {
	readonly locals: Fields;
	/** Whether the interrupt has noted anything for this CPU's thread. */
	readonly noted: (c: In) => boolean;
	/** Takes what was noted and does the first, or, where nothing was, the second. */
	readonly handle: (then: readonly Stmt<C, string>[], none: readonly Stmt<C, string>[]) => Stmt<C, string>;
	readonly handler: readonly Stmt<C, string>[];
	readonly action: SoftirqAction | undefined;
}

/** SQ10: each CPU's interrupt thread; what the hard handler does, which is to wake it; and whose it is. */
export function irqThreads(k: Kernel, name = "irq_thread") {
	const threads: Id<"context">[] = [];
	const wake: Stmt<In, string> = step("irq_wake_thread()", (c) => {
		wake_up_process(k, c, threads[c.me.cpu] as Id<"context">);
	});
	// HP6: the thread goes on with the interrupts of its CPU when it has lost its affinity.
	const home: Whose = ({ me }) => (k.outgoing === undefined ? me.cpu : k.Cpu.id(threads.indexOf(me.id)));
	const irqsOff = k.rt !== k.obeys("SQ10");
	const add = <C extends In>(sys: LinuxSystem<KernelState, KernelEventTypes>, h: ThreadedHandler<C>): void => {
		const handled: Stmt<C, string>[] = [
			local_bh_disable(k),
			...(irqsOff ? [local_irq_disable(k)] : []),
			...h.handler,
			...(irqsOff ? [local_irq_enable(k)] : []),
			local_bh_enable(k, h.action),
		];
		const waits = sleepUnless<C>(k, "schedule() /* waits for interrupt */", h.noted);
		const body = routine("irq_forced_thread_fn", { locals: h.locals }, [
			loop([h.handle(handled, [waits]) as unknown as Stmt<In, string>]),
		]);
		for (const c of k.Cpu.all)
			threads.push(addTask(k, sys, `${name}/${c}`, body, { boundTo: c, fifo: 50, sleeps: "asleep" }));
	};
	return { wake, add, home };
}

type Noted = "hw_done" | "completing";

/** Which CPU's interrupts: by default those of the CPU at hand. */
type Whose = (c: Pick<In, "me">) => CpuId;
const here: Whose = ({ me }) => me.cpu;

const isNoted = (c: In, bio: Id<"bio">, phase: Noted, whose: Whose): boolean =>
	c.s.bio[bio].phase === phase && c.s.bio[bio].cpu === whose(c);

/** The interrupt has put the bio on this CPU's done list and raises the softirq that takes it from there (SQ1). */
export function completeInSoftirq(k: Kernel): Stmt<In<WithBio>, string> {
	const raise = raise_softirq(k);
	return step("raise_softirq(BLOCK_SOFTIRQ)", (c) => {
		c.s.bio[c.f.bio].phase = "completing";
		c.s.bio[c.f.bio].cpu = c.me.cpu;
		raise(c);
	});
}

/** Takes any bio that an interrupt has noted on this CPU, or another; `none` is what to do when there is none. */
export function takeNoted<C extends In<WithBio>>(
	k: Kernel,
	phase: Noted,
	then: readonly Stmt<C, string>[],
	none: readonly Stmt<C, string>[],
	whose: Whose = here,
): Stmt<C, string> {
	return anyOf<C, "bio", string, string>(
		k.Bio,
		(bio) => [
			waitUntil(
				`bio = ${k.Bio.nameOf(bio)} /* noted on ${whose === here ? "this" : "its"} CPU */`,
				(c) => isNoted(c, bio, phase, whose),
				({ s, f }) => {
					f.bio = bio;
					s.bio[bio].phase = "hw_done";
					s.bio[bio].cpu = null;
				},
			),
			...then,
		],
		none,
	);
}

/** Whether an interrupt has noted a bio on this CPU, or another. */
export const anyNoted =
	(k: Kernel, phase: Noted, whose: Whose = here) =>
	(c: In): boolean =>
		k.Bio.all.some((bio) => isNoted(c, bio, phase, whose));
