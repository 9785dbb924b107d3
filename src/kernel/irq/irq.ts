import { anyOf, type EventTypes, forget, type Id, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { In, InModel, Kernel, KernelState, LinuxSystem } from "../kernel.ts";
import { bare } from "../sched/task.ts";
import { addHardirqs, type InterruptSource, interruptSource } from "./hardirq.ts";
import { irqThreads, type Whose } from "./irq-thread.ts";
import { raise_softirq, type SoftirqActions } from "./softirq.ts";

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
	action?: SoftirqActions<InModel<S, T>>,
): void {
	const threads = irqThreads(k);
	addInterrupts(k, bare(sys), [threads.wake]);
	threads.add<In<WithBio>>(bare(sys), {
		locals: { bio: k.Bio },
		noted: anyNoted(k, "hw_done", threads.home),
		handle: (then, none) => takeNoted(k, "hw_done", [...then, forget("bio")], none, threads.home),
		handler: handler as unknown as readonly Stmt<In<WithBio>, string>[],
		action: action as unknown as SoftirqActions | undefined,
	});
}

type Noted = "hw_done" | "completing";

/** By default those of the CPU at hand. */
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
