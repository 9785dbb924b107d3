// WQ9, HP9 and parking: what becomes of a CPU's threads and of what waits for them while it is offline.
import { expect, test } from "vitest";
import {
	addHotplug,
	addSoftirqs,
	addWorkers,
	cpuhp_setup_state,
	type Hotplug,
	isDisassociated,
	Kernel,
	type In as KernelIn,
	type KernelState,
	migrate_disable,
	migrate_enable,
	preempt_disable,
	preempt_enable,
	queue_work_on,
	raise_softirq,
	type Work,
	type WorkerOptions,
} from "../../src/kernel/index.ts";
import { bool, call, type In, maybe, must, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** A task queues one item on CPU 1 at any time; its function takes two steps. */
function queueing(
	hotplug: Hotplug,
	variant: Variant,
	region: (k: Kernel) => readonly Stmt<KernelIn>[] = () => [],
	workers: WorkerOptions = {},
) {
	const k = new Kernel({ cpus: 2, works: 1, preempt: "full", hotplug, ...variant });
	const sys = k.system({ state: { first: maybe(k.Cpu), second: maybe(k.Cpu), pushed: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const work = k.Work.add("work");
	const [enter = [], leave = []] = region(k).map((stmt) => [stmt]);
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		...enter,
		step("first", ({ s, me }) => {
			s.first = me.cpu;
			s.pushed = me.cpu === cpu1 && s.cpu[cpu1].dying && me.unbound;
		}),
		step("second", ({ s, me }) => {
			s.second = me.cpu;
		}),
		...leave,
	]);
	addWorkers(k, sys, { fn }, () => "fn", workers);
	spawn(k, sys, "task", [call(queue_work_on(k), () => ({ cpu: cpu1, work }))], { boundTo: cpu0 });
	addHotplug(k, sys);
	return { k, sys, cpu0, cpu1 };
}

litmus(
	"WQ9",
	"the workers of a CPU that goes run anywhere; when it is back they are bound again, even in mid-function",
	{
		down: (variant) => {
			const { sys, cpu0, cpu1 } = queueing("down", variant);
			return observe(sys, {
				allows: {
					"the item is run on CPU 1": ({ s }) => s.first === cpu1,
					"it is run on CPU 0, CPU 1 being online": ({ s }) => s.first === cpu0 && s.cpu[cpu1].online,
					"it is run on CPU 0, CPU 1 being offline": ({ s }) => s.first === cpu0 && !s.cpu[cpu1].online,
					"its function moves": ({ s }) => s.first === cpu1 && s.second === cpu0,
				},
				forbids: {
					"it is not run": { end: ({ s }) => s.second === null },
					"it is run on CPU 1 by a worker that is not bound any more": ({ s }) => s.pushed,
				},
			});
		},
		rollback: (variant) => {
			const { k, sys, cpu0, cpu1 } = queueing("rollback", variant);
			const worker = k.pools[cpu1]?.[0] as (typeof k.kworkers)[number];
			return observe(sys, {
				allows: { "its function moves back": ({ s }) => s.first === cpu0 && s.second === cpu1 },
				forbids: {
					"it is not run": { end: ({ s }) => s.second === null },
					"the worker stays unbound, or elsewhere": {
						end: ({ s }) => s.context[worker].unbound || s.context[worker].cpu !== cpu1,
					},
				},
			});
		},
		"two items that were queued before": (variant) => {
			const k = new Kernel({ cpus: 2, works: 2, preempt: "full", hotplug: "down", ...variant });
			const sys = k.system({ state: { before: bool, running: range(0, 2), done: range(0, 2) } });
			const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
			const [a, b] = [k.Work.add("a"), k.Work.add("b")];
			const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
				step("begins", ({ s }) => {
					s.running++;
				}),
				step("ends", ({ s }) => {
					s.running--;
					s.done++;
				}),
			]);
			addWorkers(k, sys, { fn }, () => "fn", { perPool: 2 });
			const queue = queue_work_on(k);
			const both: Stmt<In<typeof sys>> = step("both are queued", ({ s }) => {
				s.before = !isDisassociated(k, s, cpu1);
			});
			const onCpu1 = (work: Work) => () => ({ cpu: cpu1, work });
			spawn(k, sys, "task", [call(queue, onCpu1(a)), call(queue, onCpu1(b)), both], { boundTo: cpu0 });
			addHotplug(k, sys);
			return observe(sys, {
				allows: {
					"another worker is woken for the second": ({ s }) => s.before && s.running === 2,
					"both run": { end: ({ s }) => s.before && s.done === 2 },
				},
				forbids: { "one is left": { end: ({ s }) => s.done < 2 } },
			});
		},
		"two items, the first of which waits for the second": (variant) => {
			const k = new Kernel({ cpus: 2, works: 2, preempt: "full", hotplug: "down", ...variant });
			const sys = k.system({ state: { ran: bool, waited: bool } });
			const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
			const [a, b] = [k.Work.add("a"), k.Work.add("b")];
			const first = sys.routine("a_fn", { args: { work: k.Work } }, [
				waitUntil(
					"while (!ran)",
					({ s }) => s.ran,
					({ s }) => {
						s.waited = true;
					},
				),
			]);
			const second = sys.routine("b_fn", { args: { work: k.Work } }, [
				step("ran = true", ({ s }) => {
					s.ran = true;
				}),
			]);
			addWorkers(k, sys, { first, second }, (work) => (work === a ? "first" : "second"), { perPool: 2 });
			const queue = queue_work_on(k);
			const onCpu1 = (work: Work) => () => ({ cpu: cpu1, work });
			spawn(k, sys, "task", [call(queue, onCpu1(a)), call(queue, onCpu1(b))], { boundTo: cpu0 });
			addHotplug(k, sys);
			return observe(sys, {
				allows: { "both run": { end: ({ s }) => s.waited } },
				forbids: {
					"nobody is woken for the second when the pool's workers do not count any more": { end: ({ s }) => !s.waited },
				},
			});
		},
		"two items, the first of which runs when the CPU has come back": (variant) => {
			const k = new Kernel({ cpus: 2, works: 2, preempt: "full", hotplug: "rollback", ...variant });
			const sys = k.system({ state: { running: maybe(k.Context), away: bool, beside: bool, done: range(0, 2) } });
			const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
			const [a, b] = [k.Work.add("a"), k.Work.add("b")];
			const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
				step("begins", ({ s, me }) => {
					const { running } = s;
					s.beside = running !== null && !s.context[running].sleeping && !isDisassociated(k, s, cpu1);
					s.running ??= me.id;
					if (me.unbound) s.away = true;
				}),
				step("ends", ({ s }) => {
					s.running = null;
					s.done++;
				}),
			]);
			addWorkers(k, sys, { fn }, () => "fn", { perPool: 2 });
			const queue = queue_work_on(k);
			const onCpu1 = (work: Work) => () => ({ cpu: cpu1, work });
			const isBack: Stmt<In<typeof sys>> = waitUntil(
				"CPU 1 is back, or it has ended",
				({ s }) => s.done === 1 || (s.running !== null && s.away && !isDisassociated(k, s, cpu1)),
			);
			spawn(k, sys, "task", [call(queue, onCpu1(a)), isBack, call(queue, onCpu1(b))], { boundTo: cpu0 });
			addHotplug(k, sys);
			return observe(sys, {
				allows: { "the second begins beside it: it is not counted": ({ s }) => s.beside },
				forbids: {
					"one is left": { end: ({ s }) => s.done < 2 },
					"it is never counted again": { end: ({ s }) => k.kworkers.some((id) => s.context[id].rebound) },
				},
			});
		},
		"two items, the first of which begins when its worker is bound already, and the pool is not the CPU's yet": (
			variant,
		) => {
			const k = new Kernel({ cpus: 2, works: 2, preempt: "full", hotplug: "rollback", ...variant });
			const sys = k.system({ state: { running: maybe(k.Context), between: bool, beside: bool, done: range(0, 2) } });
			const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
			const [a, b] = [k.Work.add("a"), k.Work.add("b")];
			const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
				step("begins", ({ s, me }) => {
					const { running } = s;
					s.beside = s.between && running !== null && !s.context[running].sleeping && !isDisassociated(k, s, cpu1);
					s.running ??= me.id;
					if (!me.unbound && isDisassociated(k, s, cpu1)) s.between = true;
				}),
				step("ends", ({ s }) => {
					s.running = null;
					s.done++;
				}),
			]);
			addWorkers(k, sys, { fn }, () => "fn", { perPool: 2 });
			const queue = queue_work_on(k);
			const onCpu1 = (work: Work) => () => ({ cpu: cpu1, work });
			const worker = k.pools[cpu1]?.[0] as (typeof k.kworkers)[number];
			const isBound: Stmt<In<typeof sys>> = waitUntil(
				"its worker is bound, and the pool is not the CPU's yet",
				({ s }) => !s.context[worker].unbound && isDisassociated(k, s, cpu1),
			);
			const isBack: Stmt<In<typeof sys>> = waitUntil(
				"CPU 1 is back, or it has ended",
				({ s }) => s.done === 1 || (s.running !== null && s.between && !isDisassociated(k, s, cpu1)),
			);
			spawn(k, sys, "task", [isBound, call(queue, onCpu1(a)), isBack, call(queue, onCpu1(b))], { boundTo: cpu0 });
			addHotplug(k, sys);
			return observe(sys, {
				allows: { "the second begins beside it: it is not counted": ({ s }) => s.beside },
				forbids: {
					"it is never counted again": { end: ({ s }) => k.kworkers.some((id) => s.context[id].rebound) },
				},
			});
		},
		"an item that the rescuer runs": (variant) => {
			const { sys, cpu0, cpu1 } = queueing("down", variant, () => [], {
				createBlocked: () => true,
				rescued: () => true,
			});
			return observe(sys, {
				allows: {
					"it is run on CPU 0, CPU 1 being online": ({ s }) => s.first === cpu0 && s.cpu[cpu1].online,
					"its function moves": ({ s }) => s.first === cpu1 && s.second === cpu0,
				},
				forbids: { "it is not run": { end: ({ s }) => s.second === null } },
			});
		},
		downup: (variant) => {
			const { k, sys, cpu0, cpu1 } = queueing("downup", variant);
			return observe(sys, {
				allows: { "its function moves back": ({ s }) => s.first === cpu0 && s.second === cpu1 },
				forbids: {
					"it is not run": { end: ({ s }) => s.second === null },
					"the worker stays unbound": { end: ({ s }) => k.pools[cpu1]?.some((id) => s.context[id].unbound) === true },
				},
			});
		},
	},
);

test.each([
	["migration", (k: Kernel) => [migrate_disable(k), migrate_enable(k)]],
	["preemption", (k: Kernel) => [preempt_disable(k), preempt_enable(k)]],
] as const)("WQ9: a worker is not moved back where %s is disabled, and has one CPU at a time", (_, region) => {
	const { k, sys, cpu0, cpu1 } = queueing("rollback", {}, region);
	const worker = k.pools[cpu1]?.[0] as (typeof k.kworkers)[number];
	const experiment = observe(sys, {
		allows: { "it runs away from its CPU": ({ s }) => s.second === cpu0 },
		forbids: {
			"it is moved": ({ s }) => s.second !== null && s.first !== s.second,
			"it has another CPU than the one it is on": ({ s }) =>
				k.Cpu.all.some((c) => s.cpu[c].curr === worker && s.context[worker].cpu !== c),
			"it stays unbound": { end: ({ s }) => s.context[worker].unbound },
			"its pool stays disassociated": { end: ({ s }) => s.pool[cpu1].disassociated },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ9, WQ11: workers that were never bound are not bound when the CPU stays", () => {
	const { k, sys, cpu0, cpu1 } = queueing("rollback", {}, () => [], { unbound: true });
	const worker = k.pools[cpu1]?.[0] as (typeof k.kworkers)[number];
	const experiment = observe(sys, {
		allows: { "it is elsewhere at the end": { end: ({ s }) => s.second === cpu0 && s.context[worker].cpu === cpu0 } },
		forbids: { "it is bound": ({ s }) => !s.context[worker].unbound },
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("HP9", "what is on the lists of a CPU stays there when it is offline", {
	"a work item": (variant) => {
		const { sys, cpu1 } = queueing("downup", variant);
		const queued = (s: KernelState) => s.pool[cpu1].worklist.length > 0;
		return observe(sys, {
			allows: { "it is on the list of the CPU that is offline": ({ s }) => queued(s) && !s.cpu[cpu1].online },
			forbids: { "it is lost": { end: ({ s }) => s.second === null } },
		});
	},
});

litmus("TS2", "waking a parked thread has no effect: ksoftirqd leaves what is pending until it is unparked", {
	"a softirq raised after it has parked": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "none", hotplug: "downup", ...variant });
		const sys = k.system({ state: { raised: bool, ran: bool } });
		const cpu1 = k.Cpu.id(1);
		const action = [
			step<{ readonly s: { ran: boolean } }, string>("action", ({ s }) => {
				s.ran = true;
			}),
		];
		addSoftirqs(k, sys, action as never);
		const raise = raise_softirq(k);
		// At the end of the way down, with ksoftirqd parked.
		cpuhp_setup_state(k, sys, "CPUHP_AP_SMPCFD_DYING", {
			teardown: () => [
				step("raise_softirq(BLOCK_SOFTIRQ)", (c) => {
					raise(c);
					c.s.raised = true;
				}),
			],
		});
		addHotplug(k, sys);
		return observe(sys, {
			allows: {
				"it is pending while the CPU is offline": ({ s }) =>
					s.raised && s.cpu[cpu1].block_pending && !s.cpu[cpu1].online,
				"it is pending when the CPU is back": ({ s }) => s.raised && s.cpu[cpu1].block_pending && s.cpu[cpu1].active,
				"it runs when ksoftirqd is unparked": { end: ({ s }) => s.ran },
			},
			forbids: {
				"it runs on the dead CPU": ({ s }) => s.ran && !s.cpu[cpu1].online,
				"the thread is woken": ({ s }) => s.context[k.ksoftirqd[cpu1] as never].on_rq && !s.cpu[cpu1].online,
			},
		});
	},
});

test("WQ9: a worker that was bound again in the middle of an item goes on with the next beside one that is counted", () => {
	const k = new Kernel({ cpus: 2, works: 3, preempt: "full", hotplug: "rollback" });
	const sys = k.system({ state: { first: maybe(k.Context), away: bool, second: bool, third: bool, beside: bool } });
	type Here = In<typeof sys>;
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const works = ["a", "b", "c"].map((name) => k.Work.add(name));
	const args = { args: { work: k.Work } };
	const a_fn = sys.routine("a_fn", args, [
		step("a begins", ({ s, me }) => {
			s.away = me.unbound;
			s.first = me.id;
		}),
		step("a ends", () => {}),
	]);
	const b_fn = sys.routine("b_fn", args, [
		step("b begins", ({ s }) => {
			s.second = true;
		}),
		step("b ends", ({ s }) => {
			s.second = false;
		}),
	]);
	const c_fn = sys.routine("c_fn", args, [
		step("c", ({ s, me }) => {
			s.third = true;
			s.beside = s.second && me.id === s.first;
		}),
	]);
	const functions = ["a_fn", "b_fn", "c_fn"] as const;
	addWorkers(k, sys, { a_fn, b_fn, c_fn }, (work) => functions[work] as string, { perPool: 2 });
	const queue = queue_work_on(k);
	const queued = (i: number): Stmt<Here> => call(queue, () => ({ cpu: cpu1, work: works[i] as Work }));
	const isBack: Stmt<Here> = waitUntil(
		"CPU 1 is back",
		({ s }) => s.away && !isDisassociated(k, s, cpu1) && s.context[must(s.first)].current_work === works[0],
	);
	const begun: Stmt<Here> = waitUntil("b has begun", ({ s }) => s.second);
	spawn(k, sys, "task", [queued(0), isBack, queued(1), begun, queued(2)], { boundTo: cpu0 });
	addHotplug(k, sys);
	expect(failures(observe(sys, { allows: { "beside it": ({ s }) => s.beside } }))).toEqual([]);
});
