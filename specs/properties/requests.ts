import { type Id, list, perId, record } from "preempt";
import { type Kernel, sleepable } from "preempt/linux";
import type { Objects, Sees, Sys } from "../catalogue.ts";

// What is asked of the completion of block requests (family A).

type Cpu = Id<"cpu">;

/** Requests, for the properties that are of any objects. */
export const requests = (k: Kernel, listOf: (v: Sees, rq: Id<"rq">) => Cpu | null): Objects<"rq"> => ({
	noun: "request",
	set: k.Request,
	isReported: ({ s }, rq) => s.rq[rq].state !== "IN_FLIGHT" || s.rq[rq].reissues < (k.options.recycles ?? 0),
	isUnfinished: ({ s }, rq) => ["REPORTED", "COMPLETE"].includes(s.rq[rq].state),
	list: listOf,
	whereabouts: (v, rq) => {
		const c = listOf(v, rq);
		return c === null ? "was reported by the device" : `is on the done list of CPU ${c}`;
	},
});

/** P2, of requests. */
export function eachRequestOnce(_k: Kernel, sys: Sys): void {
	sys.property("P2", {
		title: "every request ends exactly once",
		statement: "The completion handler of a request is not called after it has been called before.",
		on: { rq_complete: ({ s }, rq) => s.rq[rq].state !== "IDLE" },
		explain: () => ["the completion handler of this request had already been called"],
	});
}

/** P5k, of done lists. */
export function kickedOnItsCpu(k: Kernel, sys: Sys): void {
	sys.property("P5k", {
		title: "the softirq for the done list of CPU X is raised on CPU X",
		statement: "P5, kick: BLOCK_SOFTIRQ, raised because done list c was empty, is raised on CPU c.",
		on: { done_kicked: (_, list, cpu) => list === cpu },
		explain: ({ s }) =>
			k.Cpu.all
				.filter((c) => s.cpu[c].block_pending && s.blk_cpu_done[c].first === null)
				.map((c) => `BLOCK_SOFTIRQ is pending on CPU ${c}, whose done list is empty`),
	});
}

/** P5h, of done lists: the dead CPU's is drained by another. */
export function handledOnItsCpu(_k: Kernel, sys: Sys): void {
	sys.property("P5h", {
		title: "what is on the done list of CPU X is completed on CPU X",
		statement: "P5, handler: the handler of a request that was on done list c runs on CPU c, unless CPU c is offline.",
		on: {
			rq_complete: ({ s, me }, _rq, from) => (from === null || !s.cpu[from].online ? undefined : from === me.cpu),
		},
		explain: () => ["the handler ran on another CPU than the one on whose done list the request was"],
	});
}

/** What rq_affinity asks for. */
export function handledWhereSubmitted(_k: Kernel, sys: Sys): void {
	sys.property("P5s", {
		title: "requests are completed on the CPU that submitted them",
		statement:
			"P5, submitter: with QUEUE_FLAG_SAME_COMP, the handler of a request runs on the CPU that submitted it, unless that is offline.",
		on: {
			rq_complete: ({ s, me }, rq) => {
				const submitter = s.rq[rq].mq_ctx_cpu;
				return s.cpu[submitter].online ? submitter === me.cpu : undefined;
			},
		},
		explain: () => ["the handler ran on another CPU than the one that submitted the request"],
	});
}

/** P6, of done lists. */
export function doneInOrder(k: Kernel, sys: Sys): void {
	sys.property("P6", {
		title: "first in, first out on each CPU's done list",
		statement: "The handlers of requests on one done list start in the order in which they were added.",
		ghost: { order: perId(k.Cpu, record({ queue: list(k.Request, Math.max(1, k.Request.count)) })) },
		on: {
			rq_queued: ({ g }, rq, cpu) => {
				g.order[cpu].queue.push(rq);
				return undefined;
			},
			rq_complete: ({ g }, rq, from) => {
				if (from === null) return undefined;
				// The list of a dead CPU may have been spliced into that of another.
				const added = k.Cpu.all.find((c) => g.order[c].queue.includes(rq));
				if (added === undefined) return undefined;
				const { queue } = g.order[added];
				const first = queue.at(0) === rq;
				queue.remove(rq);
				return first;
			},
		},
		explain: () => ["a request added to the same list earlier has not been completed yet"],
	});
}

/** P8, of handlers that are called in task context. */
export function handlersMaySleep(k: Kernel, sys: Sys): void {
	const maySleep = sleepable(k);
	sys.property("P8", {
		title: "handlers called in task context may sleep",
		statement:
			"A handler that is called in task context, for that is where its caller is, starts with preemption, interrupts and bottom halves on.",
		on: { rq_complete: (v, _rq, from) => (from === null && v.me.level === "task" ? maySleep(v) : undefined) },
		explain: () => [
			"in_task() is true with bottom halves or interrupts disabled, too: the handler must not rely on it",
		],
	});
}

/** P10, of done lists that are no llist. */
export function listsWithInterruptsOff(_k: Kernel, sys: Sys): void {
	sys.property("P10", {
		title: "lists are accessed under their discipline",
		statement: "Every access to the done list of CPU c is made on CPU c with interrupts off, or when it is offline.",
		on: { list_access: ({ s, me }, cpu) => (me.cpu === cpu && s.cpu[cpu].irqs_off) || !s.cpu[cpu].online },
	});
}

/** P18: the library finds it. */
export function P18(_k: Kernel, sys: Sys): void {
	sys.property("P18", {
		title: "a node is on one list at a time",
		statement: "No llist node and no csd is added while it is linked; none is initialised while CSD_FLAG_LOCK is set.",
		raised: true,
		on: { rq_queued: () => true, call_queued: () => true },
	});
}
