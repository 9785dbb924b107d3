import { anyOf, type EventTypes, fault, forget, type Id, type Stmt, waitUntil } from "../../lang/index.ts";
import { type InterruptSource, interruptSource } from "../irq/hardirq.ts";
import { irqThreads } from "../irq/irq-thread.ts";
import type { SoftirqAction } from "../irq/softirq.ts";
import type { CpuId, In, InModel, Kernel, KernelState, LinuxSystem } from "../kernel.ts";
import { mayBlock } from "../sched/atomic.ts";
import { bare } from "../sched/task.ts";

// Requests of the block layer: from the device's report to the handler of their driver, and once more from the start.

/** A `struct request`; `options.requests` says which there are. */
export type RequestId = Id<"rq">;
/** What the handler of a device with requests sees. */
export type WithRequest = { rq: RequestId };

/**
 * The device reports any request in flight on any online CPU, in any order; `handler` handles one report. For
 * addHardirqs().
 */
export function requestInterrupts<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	handler: readonly Stmt<InModel<S, T, WithRequest>, string>[],
	threaded = false,
): InterruptSource<InModel<S, T>> {
	const source: InterruptSource<In<WithRequest>> = {
		arrivals: k.Request.all.map((rq) => ({
			label: `<interrupt: ${k.Request.nameOf(rq)} completed by the device>`,
			pending: ({ s }) => s.rq[rq].state === "IN_FLIGHT",
			enter: ({ s, f, me }) => {
				f.rq = rq;
				s.rq[rq].state = "REPORTED";
				if (threaded) s.rq[rq].reported_on = me.cpu;
			},
		})),
		handler: handler as unknown as readonly Stmt<In<WithRequest>, string>[],
	};
	return interruptSource(sys, { rq: k.Request }, source as never);
}

/** As requestInterrupts(), force-threaded (SQ10): what is for addHardirqs(), after the threads are added. */
export function threadedRequestInterrupts<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	handler: readonly Stmt<InModel<S, T, WithRequest>, string>[],
	action: SoftirqAction<InModel<S, T>>,
): InterruptSource<InModel<S, T>> {
	const threads = irqThreads(k);
	const here = ({ s, me }: In, rq: RequestId) => s.rq[rq].reported_on === threads.home({ me });
	threads.add<In<WithRequest>>(bare(sys), {
		locals: { rq: k.Request },
		noted: (c) => k.Request.all.some((rq) => here(c, rq)),
		handle: (then, none) =>
			anyOf<In<WithRequest>, "rq", string, string>(
				k.Request,
				(rq) => [
					waitUntil(
						`rq = ${k.Request.nameOf(rq)} /* noted on this CPU */`,
						(c) => here(c, rq),
						({ s, f }) => {
							f.rq = rq;
							s.rq[rq].reported_on = null;
						},
					),
					...then,
					forget("rq"),
				],
				none,
			),
		handler: handler as unknown as readonly Stmt<In<WithRequest>, string>[],
		action: action as unknown as SoftirqAction,
	});
	const wake = threads.wake as unknown as Stmt<InModel<S, T, WithRequest>, string>;
	return requestInterrupts(k, sys, [wake], true);
}

/**
 * rq->q->mq_ops->complete(rq), inside a step: the driver's handler, which takes and drops a spinlock_t that nobody
 * else in the scenario takes (on RT an error in atomic context, LK2) and ends the request; its tag is then free, and
 * may be used for the next request. `from`: the CPU on whose done list it waited, if on one.
 */
export function mq_ops_complete(k: Kernel, c: In, id: RequestId, from: CpuId | null): void {
	const rq = c.s.rq[id];
	if (rq.state === "IN_FLIGHT")
		fault("P11", `${k.Request.nameOf(id)} is completed for the request that its tag had before`);
	if (k.rt) mayBlock(k, c, "spin_lock(&q->lock) in ->complete()");
	c.emit.rq_complete(id, from);
	rq.state = "IDLE";
	rq.next = null;
	if (rq.reissues === 0) return;
	rq.reissues--;
	rq.state = "IN_FLIGHT";
}
