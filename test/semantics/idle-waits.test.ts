// A CPU whose tasks all wait is idle: what waits in process context keeps nobody from its CPU.
import { expect, test } from "vitest";
import {
	addHotplug,
	addIdle,
	addWorkers,
	cpuhp_setup_state,
	Kernel,
	kthread_parkme,
	migrate_disable,
	migrate_enable,
	queue_work_on,
	schedule,
	set_current_state,
	smpboot_register,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, call, type Id, type In, leave, loop, type Stmt, step, waitUntil, when } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn } from "./litmus.ts";

litmus("WQ7", "who waits for memory to create a worker sleeps", {
	"its CPU is idle": (variant) => {
		const k = new Kernel({ cpus: 2, works: 1, preempt: "none", ...variant });
		const sys = k.system({ state: { memory: bool, done: bool } });
		type Here = In<typeof sys>;
		const [cpu0, cpu1, work] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("work")];
		addIdle(k, sys);
		const fn = sys.routine("fn", { args: { work: k.Work } }, [
			step("fn", ({ s }) => {
				s.done = true;
			}),
		]);
		const isManaging = (s: Here["s"]): boolean => k.pools[cpu1]?.some((id) => s.context[id].sleeping) === true;
		spawn(
			k,
			sys,
			"task",
			[
				call(queue_work_on(k), () => ({ cpu: cpu1, work })),
				waitUntil("CPU 1 is idle", ({ s }) => isManaging(s) && s.cpu[cpu1].curr === k.idleTasks[cpu1]),
				step("memory", ({ s }) => {
					s.memory = true;
				}),
			],
			{ boundTo: cpu0 },
		);
		addWorkers(k, sys, { fn }, () => "fn", { createBlocked: (s) => !(s as unknown as Here["s"]).memory });
		return observe(sys, {
			forbids: {
				"the item is not run": { end: ({ s }) => !s.done },
				"it is run without memory": ({ s }) => s.done && !s.memory,
			},
		});
	},
});

litmus("HP5", "cpuhp/N sleeps until its CPU is empty, and is woken when it is", {
	"a task that sleeps is pinned there": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "none", hotplug: "down", ...variant });
		const sys = k.system({ state: { last: bool, unpinned: bool, late: bool } });
		type Here = In<typeof sys>;
		const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
		addIdle(k, sys);
		cpuhp_setup_state(k, sys, "CPUHP_AP_SMPBOOT_THREADS", {
			teardown: () => [
				step("the last callback", ({ s }) => {
					s.last = true;
				}),
			],
		});
		const pinned: Id<"context"> = spawn(
			k,
			sys,
			"pinned",
			[
				migrate_disable(k),
				set_current_state("UNINTERRUPTIBLE"),
				schedule(k),
				migrate_enable(k),
				step<Here, string>("unpinned", ({ s }) => {
					s.unpinned = true;
				}),
			],
			{ boundTo: cpu1, isPerCpu: true, sleeps: true },
		);
		spawn(
			k,
			sys,
			"task",
			[
				waitUntil(
					"CPU 1 is idle, and the other asleep",
					({ s }) => s.last && s.cpu[cpu1].curr === k.idleTasks[cpu1] && s.context[pinned].migration_disabled > 0,
				),
				step("wake_up_process(pinned)", (c) => {
					wake_up_process(k, c, pinned);
				}),
			],
			{ boundTo: cpu0 },
		);
		addHotplug(k, sys);
		return observe(sys, {
			allows: { "CPU 1 goes": { end: ({ s }) => s.unpinned && !s.cpu[cpu1].online } },
			forbids: {
				"it goes before": ({ s }) => s.context[pinned].migration_disabled > 0 && !s.cpu[cpu1].online,
			},
		});
	},
});

test("HP2: cpuhp/N sleeps until a thread has parked", () => {
	const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "down" });
	const sys = k.system();
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	addIdle(k, sys);
	const thread: Id<"context"> = spawn(
		k,
		sys,
		"thread",
		[
			loop([
				set_current_state("INTERRUPTIBLE"),
				when("kthread_should_park()", ({ me }) => me.should_park, [
					set_current_state("UNINTERRUPTIBLE"),
					schedule(k),
					kthread_parkme(k),
				]),
				schedule(k),
			]),
		],
		{ boundTo: cpu1, isPerCpu: true, sleeps: true },
	);
	smpboot_register(k, thread);
	spawn(
		k,
		sys,
		"task",
		[
			waitUntil("CPU 1 is idle", ({ s }) => s.context[thread].should_park && s.cpu[cpu1].curr === k.idleTasks[cpu1]),
			step("wake_up_process(thread)", (c) => {
				wake_up_process(k, c, thread);
			}),
		],
		{ boundTo: cpu0 },
	);
	addHotplug(k, sys);
	const experiment = observe(sys, {
		allows: { "CPU 1 goes": { end: ({ s }) => !s.cpu[cpu1].online && s.context[thread].state === "PARKED" } },
		forbids: { "it stays": { end: ({ s }) => s.cpu[cpu1].online } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("TS2: who is unparked, or need not park, is RUNNING", () => {
	const k = new Kernel({ cpus: 2, preempt: "none", hotplug: "downup" });
	const sys = k.system({ state: { back: bool, on: bool } });
	const cpu1 = k.Cpu.id(1);
	type Here = In<typeof sys>;
	const parks: Stmt<Here> = when("kthread_should_park()", ({ me }) => me.should_park, [leave()]);
	const back: Stmt<Here> = step("back", ({ s }) => {
		s.back = true;
	});
	const thread = spawn(
		k,
		sys,
		"thread",
		[loop([set_current_state("INTERRUPTIBLE"), parks, schedule(k)]), kthread_parkme(k), schedule(k), back],
		{ boundTo: cpu1, isPerCpu: true, sleeps: true },
	);
	smpboot_register(k, thread);
	const on: Stmt<Here> = step("goes on", ({ s }) => {
		s.on = true;
	});
	spawn(k, sys, "task", [set_current_state("UNINTERRUPTIBLE"), kthread_parkme(k), schedule(k), on], { sleeps: true });
	addHotplug(k, sys);
	const experiment = observe(sys, {
		allows: { "both go on": { end: ({ s }) => s.back && s.on } },
		forbids: { "one sleeps for ever": { end: ({ s }) => !s.back || !s.on } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ9: who binds a worker again that cannot be moved at once keeps nobody from its CPU", () => {
	const k = new Kernel({ cpus: 3, works: 1, preempt: "none", hotplug: "rollback" });
	const sys = k.system({ state: { sleeps: bool, done: bool } });
	type Here = In<typeof sys>;
	const [cpu0, cpu1, work] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("work")];
	const fn = sys.routine("fn", { args: { work: k.Work } }, [
		migrate_disable(k),
		set_current_state("UNINTERRUPTIBLE"),
		step("sleeps", ({ s }) => {
			s.sleeps = true;
		}),
		schedule(k),
		migrate_enable(k),
		step("done", ({ s }) => {
			s.done = true;
		}),
	]);
	spawn(k, sys, "task", [call(queue_work_on(k), () => ({ cpu: cpu1, work }))], { boundTo: cpu0 });
	addWorkers(k, sys, { fn }, () => "fn");
	const worker = k.pools[cpu1]?.[0] as Id<"context">;
	const waker = spawn(
		k,
		sys,
		"waker",
		[
			step<Here, string>("wake_up_process(worker)", (c) => {
				wake_up_process(k, c, worker);
			}),
		],
		{ boundTo: cpu1, isPerCpu: true, sleeps: "asleep" },
	);
	const isBack = ({ s }: Pick<Here, "s">): boolean => s.context[worker].unbound && !s.cpu[cpu1].dying;
	spawn(
		k,
		sys,
		"starter",
		[
			waitUntil<Here, string>(
				"it is elsewhere, and CPU 1 stays",
				(c) => c.s.sleeps && (isBack(c) || c.s.context[worker].cpu === cpu1),
			),
			step<Here, string>("wake_up_process(waker)", (c) => {
				wake_up_process(k, c, waker);
			}),
		],
		{ boundTo: k.Cpu.id(2) },
	);
	addHotplug(k, sys);
	const experiment = observe(sys, {
		allows: { "it sleeps on the other CPU": ({ s }) => s.sleeps && !s.done && s.context[worker].cpu === cpu0 },
		forbids: {
			"it does not end": { end: ({ s }) => !s.done },
			"it is not bound again": { end: ({ s }) => s.context[worker].unbound || s.context[worker].cpu !== cpu1 },
		},
	});
	expect(failures(experiment)).toEqual([]);
});
