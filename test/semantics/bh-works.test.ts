// WQ13: works of workqueues with WQ_BH.
import { describe, expect, test } from "vitest";
import {
	addBhWorkers,
	addHardirqs,
	addHotplug,
	addSoftirqs,
	cancel_work_sync,
	cpuhp_setup_state,
	flush_work,
	flush_workqueue,
	INIT_WORK,
	type In as InKernel,
	Kernel,
	local_bh_disable,
	local_bh_enable,
	type Preempt,
	preempt_disable,
	preempt_enable,
	queue_work,
	queue_work_on,
	tasklet_schedule,
	tasklet_setup,
	type Work,
} from "../../src/kernel/index.ts";
import { bool, call, type Id, type In, range, type Stmt, step, waitUntil, when } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

type Step = Stmt<InKernel, string>;

/** Two producers on two CPUs; the function looks once what there is. */
const producers = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, works: 1, ...variant });
	const sys = k.system({
		state: { queued: range(0, 2), handled: range(0, 2), runs: range(0, 2), inside: range(0, 2) },
	});
	const work = INIT_WORK(k, "work");
	const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("handled = queued", ({ s }) => {
			s.inside++;
			s.handled = s.queued;
			s.runs++;
		}),
		step("return", ({ s }) => {
			s.inside--;
		}),
	]);
	addBhWorkers(k, sys, [work], { work_fn }, () => "work_fn");
	const queue = queue_work(k);
	for (const n of k.Cpu.all)
		spawn(
			k,
			sys,
			`producer${n}`,
			[
				step("queued++", ({ s }) => {
					s.queued++;
				}),
				call<InKernel, { work: Work }, unknown, string>(queue, () => ({ work })) as never,
			],
			{ boundTo: n },
		);
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it runs once for both": { end: ({ s }) => s.runs === 1 && s.handled === 2 },
			"it is queued again while it runs": ({ s }) =>
				k.Cpu.all.some((c) => s.bh_pool[c].current_work === work && s.bh_pool[c].worklist.length > 0),
			"and runs twice": { end: ({ s }) => s.runs === 2 },
		},
		forbids: {
			"what was queued last is not handled": { end: ({ s }) => s.handled < 2 },
			"it runs beside itself": ({ s }) => s.inside === 2,
			"it stays on a list": {
				end: ({ s }) => k.Cpu.all.some((c) => s.bh_pool[c].worklist.length > 0 || s.cpu[c].tasklet_pending),
			},
			"it is PENDING for ever": { end: ({ s }) => s.work[work].pending },
		},
	});
};

litmus("WQ13", "a work of WQ_BH runs in the softirq of the CPU that has queued it, once at a time", {
	NONE: producers("none"),
	FULL: producers("full"),
	RT: producers("rt"),
});

type Cancel = "cancel_work_sync" | "flush_work" | "flush_workqueue";
/** A work that is queued on CPU 0, and a task on CPU 1 that does without it from then on, or waits for it. */
const awaited = (preempt: Preempt, how: Cancel) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, works: 1, ...variant });
	const sys = k.system({ state: { inside: bool, runs: range(0, 1), queued: bool, off: bool, over: bool } });
	const work = INIT_WORK(k, "work");
	const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begin", ({ s }) => {
			s.inside = true;
			s.runs++;
		}),
		step("end", ({ s }) => {
			s.inside = false;
		}),
	]);
	addBhWorkers(k, sys, [work], { work_fn }, () => "work_fn");
	const calls = (routine: unknown): Step =>
		call<InKernel, { work: Work }, unknown, string>(routine as never, () => ({ work }));
	spawn(
		k,
		sys,
		"producer",
		[
			calls(queue_work(k)),
			step("queued = true", (c) => {
				(c.s as unknown as { queued: boolean }).queued = true;
			}),
		],
		{ boundTo: k.Cpu.id(0) },
	);
	const atomic = how === "cancel_work_sync" && preempt !== "rt";
	const waits =
		how === "flush_workqueue"
			? call<InKernel, object, undefined, string>(flush_workqueue(k, [work]))
			: calls((how === "cancel_work_sync" ? cancel_work_sync : flush_work)(k));
	spawn(
		k,
		sys,
		"user",
		[
			waitUntil<In<typeof sys>, string>("queued", ({ s }) => s.queued),
			...(atomic ? [preempt_disable(k)] : []),
			waits,
			step("it is over", ({ s }) => {
				s.off = true;
			}),
			...(atomic ? [preempt_enable(k)] : []),
			step("over", ({ s }) => {
				s.over = true;
			}),
		],
		{ boundTo: k.Cpu.id(1) },
	);
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it has run": { end: ({ s }) => s.runs === 1 && s.over },
			...(how === "cancel_work_sync" ? { "it never runs": { end: ({ s }) => s.runs === 0 && s.over } } : {}),
			...(atomic
				? {}
				: {
						"it is waited for": ({ s }) =>
							s.inside && k.tasks.some((id) => !s.context[id].on_rq && s.context[id].waits_on !== null),
					}),
		},
		forbids: {
			"it runs afterwards": ({ s }) => s.off && s.inside,
			"it runs later": { end: ({ s }) => s.work[work].pending || s.bh_pool[k.Cpu.id(0)].worklist.length > 0 },
			"the wait never ends": { end: ({ s }) => !s.over },
			...(how === "cancel_work_sync" ? {} : { "it has not run": { end: ({ s }) => s.runs === 0 } }),
		},
	});
};

test.each([
	["none", "cancel_work_sync"],
	["full", "cancel_work_sync"],
	["voluntary", "cancel_work_sync"],
	["none", "flush_work"],
	["full", "flush_work"],
	["rt", "flush_work"],
	["none", "flush_workqueue"],
	["rt", "flush_workqueue"],
] as const)("WQ13: who waits for a work of WQ_BH goes on when it has ended: %s, %s", (preempt, how) => {
	expect(failures(awaited(preempt, how)({}))).toEqual([]);
});

/** Works that are queued on a CPU that goes down, when its ksoftirqd is parked; the first queues itself once more. */
const left = (hotplug: "down" | "downup") => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt: "none", works: 2, hotplug, ...variant });
	const sys = k.system({ state: { on: range(0, 2), digits: range(0, 999) } });
	const [first, second] = [INIT_WORK(k, "first"), INIT_WORK(k, "second")];
	const queue = queue_work(k);
	const queues = (work: Work): Step => call<InKernel, { work: Work }, unknown, string>(queue, () => ({ work }));
	const note = (name: string, digit: number) =>
		sys.routine(name, { args: { work: k.Work }, locals: { again: bool } }, [
			step("note", ({ s, f, me }) => {
				s.on = me.cpu + 1;
				s.digits = Math.min(s.digits * 10 + digit, 999);
				f.again = s.digits === 1;
			}),
			when(({ f }) => f.again, [queues(first) as never]),
		]);
	const functions = { first_fn: note("first_fn", 1), second_fn: note("second_fn", 2) };
	addBhWorkers(k, sys, [first, second], functions, (work) => (work === first ? "first_fn" : "second_fn"));
	addSoftirqs(k, sys);
	cpuhp_setup_state(k, sys, "CPUHP_AP_SMPBOOT_THREADS", { teardown: () => [queues(first), queues(second)] });
	addHotplug(k, sys);
	return observe(sys, {
		allows: {
			"they are queued on a CPU that is offline": ({ s }) =>
				s.bh_pool[k.Cpu.id(1)].worklist.length === 2 && !s.cpu[k.Cpu.id(1)].online,
			"all run": { end: ({ s }) => s.digits === 121 },
			"the drain stops before the list is empty, and comes back": ({ s }) =>
				s.bh_pool[k.Cpu.id(1)].worklist.length === 1 &&
				s.bh_pool[k.Cpu.id(1)].current_work === null &&
				s.bh_pool[k.Cpu.id(0)].worklist.length === 1,
		},
		forbids: {
			"the way down never ends": { end: ({ s }) => s.context[k.hotplugControl as Id<"context">].waits_on !== null },
			"on the dead CPU": ({ s }) => s.on === 2,
			"one never runs": { end: ({ s }) => s.digits < 121 },
			"in another order": { end: ({ s }) => s.digits !== 121 },
		},
	});
};

litmus("WQ13", "works of WQ_BH that stay behind on a CPU that has died run on that of the control task", {
	"ksoftirqd is parked": left("down"),
	"and the CPU comes back": left("downup"),
});

describe("what works of WQ_BH are besides", () => {
	test.each(["none", "full", "rt"] as const)("a worker may stop after each item, and comes back: %s", (preempt) => {
		const k = new Kernel({ cpus: 1, preempt, works: 2 });
		const sys = k.system({ state: { digits: range(0, 99), between: bool } });
		const [first, second] = [INIT_WORK(k, "first"), INIT_WORK(k, "second")];
		const note = (name: string, digit: number) =>
			sys.routine(name, { args: { work: k.Work } }, [
				step("note", ({ s }) => {
					s.digits = s.digits * 10 + digit;
				}),
			]);
		const functions = { first_fn: note("first_fn", 1), second_fn: note("second_fn", 2) };
		addBhWorkers(k, sys, [first, second], functions, (work) => (work === first ? "first_fn" : "second_fn"));
		const [queue, schedule] = [queue_work(k), tasklet_schedule(k)];
		const tasklet = tasklet_setup(k, sys, "tasklet", [
			step("between = digits === 1", ({ s }) => {
				s.between = s.digits === 1;
			}),
		]);
		const queues = (work: Work): Step => call<InKernel, { work: Work }, unknown, string>(queue, () => ({ work }));
		spawn(k, sys, "task", [
			local_bh_disable(k),
			step("tasklet_schedule(&tasklet)", (c) => schedule(c, tasklet)),
			queues(first),
			queues(second),
			local_bh_enable(k),
		]);
		addSoftirqs(k, sys);
		const experiment = observe(sys, {
			allows: {
				"a tasklet runs between them": { end: ({ s }) => s.between && s.digits === 12 },
				"or after both": { end: ({ s }) => !s.between && s.digits === 12 },
			},
			forbids: {
				"in another order, or not all": { end: ({ s }) => s.digits !== 12 },
				"another pass is made for nothing": ({ s }) => s.digits === 12 && s.cpu[k.Cpu.id(0)].tasklet_pending,
				"the tasklet comes before both": ({ s }) => s.digits === 0 && s.tasklet[tasklet].run,
			},
		});
		expect(failures(experiment)).toEqual([]);
	});

	test("nothing is done for a CPU that has died and has left nothing", () => {
		const k = new Kernel({ cpus: 2, preempt: "none", works: 1, hotplug: "down" });
		const sys = k.system({ state: { runs: range(0, 1) } });
		const work = INIT_WORK(k, "work");
		const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("runs++", ({ s }) => {
				s.runs++;
			}),
		]);
		addBhWorkers(k, sys, [work], { work_fn }, () => "work_fn");
		addSoftirqs(k, sys);
		addHotplug(k, sys);
		const experiment = observe(sys, {
			forbids: {
				"its pool is drained": ({ s }) => k.Cpu.all.some((c) => s.bh_pool[c].worklist.length > 0),
				"it never dies": { end: ({ s }) => s.cpu[k.Cpu.id(1)].online },
			},
		});
		expect(failures(experiment)).toEqual([]);
	});

	test.each(["flush_work", "flush_workqueue"] as const)(
		"who waits for an item goes on when it has ended, whatever comes next: %s",
		(how) => {
			const k = new Kernel({ cpus: 2, preempt: "none", works: 2 });
			const sys = k.system({ state: { queued: bool, over: bool } });
			const [first, second] = [INIT_WORK(k, "first"), INIT_WORK(k, "second")];
			const first_fn = sys.routine("first_fn", { args: { work: k.Work } }, [step("first", () => {})]);
			const second_fn = sys.routine("second_fn", { args: { work: k.Work } }, [step("second", () => {})]);
			const functionOf = (work: Work) => (work === first ? "first_fn" : "second_fn");
			addBhWorkers(k, sys, [first, second], { first_fn, second_fn }, functionOf);
			const queue = queue_work(k);
			const queues = (work: Work): Step => call<InKernel, { work: Work }, unknown, string>(queue, () => ({ work }));
			const note = step<In<typeof sys>, string>("queued", ({ s }) => {
				s.queued = true;
			});
			const tasks = [local_bh_disable(k), queues(first), queues(second), local_bh_enable(k)];
			spawn(k, sys, "producer", [...tasks.slice(0, 3), note, ...tasks.slice(3)] as never, { boundTo: k.Cpu.id(0) });
			const waits: Step =
				how === "flush_workqueue"
					? call<InKernel, object, undefined, string>(flush_workqueue(k, [first]))
					: call<InKernel, { work: Work }, unknown, string>(flush_work(k), () => ({ work: first }));
			const over = step<In<typeof sys>, string>("over", ({ s }) => {
				s.over = true;
			});
			const isQueued = waitUntil<In<typeof sys>, string>("queued", ({ s }) => s.queued);
			spawn(k, sys, "user", [isQueued, waits, over] as never, { boundTo: k.Cpu.id(1) });
			addSoftirqs(k, sys);
			const id = k.Cpu.id(0);
			const experiment = observe(sys, {
				allows: {
					"before the next has ended": ({ s }) => s.over && s.bh_pool[id].current_work === second,
					"or later": { end: ({ s }) => s.over },
				},
				forbids: {
					never: { end: ({ s }) => !s.over },
					"before it has ended": ({ s }) => s.over && s.bh_pool[id].current_work === first,
				},
			});
			expect(failures(experiment)).toEqual([]);
		},
	);

	/** `body` in a task, in a hard interrupt, or in the work's function. */
	const errors = (
		body: (k: Kernel, work: Work) => readonly Step[],
		where: "task" | "hardirq" | "function" = "task",
		preempt: Preempt = "none",
	) => {
		const k = new Kernel({ cpus: 2, preempt, works: 1 });
		const sys = k.system({ state: { came: bool } });
		const work = INIT_WORK(k, "work");
		let inner: readonly Step[] = [];
		const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("begin", () => {}),
			...(where === "function" ? [flush_first(k, work) as never] : []),
		]);
		addBhWorkers(k, sys, [work], { work_fn }, () => "work_fn");
		inner = body(k, work);
		if (where !== "hardirq") spawn(k, sys, "task", [...inner], { boundTo: k.Cpu.id(0) });
		else
			addHardirqs(k, sys, [
				{
					arrivals: [
						{
							label: "<interrupt>",
							pending: ({ s }) => !s.came,
							enter: ({ s }) => {
								s.came = true;
							},
						},
					],
					handler: [...inner] as never,
				},
			]);
		addSoftirqs(k, sys);
		return failures(observe(sys, { reports: ["P15"] }));
	};
	const flush_first = (k: Kernel, work: Work): Step =>
		call<InKernel, { work: Work }, unknown, string>(flush_work(k), () => ({ work }));
	const calls = (routine: unknown, work: Work): Step =>
		call<InKernel, { work: Work }, unknown, string>(routine as never, () => ({ work }));

	test("who cancels one in a hard interrupt is warned", () => {
		expect(errors((k, work) => [calls(queue_work(k), work), calls(cancel_work_sync(k), work)], "hardirq")).toEqual([]);
	});
	test("who flushes one in atomic context is warned", () => {
		const body = (k: Kernel, work: Work): readonly Step[] => [
			preempt_disable(k),
			calls(flush_work(k), work),
			preempt_enable(k),
		];
		expect(errors(body)).toEqual([]);
	});
	test("its function is in atomic context", () => {
		expect(errors((k, work) => [calls(queue_work(k), work)], "function")).toEqual([]);
	});
	test("what is not modelled is refused", () => {
		const queueOn = (k: Kernel, work: Work): readonly Step[] => [
			call<InKernel, { cpu: InKernel["me"]["cpu"]; work: Work }, unknown, string>(queue_work_on(k), () => ({
				cpu: k.Cpu.id(1),
				work,
			})),
		];
		expect(errors(queueOn).join()).toContain("is queued on another CPU's pool");
		const cancel = (k: Kernel, work: Work): readonly Step[] => [calls(cancel_work_sync(k), work)];
		expect(errors(cancel, "task", "rt").join()).toContain("on PREEMPT_RT");
	});
	test("what is called too late is refused", () => {
		const k = new Kernel({ cpus: 1, preempt: "none", works: 1 });
		const sys = k.system();
		const work = INIT_WORK(k, "work");
		const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [step("begin", () => {})]);
		expect(() => addBhWorkers(k, sys, [], { work_fn }, () => "work_fn")).toThrow("no work");
		addSoftirqs(k, sys);
		expect(() => addBhWorkers(k, sys, [work], { work_fn }, () => "work_fn")).toThrow("before addSoftirqs()");
	});
});
