import { type Id, list, perId, record } from "preempt";
import { type ContextRecord, type Kernel, sleepable } from "preempt/linux";
import type { Objects, Sees, Sys } from "../catalogue.ts";
import { outOfTurn, unprotected, whyAtomic } from "../why.ts";

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
export function eachRequestOnce(k: Kernel, sys: Sys): void {
	sys.property("P2", {
		title: "every request ends exactly once",
		statement: "The completion handler of a request is not called after it has been called before.",
		on: {
			rq_complete: ({ s }, rq) =>
				s.rq[rq].state !== "IDLE" ||
				`the completion handler of ${k.Request.nameOf(rq)} is called, and had been called before`,
		},
	});
}

/** P5k, of done lists. */
export function kickedOnItsCpu(_k: Kernel, sys: Sys): void {
	sys.property("P5k", {
		title: "the softirq for the done list of CPU X is raised on CPU X",
		statement: "P5, kick: BLOCK_SOFTIRQ, raised because done list c was empty, is raised on CPU c.",
		on: {
			done_kicked: (_, list, cpu) =>
				list === cpu || `BLOCK_SOFTIRQ is raised on CPU ${cpu}, for the done list of CPU ${list}`,
		},
	});
}

const handled = (k: Kernel, rq: Id<"rq">, me: ContextRecord): string =>
	`${k.Context.nameOf(me.id)} calls the completion handler of ${k.Request.nameOf(rq)} on CPU ${me.cpu}`;

/** P5h, of done lists: the dead CPU's is drained by another. */
export function handledOnItsCpu(k: Kernel, sys: Sys): void {
	sys.property("P5h", {
		title: "what is on the done list of CPU X is completed on CPU X",
		statement: "P5, handler: the handler of a request that was on done list c runs on CPU c, unless CPU c is offline.",
		on: {
			rq_complete: ({ s, me }, rq, from) => {
				if (from === null || !s.cpu[from].online) return undefined;
				return from === me.cpu || `${handled(k, rq, me)}, and it was on the done list of CPU ${from}`;
			},
		},
	});
}

/** What rq_affinity asks for. */
export function handledWhereSubmitted(k: Kernel, sys: Sys): void {
	sys.property("P5s", {
		title: "requests are completed on the CPU that submitted them",
		statement:
			"P5, submitter: with QUEUE_FLAG_SAME_COMP, the handler of a request runs on the CPU that submitted it, unless that is offline.",
		on: {
			rq_complete: ({ s, me }, rq) => {
				const submitter = s.rq[rq].mq_ctx_cpu;
				if (!s.cpu[submitter].online) return undefined;
				return submitter === me.cpu || `${handled(k, rq, me)}, and CPU ${submitter} submitted it`;
			},
		},
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
				return outOfTurn(k.Request, queue, rq, `was added to the done list of CPU ${added}`) ?? true;
			},
		},
	});
}

/** P8, of handlers that are called in task context. */
export function handlersMaySleep(k: Kernel, sys: Sys): void {
	const maySleep = sleepable(k);
	sys.property("P8", {
		title: "handlers called in task context may sleep",
		statement:
			"A handler that is called in task context, for that is where its caller is, starts with preemption, interrupts and bottom halves on.",
		on: {
			rq_complete: (v, rq, from) => {
				if (from !== null || v.me.level !== "task") return undefined;
				return maySleep(v) || `${handled(k, rq, v.me)} ${whyAtomic(v)}: in_task() is true there, too`;
			},
		},
	});
}

/** P10, of done lists that are no llist. */
export function listsWithInterruptsOff(k: Kernel, sys: Sys): void {
	sys.property("P10", {
		title: "lists are accessed under their discipline",
		statement: "Every access to the done list of CPU c is made on CPU c with interrupts off, or when it is offline.",
		on: {
			list_access: ({ s, me }, cpu) =>
				(me.cpu === cpu && s.cpu[cpu].irqs_off) || !s.cpu[cpu].online || unprotected(k, me, cpu),
		},
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
