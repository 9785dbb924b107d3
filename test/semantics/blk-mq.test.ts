// MQ1–MQ6, SQ8: the completion of block requests.
import { expect, test } from "vitest";
import {
	addHardirqs,
	addHotplug,
	addIdle,
	addSoftirqs,
	addTask,
	blkDone,
	blkMq,
	Kernel,
	type Options,
	requestInterrupts,
	threadedRequestInterrupts,
	type WithRequest,
} from "../../src/kernel/index.ts";
import { call, type Id, type In, list, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, type Variant } from "./litmus.ts";

/** Requests that CPU 1 has submitted, completed by interrupts on any CPU, or by a task. */
function completing(variant: Variant, options: Partial<Options> = {}, byTask = false) {
	const k = new Kernel({ cpus: 2, preempt: "none", requests: [1, 1], tick: "kept", ...options, ...variant });
	const sys = k.system();
	const mq = blkMq(k, sys);
	type Here = In<typeof sys, WithRequest>;
	const complete: Stmt<Here> = call(mq.blk_mq_complete_request_remote, ({ f }) => ({ rq: f.rq }));
	addIdle(k, sys, mq.smp);
	if (byTask) {
		addHardirqs(k, sys, [mq.smp.interrupts]);
		const routine = sys.routine("task", { args: { rq: k.Request } }, [
			step("reported", ({ s, f }) => {
				s.rq[f.rq].state = "REPORTED";
			}),
			complete,
		]);
		addTask(k, sys, "task", routine, { args: { rq: k.Request.id(0) }, sleeps: true });
	} else if (k.threadirqs)
		addHardirqs(k, sys, [threadedRequestInterrupts(k, sys, [complete], blkDone(mq)), mq.smp.interrupts]);
	else addHardirqs(k, sys, [requestInterrupts(k, sys, [complete]), mq.smp.interrupts]);
	addSoftirqs(k, sys, blkDone(mq));
	addHotplug(k, sys);
	return { k, sys, mq, cpu1: k.Cpu.id(1) };
}

type Built = ReturnType<typeof completing>;
type S = Pick<In<Built["sys"]>, "s">;
const isLost = ({ k }: Built) => ({
	end: ({ s }: S) => k.Request.all.some((rq) => ["REPORTED", "COMPLETE"].includes(s.rq[rq].state)),
});
const isDone = ({ k }: Built) => ({
	end: ({ s }: S) => k.Request.all.every((rq) => s.rq[rq].state === "IDLE"),
});

/** Tells when a handler runs on another CPU than the request was submitted on. */
const elsewhere = ({ sys }: Built): void => {
	sys.property("elsewhere", {
		title: "elsewhere",
		statement: "No handler runs on another CPU than the one that submitted the request.",
		on: { rq_complete: ({ s, me }, rq) => s.rq[rq].mq_ctx_cpu === me.cpu },
	});
};

litmus("MQ1", "a request of another CPU, online, is completed there by an IPI", {
	"by interrupts": (variant) => {
		const built = completing(variant);
		elsewhere(built);
		return observe(built.sys, {
			allows: {
				"a call is on its way": ({ s }) => s.cpu[built.cpu1].call_ipi,
				"all are done": isDone(built),
			},
			forbids: { "one is lost": isLost(built) },
		});
	},
});

test("MQ1: none where interrupt handlers are threads", () => {
	const built = completing({}, { threadirqs: true });
	elsewhere(built);
	const experiment = observe(built.sys, {
		forbids: { "a call is on its way": ({ s }) => s.cpu[built.cpu1].call_ipi },
		reports: ["elsewhere"],
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("MQ2", "who finds the list of another CPU empty calls it", {
	"by interrupts": (variant) => {
		const built = completing(variant);
		return observe(built.sys, {
			allows: { "all are done": isDone(built) },
			forbids: { "one is lost": isLost(built) },
		});
	},
});

litmus("MQ3", "adding and raising are on one CPU, also in a task", {
	"by a preemptible task": (variant) => {
		const built = completing(variant, { preempt: "full", requests: [1] }, true);
		return observe(built.sys, {
			allows: { "it is done": isDone(built) },
			forbids: { "it is lost": isLost(built) },
		});
	},
});

litmus("MQ4", "the softirq completes what is on its CPU's list, oldest first", {
	"two on one list": (variant) => {
		const built = completing(variant);
		const { k, sys } = built;
		sys.property("order", {
			title: "order",
			statement: "First added, first completed.",
			ghost: { order: list(k.Request, 2) },
			on: {
				rq_queued: ({ g }, rq) => {
					g.order.push(rq);
					return undefined;
				},
				rq_complete: ({ g }, rq) => {
					const first = g.order.at(0) === rq;
					g.order.remove(rq);
					return first;
				},
			},
		});
		return observe(sys, { allows: { "all are done": isDone(built) } });
	},
});

litmus("MQ5", "what a CPU that died has left on its list is completed by the control task", {
	"a call that comes too late": (variant) => {
		const built = completing(variant, { hotplug: "down", requests: [1] });
		return observe(built.sys, {
			allows: {
				"it is on the list of a CPU that is offline": ({ s }) =>
					!s.cpu[built.cpu1].online && s.blk_cpu_done[built.cpu1].first !== null,
			},
			forbids: { "it is lost": isLost(built) },
		});
	},
});

litmus("MQ6", "only who finds the list empty raises: no pass finds nothing", {
	"by interrupts": (variant) => {
		const built = completing(variant);
		const takes = ["entry = llist_del_all(cpu_list); entry = llist_reverse_order(entry)"];
		return observe(built.sys, {
			allows: { "all are done": isDone(built) },
			forbids: {
				"a pass finds nothing": (v) =>
					v.at(
						built.mq.blk_complete_reqs as never,
						takes as never,
						({ cpu_list }: { cpu_list?: Id<"cpu"> }) =>
							cpu_list !== undefined && v.s.blk_cpu_done[cpu_list].first === null,
					),
			},
		});
	},
});

litmus("SQ8", "softirqs that are pending on a CPU that dies are so when it returns", {
	"raised by a call that the dying CPU runs": (variant) => {
		const built = completing(variant, { hotplug: "downup", requests: [1] });
		return observe(built.sys, {
			allows: {
				"pending with an empty list": ({ s }) =>
					s.cpu[built.cpu1].online && s.cpu[built.cpu1].block_pending && s.blk_cpu_done[built.cpu1].first === null,
			},
			forbids: { "one is lost": isLost(built) },
		});
	},
});
