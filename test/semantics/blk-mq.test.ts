// MQ1–MQ6, SQ8: the completion of block requests.
import { expect, test } from "vitest";
import {
	addHardirqs,
	addHotplug,
	addIdle,
	addSoftirqs,
	addTask,
	type BlkMqVersion,
	blkDone,
	blkMq,
	Kernel,
	llist_nodes,
	mq_ops_complete,
	type Options,
	requestInterrupts,
	threadedRequestInterrupts,
	type WithRequest,
} from "../../src/kernel/index.ts";
import { bool, call, type Id, type In, list, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** Requests that CPU 1 has submitted, completed by interrupts on any CPU, or by a task. */
function completing(
	variant: Variant,
	options: Partial<Options> = {},
	{ byTask = false, ticks = true, version = {} }: { byTask?: boolean; ticks?: boolean; version?: BlkMqVersion } = {},
) {
	const tick = ticks ? { tick: "kept" as const } : {};
	const k = new Kernel({ cpus: 2, preempt: "none", requests: [1, 1], ...tick, ...options, ...variant });
	const sys = k.system();
	const mq = blkMq(k, sys, version);
	type Here = In<typeof sys, WithRequest>;
	const complete: Stmt<Here> = call(mq.blk_mq_complete_request_remote, ({ f }) => ({ rq: f.rq }));
	if (ticks) addIdle(k, sys, mq.smp);
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
	end: ({ s }: S) => k.Request.all.every((rq) => s.rq[rq].state === "IDLE" && s.rq[rq].reissues === 0),
});

/** Tells when a handler runs on another CPU than the request was submitted on. */
const elsewhere = ({ sys }: Built): void => {
	sys.property("elsewhere", {
		title: "elsewhere",
		statement: "No handler runs on another CPU than the one that submitted the request.",
		on: { rq_complete: ({ s, me }, rq) => s.rq[rq].mq_ctx_cpu === me.cpu },
	});
};

/** Tells that the softirq is raised by who has completed a request, in a task, and that it is by a call. */
const tellsKicks = ({ sys }: Built): void => {
	for (const level of ["task", "hardirq"])
		sys.property(`kicked in ${level} context`, {
			title: "kick",
			statement: `The softirq is not raised in ${level} context.`,
			on: { done_kicked: ({ me }) => me.level !== level },
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

test.each(["none", "full", "rt"] as const)(
	"SQ10: a request is handled once, after its interrupt, by a thread (%s)",
	(preempt) => {
		const k = new Kernel({ cpus: 2, preempt, threadirqs: true, requests: [0] });
		const sys = k.system({ state: { handled: range(0, 2), early: bool } });
		type Here = In<typeof sys, WithRequest>;
		const handler: Stmt<Here> = step("handler", ({ s, f }) => {
			s.early = s.rq[f.rq].state === "IN_FLIGHT";
			s.handled++;
		});
		addHardirqs(k, sys, [threadedRequestInterrupts(k, sys, [handler], [])]);
		const experiment = observe(sys, {
			allows: { "it is handled": { end: ({ s }) => s.handled === 1 } },
			forbids: {
				"it is handled early": ({ s }) => s.early,
				"it is handled twice": ({ s }) => s.handled > 1,
				"it is never handled": { end: ({ s }) => s.handled === 0 },
				"a thread does not sleep": { end: ({ s }) => k.tasks.some((id) => s.context[id].on_rq) },
			},
		});
		expect(failures(experiment)).toEqual([]);
	},
);

test("P11: a request that two complete is by then the next that uses its tag", () => {
	const k = new Kernel({ cpus: 2, preempt: "none", threadirqs: true, requests: [0], recycles: 1 });
	const sys = k.system();
	const mq = blkMq(k, sys);
	const completes = call<In<typeof sys>, WithRequest, unknown, string>(mq.blk_mq_complete_request_remote, () => ({
		rq: k.Request.id(0),
	}));
	for (const c of k.Cpu.all) spawn(k, sys, `task${c}`, [completes], { boundTo: c });
	addSoftirqs(k, sys, blkDone(mq));
	expect(failures(observe(sys, { reports: ["P11"] }))).toEqual([]);
});

test.each([
	["none", []],
	["rt", ["P15"]],
] as const)("LK2: a driver's handler takes a spinlock_t, in an interrupt under %s: %s", (preempt, reports) => {
	const k = new Kernel({ cpus: 1, preempt, requests: [0] });
	const sys = k.system();
	const completes: Stmt<In<typeof sys, WithRequest>> = step("rq->q->mq_ops->complete(rq)", (c) =>
		mq_ops_complete(k, c, c.f.rq, null),
	);
	addHardirqs(k, sys, [requestInterrupts(k, sys, [completes])]);
	expect(failures(observe(sys, { reports }))).toEqual([]);
});

litmus("MQ2", "who finds the list of another CPU empty calls it", {
	"by interrupts": (variant) => {
		const built = completing(variant);
		const { k } = built;
		return observe(built.sys, {
			allows: { "all are done": isDone(built) },
			forbids: {
				"one is lost": isLost(built),
				"one is on a list before it is complete": ({ s }) =>
					k.Cpu.all.some((c) => llist_nodes(s.rq, s.blk_cpu_done[c]).some((rq) => s.rq[rq].state !== "COMPLETE")),
			},
		});
	},
});

/** By version: which calls may be on their way at the same time, and what is wrong once tags are used again. */
test.each<[csd: "per-cpu" | "per-request", sendsAlways: boolean, ways: string[], reports: string[]]>([
	["per-cpu", false, ["1"], []],
	["per-cpu", true, ["1"], []],
	["per-request", false, ["0", "1"], []],
	// A pass completes a request whose own csd is on its way, and INIT_CSD() drops the lock of the next use of its tag (IP3).
	["per-request", true, ["0", "1", "0 1"], ["P18"]],
])("MQ2: csds are %s, sent always: %s", (csd, sendsAlways, ways, reports) => {
	const built = completing({}, { recycles: 1 }, { ticks: false, version: { csd, sendsAlways } });
	const { k, sys } = built;
	sys.property("kicks", {
		title: "kicks",
		statement: "The softirq is raised for the list of the CPU that it is raised on.",
		on: { done_kicked: (_, list, cpu) => list === cpu },
	});
	const under = ({ s }: S): string => k.CallNode.all.filter((node) => s.call_node[node].locked).join(" ");
	const experiment = observe(sys, {
		allows: {
			"all are done": isDone(built),
			...Object.fromEntries(ways.map((way) => [way, (v: S) => under(v) === way])),
		},
		forbids: { "other calls are on their way": (v) => !["", ...ways].includes(under(v)), "one is lost": isLost(built) },
		reports,
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("MQ3", "adding and raising are on one CPU, also in a task", {
	"by a preemptible task": (variant) => {
		const built = completing(variant, { preempt: "full", requests: [1] }, { byTask: true });
		tellsKicks(built);
		return observe(built.sys, {
			allows: { "it is done": isDone(built) },
			forbids: { "it is lost": isLost(built) },
			reports: ["kicked in task context", "kicked in hardirq context"],
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
