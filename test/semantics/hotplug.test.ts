// HP1, HP3–HP6, HP10: a CPU goes offline.
import { expect, test } from "vitest";
import {
	addHotplug,
	addInterrupts,
	addSoftirqs,
	addTask,
	completeInSoftirq,
	cpuhp_setup_state,
	cpus_read_lock,
	cpus_read_unlock,
	Kernel,
	type In as KernelIn,
	kthread_create_on_cpu,
	local_bh_disable,
	local_bh_enable,
	local_irq_disable,
	local_irq_enable,
	migrate_disable,
	migrate_enable,
	type Preempt,
	preempt_disable,
	preempt_enable,
	rcu_read_lock,
	rcu_read_unlock,
	schedule,
	set_current_state,
	spin_lock,
	spin_unlock,
	spinlock,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, type Id, type In, loop, maybe, oneOf, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

const down =
	(preempt: Preempt, cpus = 2) =>
	(variant: Variant) => {
		const k = new Kernel({ cpus, preempt, hotplug: "down", ...variant });
		const sys = k.system({
			state: { teardown: maybe(k.Cpu), dead: maybe(k.Cpu), offlineAt: oneOf("nowhere", "teardown") },
		});
		const cpu1 = k.Cpu.id(1);
		cpuhp_setup_state(k, sys, "CPUHP_AP_ONLINE_DYN", {
			teardown: (cpu) => [
				step("teardown callback", ({ s, me }) => {
					s.teardown = me.cpu;
					if (!s.cpu[cpu].online || s.cpu[cpu].active) s.offlineAt = "teardown";
				}),
			],
		});
		cpuhp_setup_state(k, sys, "CPUHP_BP_PREPARE_DYN", {
			teardown: () => [
				step("dead callback", ({ s, me }) => {
					s.dead = me.cpu;
				}),
			],
		});
		addHotplug(k, sys);
		return observe(sys, {
			allows: {
				"the teardown callback runs on CPU 1": ({ s }) => s.teardown === cpu1,
				"the dead callback runs when it is offline": ({ s }) => s.dead !== null && !s.cpu[cpu1].online,
				"CPU 1 goes down": { end: ({ s }) => s.dead !== null },
			},
			forbids: {
				"the teardown callback runs elsewhere": ({ s }) => s.teardown !== null && s.teardown !== cpu1,
				"it runs while CPU 1 is active, or offline": ({ s }) => s.offlineAt === "teardown",
				"the dead callback runs on CPU 1, or before the other": ({ s }) =>
					s.dead === cpu1 || (s.dead !== null && s.teardown === null),
				"the control task is on CPU 1": ({ s }) => s.context[k.hotplugControl as Id<"context">].cpu === cpu1,
				"it comes to no end": { end: ({ s }) => s.dead === null },
			},
		});
	};

litmus(
	"HP1",
	"a thread of the dying CPU runs the teardown callbacks there; when it is dead a control task runs the rest",
	{
		NONE: down("none"),
		FULL: down("full"),
		RT: down("rt"),
		"FULL, three CPUs": down("full", 3),
		cpu_hotplug_lock: (variant) => {
			const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "down", ...variant });
			const sys = k.system({ state: { online: bool, overtaken: bool, before: bool, after: bool } });
			const cpu1 = k.Cpu.id(1);
			spawn(k, sys, "reader", [
				cpus_read_lock(k),
				step("cpu_online(1)", ({ s }) => {
					s.online = s.cpu[cpu1].online;
				}),
				step("use CPU 1", ({ s }) => {
					s.overtaken = s.online !== s.cpu[cpu1].online || s.cpu[cpu1].dying === s.online;
					s.before = s.online;
					s.after = !s.online;
				}),
				cpus_read_unlock(k),
			]);
			addHotplug(k, sys);
			return observe(sys, {
				allows: {
					"it comes before": ({ s }) => s.before,
					"it comes after": ({ s }) => s.after,
					"it sleeps until then": ({ s }) => k.tasks.some((id) => s.context[id].waits_on === k.cpusLock),
				},
				forbids: {
					"it is overtaken": ({ s }) => s.overtaken,
					"it or the CPU never comes to an end": { end: ({ s }) => s.cpu[cpu1].online || (!s.before && !s.after) },
				},
			});
		},
	},
);

test("HP1: who waits to write cpu_hotplug_lock keeps others from reading it, also who reads it already", () => {
	const k = new Kernel({ cpus: 2, preempt: "none", hotplug: "down" });
	const sys = k.system({ state: { inner: bool, done: bool } });
	const is = (what: "inner" | "done"): Stmt<In<typeof sys>, string> =>
		step(what, ({ s }) => {
			s[what] = true;
		});
	const inner = [cpus_read_lock(k), is("inner"), cpus_read_unlock(k)];
	spawn(k, sys, "reader", [cpus_read_lock(k), ...inner, cpus_read_unlock(k), is("done")]);
	addHotplug(k, sys);
	const experiment = observe(sys, {
		allows: {
			"they wait for each other": { end: ({ s }) => !s.inner && s.cpu[k.Cpu.id(1)].online },
			"it comes before or after": { end: ({ s }) => s.done && !s.cpu[k.Cpu.id(1)].online },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("HP1: who waits to write cpu_hotplug_lock waits for all who read it", () => {
	const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "down" });
	const sys = k.system({ state: { reading: range(0, 2), after: bool, both: bool, overtaken: bool } });
	const cpu1 = k.Cpu.id(1);
	const begins: Stmt<In<typeof sys>, string> = step("reading++", ({ s }) => {
		if (s.reading === 0) s.after = s.cpu[cpu1].dying;
		s.reading++;
		s.both ||= s.reading === 2;
	});
	const ends: Stmt<In<typeof sys>, string> = step("reading--", ({ s }) => {
		s.overtaken ||= s.cpu[cpu1].dying !== s.after;
		s.reading--;
	});
	for (const name of ["reader", "other"])
		spawn(k, sys, name, [cpus_read_lock(k), begins, ends, cpus_read_unlock(k)], { boundTo: k.Cpu.id(0) });
	addHotplug(k, sys);
	const experiment = observe(sys, {
		allows: { "two read it": ({ s }) => s.both, "CPU 1 goes": { end: ({ s }) => !s.cpu[cpu1].online } },
		forbids: { "it goes while one reads": ({ s }) => s.overtaken, "it stays": { end: ({ s }) => s.cpu[cpu1].online } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("HP1: cpu_hotplug_lock is not taken in atomic context", () => {
	const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "down" });
	const sys = k.system();
	spawn(k, sys, "reader", [preempt_disable(k), cpus_read_lock(k), preempt_enable(k)]);
	addHotplug(k, sys);
	const forbids = { "it is held": ({ s }: Pick<In<typeof sys>, "s">) => s.cpu[k.Cpu.id(1)].hotplug_readers > 0 };
	expect(failures(observe(sys, { forbids, reports: ["P15"] }))).toEqual([]);
});

test.each<[string, (k: Kernel) => readonly Stmt<KernelIn, string>[], string[]]>([
	["in atomic context", (k) => [cpus_read_lock(k), preempt_disable(k), cpus_read_unlock(k), preempt_enable(k)], []],
	["without having it", (k) => [cpus_read_unlock(k)], ["negative-count"]],
])("HP1: cpu_hotplug_lock is let go of %s", (_, body, reports) => {
	const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "down" });
	const sys = k.system();
	spawn(k, sys, "reader", body(k));
	addHotplug(k, sys);
	expect(failures(observe(sys, { reports }))).toEqual([]);
});

const regions = ["plain code", "preemption off", "interrupts off", "bottom halves off", "spinlock"] as const;
type Region = (typeof regions)[number];

/** A task looks whether CPU 1 is online, and then uses it; in which regions it can go offline in between. */
const checking = (preempt: Preempt, overtaken: readonly Region[]) => (variant: Variant) => {
	// The third CPU is the control task's.
	const k = new Kernel({ cpus: 3, preempt, hotplug: "down", ...variant });
	const place = oneOf("nowhere", ...regions);
	const sys = k.system({ state: { online: bool, overtaken: place } });
	type Here = In<typeof sys>;
	const [cpu1, lock] = [k.Cpu.id(1), spinlock(k, "lock")];
	const check: Stmt<Here> = step("cpu_online(1)", ({ s }) => {
		s.online = s.cpu[cpu1].online;
	});
	const use = (region: Region): Stmt<Here> =>
		step(`use CPU 1: ${region}`, ({ s }) => {
			if (s.online && !s.cpu[cpu1].online) s.overtaken = region;
			s.online = false;
		});
	spawn(
		k,
		sys,
		"task",
		[
			...[preempt_disable(k), check, use("preemption off"), preempt_enable(k)],
			...[local_irq_disable(k), check, use("interrupts off"), local_irq_enable(k)],
			...[local_bh_disable(k), check, use("bottom halves off"), local_bh_enable(k)],
			...[spin_lock(k, "lock", () => lock), check, use("spinlock"), spin_unlock(k, "lock", () => lock)],
			...[check, use("plain code")],
		],
		{ boundTo: k.Cpu.id(0) },
	);
	addHotplug(k, sys);
	const told = (yes: boolean) =>
		Object.fromEntries(
			regions
				.filter((region) => overtaken.includes(region) === yes)
				.map((region) => [region, ({ s }: Pick<Here, "s">) => s.overtaken === region] as const),
		);
	return observe(sys, { allows: told(true), forbids: told(false) });
};

/** An interrupt, or the softirq that it raises, looks whether CPU 1 is online, and then uses it. */
const interrupting = (level: "hardirq" | "softirq") => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, bios: 1, preempt: "full", hotplug: "down", ...variant });
	const sys = k.system({ state: { checked: bool, overtaken: bool, after: bool } });
	const cpu1 = k.Cpu.id(1);
	const code: Stmt<In<typeof sys>>[] = [
		step("cpu_online(1)", ({ s }) => {
			s.checked = s.cpu[cpu1].online;
		}),
		step("use CPU 1", ({ s, me }) => {
			s.overtaken = s.checked && !s.cpu[cpu1].online;
			s.after = !s.checked;
			if (me.cpu === cpu1) s.checked = false;
		}),
	];
	if (level === "hardirq") addInterrupts(k, sys, code);
	else {
		addInterrupts(k, sys, [completeInSoftirq(k)]);
		addSoftirqs(k, sys, code);
	}
	addHotplug(k, sys);
	return observe(sys, {
		allows: { "it comes after": ({ s }) => s.after },
		forbids: {
			"it is overtaken": ({ s }) => s.overtaken,
			"it comes on the CPU that is offline": ({ s }) =>
				(s.cpu[cpu1].hardirq || s.cpu[cpu1].softirq) && !s.cpu[cpu1].online,
		},
	});
};

litmus("HP4", "a CPU goes offline only where every CPU could switch: not while one has preemption off", {
	NONE: checking("none", []),
	VOLUNTARY: checking("voluntary", []),
	FULL: checking("full", ["plain code"]),
	RT: checking("rt", ["plain code", "bottom halves off", "spinlock"]),
	"a hard interrupt": interrupting("hardirq"),
	"a softirq": interrupting("softirq"),
});

/** A thread bound to CPU 1 that is woken at any time, and again. */
const bound = (isPerCpu: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, bios: 2, preempt: "none", hotplug: "down", ...variant });
	const sys = k.system({ state: { inactive: bool, brokenAway: bool, back: bool, keeps: bool, offline: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const fn = sys.routine("threadfn", {}, [
		loop([
			step("threadfn", ({ s, me }) => {
				s.inactive = me.cpu === cpu1 && !s.cpu[cpu1].active;
				s.offline = !s.cpu[me.cpu].online;
				s.back = me.cpu === cpu1 && s.brokenAway;
				s.keeps = me.cpu === cpu0 && !me.unbound;
				if (me.cpu === cpu0) s.brokenAway = true;
			}),
			set_current_state("INTERRUPTIBLE"),
			schedule(k),
		]),
	]);
	const thread = isPerCpu
		? addTask(k, sys, "kthread", fn, { boundTo: cpu1, isPerCpu, sleeps: "asleep" })
		: kthread_create_on_cpu(k, sys, "kthread", fn, cpu1);
	addInterrupts(k, sys, [
		step("wake_up_process(kthread)", (c) => {
			wake_up_process(k, c, thread);
		}),
	]);
	addHotplug(k, sys);
	type S = Pick<In<typeof sys>, "s">;
	const stays = { "it runs on CPU 1, no longer active": ({ s }: S) => s.inactive };
	const leaves = { "it runs on CPU 0 while CPU 1 is online": ({ s }: S) => s.brokenAway && s.cpu[cpu1].online };
	return observe(sys, {
		allows: { ...(isPerCpu ? stays : leaves), "CPU 1 goes offline": ({ s }) => !s.cpu[cpu1].online },
		forbids: {
			...(isPerCpu ? leaves : stays),
			"it comes back": ({ s }) => s.back,
			"it runs on a CPU that is offline": ({ s }) => s.offline,
			"it runs elsewhere and counts as bound": ({ s }) => s.keeps,
			"it waits for a CPU that it may not use": ({ s }) => {
				const { on_rq, unbound, cpu } = s.context[thread];
				return on_rq && unbound && cpu === cpu1 && s.cpu[cpu1].dying;
			},
			"CPU 1 stays online": { end: ({ s }) => s.cpu[cpu1].online },
		},
	});
};

litmus("HP6", "from active=0 on only per-CPU and pinned threads run on the CPU; other bound threads lose it for ever", {
	"a bound thread": bound(false),
	"tasks that are not bound": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "down", ...variant });
		const sys = k.system({ state: { pinned: bool, loose: bool } });
		const cpu1 = k.Cpu.id(1);
		/** Runs on CPU 1 although that is no longer active. */
		const stays = ({ s, me }: In<typeof sys>): boolean => me.cpu === cpu1 && !s.cpu[cpu1].active;
		spawn(k, sys, "task", [
			step("loose", (c) => {
				c.s.loose = stays(c);
			}),
			migrate_disable(k),
			step("pinned", (c) => {
				c.s.pinned = stays(c);
			}),
			migrate_enable(k),
		]);
		addHotplug(k, sys);
		return observe(sys, {
			allows: { "with migration disabled: runs on CPU 1, no longer active": ({ s }) => s.pinned },
			forbids: {
				"without: runs there": ({ s }) => s.loose,
				"CPU 1 stays online": { end: ({ s }) => s.cpu[cpu1].online },
			},
		});
	},
});

test("HP6: a thread with KTHREAD_IS_PER_CPU stays until the CPU is offline", () => {
	expect(failures(bound(true)({}))).toEqual([]);
});

const withRcu = (k: Kernel) => [rcu_read_lock(k), rcu_read_unlock(k)] as const;
const withPreemption = (k: Kernel) => [preempt_disable(k), preempt_enable(k)] as const;
const withInterrupts = (k: Kernel) => [local_irq_disable(k), local_irq_enable(k)] as const;

test.each([
	["rcu_read_lock()", "full", withRcu],
	["rcu_read_lock()", "none", withRcu],
	["rcu_read_lock()", "rt", withRcu],
	["preempt_disable()", "full", withPreemption],
	["local_irq_disable()", "rt", withInterrupts],
] as const)(
	"HP6: the first teardown callback waits for who read that the CPU was active, under %s (%s)",
	(_, preempt, region) => {
		const k = new Kernel({ cpus: 2, preempt, hotplug: "down" });
		const [enter, leave] = region(k);
		const sys = k.system({ state: { active: bool, going: bool, overtaken: bool, after: bool, during: bool } });
		const cpu1 = k.Cpu.id(1);
		cpuhp_setup_state(k, sys, "CPUHP_AP_ONLINE_DYN", {
			teardown: () => [
				step("teardown callback", ({ s }) => {
					s.going = true;
				}),
			],
		});
		spawn(k, sys, "reader", [
			enter,
			step("cpu_active(1)", ({ s }) => {
				s.active = s.cpu[cpu1].active;
			}),
			step("use CPU 1", ({ s }) => {
				s.overtaken = s.active && s.going;
				s.after = !s.active;
				s.during = s.active && !s.cpu[cpu1].active;
			}),
			leave,
		]);
		addHotplug(k, sys);
		const experiment = observe(sys, {
			allows: {
				"it comes after": ({ s }) => s.after,
				"it waits, and comes when the reader has left": ({ s }) => s.during && s.going,
			},
			forbids: { "it is overtaken": ({ s }) => s.overtaken, "CPU 1 stays": { end: ({ s }) => s.cpu[cpu1].online } },
		});
		expect(failures(experiment)).toEqual([]);
	},
);

litmus(
	"HP3",
	"a CPU is dying from the start: a bound thread that is woken then loses its affinity though it is active",
	{
		"a thread woken by an interrupt": (variant) => {
			const k = new Kernel({ cpus: 2, bios: 1, preempt: "none", hotplug: "down", ...variant });
			const sys = k.system({ state: { away: bool, seen: bool } });
			const cpu1 = k.Cpu.id(1);
			const fn = sys.routine("threadfn", {}, [
				step("threadfn", ({ s, me }) => {
					s.away = me.cpu !== cpu1 && s.cpu[cpu1].active;
					s.seen = true;
				}),
				set_current_state("INTERRUPTIBLE"),
				schedule(k),
			]);
			const thread = kthread_create_on_cpu(k, sys, "kthread", fn, cpu1);
			addInterrupts(k, sys, [
				step("wake_up_process(kthread)", (c) => {
					wake_up_process(k, c, thread);
				}),
			]);
			addHotplug(k, sys);
			return observe(sys, {
				allows: { "it runs elsewhere while the CPU is active": ({ s }) => s.away },
				forbids: { "it never runs": { end: ({ s }) => !s.seen } },
			});
		},
	},
);

litmus("HP5", "the CPU stays while a task is pinned to it, or another than its own thread runs there", {
	"a task that sleeps with migration disabled": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "down", ...variant });
		const sys = k.system({ state: { pinned: bool } });
		const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
		const sleeper = spawn(
			k,
			sys,
			"sleeper",
			[
				migrate_disable(k),
				step("pinned to CPU 1", ({ s, me }) => {
					s.pinned = me.cpu === cpu1;
					me.state = "INTERRUPTIBLE";
				}),
				schedule(k),
				step("woken", ({ s }) => {
					s.pinned = false;
				}),
				migrate_enable(k),
			],
			{ sleeps: true },
		);
		const wake: Stmt<In<typeof sys>> = waitUntil(
			"wake_up_process(sleeper)",
			({ s }) => !s.context[sleeper].on_rq,
			(c) => {
				wake_up_process(k, c, sleeper);
			},
		);
		spawn(k, sys, "waker", [wake], { boundTo: cpu0 });
		addHotplug(k, sys);
		return observe(sys, {
			allows: {
				"it sleeps pinned to an inactive CPU": ({ s }) => s.pinned && !s.context[sleeper].on_rq && !s.cpu[cpu1].active,
				"the CPU's own thread sleeps meanwhile": ({ s }) =>
					s.pinned && k.tasks.some((id) => s.context[id].waits_on === k.hotplugWait),
			},
			forbids: {
				"it is pinned to a CPU that is offline": ({ s }) => s.pinned && !s.cpu[cpu1].online,
				"the CPU stays": { end: ({ s }) => s.cpu[cpu1].online },
			},
		});
	},
	"a thread with KTHREAD_IS_PER_CPU": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "down", ...variant });
		const sys = k.system({ state: { runs: bool } });
		const cpu1 = k.Cpu.id(1);
		const runs = (yes: boolean): Stmt<In<typeof sys>> =>
			step(yes ? "begins" : "ends", ({ s }) => {
				s.runs = yes;
			});
		spawn(k, sys, "kthread", [runs(true), runs(false)], { boundTo: cpu1, isPerCpu: true });
		addHotplug(k, sys);
		return observe(sys, {
			allows: { "it runs on an inactive CPU": ({ s }) => s.runs && !s.cpu[cpu1].active },
			forbids: {
				"it is left on a CPU that is offline": ({ s }) => s.runs && !s.cpu[cpu1].online,
				"the CPU stays": { end: ({ s }) => s.cpu[cpu1].online },
			},
		});
	},
	"a task with migration disabled": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", hotplug: "down", ...variant });
		const sys = k.system({ state: { pinned: bool } });
		const cpu1 = k.Cpu.id(1);
		spawn(k, sys, "task", [
			migrate_disable(k),
			step("pinned to CPU 1", ({ s, me }) => {
				s.pinned = me.cpu === cpu1;
			}),
			step("still", ({ s }) => {
				s.pinned = false;
			}),
			migrate_enable(k),
		]);
		addHotplug(k, sys);
		return observe(sys, {
			allows: { "it is pinned to an inactive CPU": ({ s }) => s.pinned && !s.cpu[cpu1].active },
			forbids: {
				"it is pinned to a CPU that is offline": ({ s }) => s.pinned && !s.cpu[cpu1].online,
				"the CPU stays": { end: ({ s }) => s.cpu[cpu1].online },
			},
		});
	},
});

litmus("HP10", "a CPU on its way down takes interrupts until it is offline", {
	"an interrupt": (variant) => {
		const k = new Kernel({ cpus: 2, bios: 1, preempt: "none", hotplug: "down", ...variant });
		const sys = k.system();
		const cpu1 = k.Cpu.id(1);
		addInterrupts(k, sys, [step("handler", () => {})]);
		addHotplug(k, sys);
		return observe(sys, {
			allows: { "it enters on the inactive CPU": ({ s }) => s.cpu[cpu1].hardirq && !s.cpu[cpu1].active },
			forbids: { "it enters on one that is offline": ({ s }) => s.cpu[cpu1].hardirq && !s.cpu[cpu1].online },
		});
	},
});
