// TM9: timers that are not pinned to their CPU; and TM5, TM7, DW1 of such.
import { expect, test } from "vitest";
import {
	add_timer,
	add_timer_global,
	add_timer_local,
	add_timer_on,
	addHotplug,
	addIdle,
	addSoftirqs,
	addWorkers,
	del_timer_sync,
	INIT_DELAYED_WORK,
	Kernel,
	mod_delayed_work,
	mod_timer,
	type Preempt,
	preempt_disable,
	preempt_enable,
	queue_delayed_work,
	schedule,
	set_current_state,
	TIMER_PINNED,
	timer_pending,
	timer_setup,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, call, type In, maybe, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** A task on CPU 1 arms a timer and goes on for a while. */
const armed = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({ state: { firedOn: maybe(k.Cpu), over: bool, beside: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s, me }) => {
			s.firedOn = me.cpu;
			s.beside = !s.over && me.cpu === cpu0;
		}),
	]);
	const add = add_timer(k);
	const body: Stmt<In<typeof sys>>[] = [
		step("add_timer(&timer)", (c) => add(c, timer)),
		step("goes on", () => {}),
		step("is over", ({ s }) => {
			s.over = true;
		}),
	];
	spawn(k, sys, "task", body, { boundTo: cpu1 });
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it fires on the CPU that was busy": { end: ({ s }) => s.firedOn === cpu1 },
			"it fires on another": { end: ({ s }) => s.firedOn === cpu0 },
		},
		forbids: {
			"it fires on another while its CPU is busy": ({ s }) => s.beside,
			never: { end: ({ s }) => s.firedOn === null },
		},
	});
};

/** A task of CPU 1, which is idle and has a timer armed, is woken by one of CPU 0. */
const woken = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({
		state: { woke: bool, runs: bool, seen: bool, beside: bool, late: bool, firedOn: maybe(k.Cpu) },
	});
	type Here = In<typeof sys>;
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s, me }) => {
			s.firedOn = me.cpu;
			s.seen = s.woke && me.cpu === cpu0;
		}),
		step("it returns", ({ s, me }) => {
			s.beside = s.runs && me.cpu === cpu0;
		}),
	]);
	const add = add_timer(k);
	const sleeper = spawn(
		k,
		sys,
		"sleeper",
		[
			step("add_timer(&timer)", (c) => add(c, timer)),
			set_current_state("UNINTERRUPTIBLE"),
			schedule(k),
			step("runs", ({ s }) => {
				s.runs = true;
			}),
			preempt_disable(k),
			step("looks", (c) => {
				c.s.late = timer_pending(c.s, timer) && c.s.cpu[cpu1].tmigr_remote === null;
			}),
			step("looks again", (c) => {
				c.s.late = c.s.late && c.s.firedOn === cpu0;
			}),
			preempt_enable(k),
		],
		{ boundTo: cpu1, sleeps: true },
	);
	const body: Stmt<Here>[] = [
		step("wake_up_process(sleeper)", (c) => {
			c.s.woke = wake_up_process(k, c, sleeper);
		}),
	];
	spawn(k, sys, "waker", body, { boundTo: cpu0 });
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"its function runs on CPU 0, after the wake-up": ({ s }) => s.seen,
			"its function runs beside the task that was woken": ({ s }) => s.beside,
			"it is taken while the task runs, by who had begun": ({ s }) =>
				s.runs && s.firedOn === null && s.cpu[cpu1].tmigr_remote !== null && timer_pending(s, timer),
		},
		forbids: {
			"nobody had begun, and it runs on CPU 0": ({ s }) => s.late && s.firedOn === cpu0,
			never: { end: ({ s }) => s.firedOn === null },
		},
	});
};

/** Two timers of CPU 1, which is idle. */
const two = (kinds: "both global" | "one pinned", preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({ state: { inside: range(0, 2), fired: range(0, 2), on0: bool, on1: bool, twice: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const fn: Stmt<In<typeof sys>>[] = [
		step("timer function", ({ s, me }) => {
			s.inside++;
			s.fired++;
			if (s.inside === 2) s.twice = true;
			if (me.cpu === cpu0) s.on0 = true;
			else s.on1 = true;
		}),
		step("it returns", ({ s }) => {
			s.inside--;
		}),
	];
	const first = timer_setup(k, sys, "first", fn);
	const second = timer_setup(k, sys, "second", fn);
	const [add, addPinned] = [add_timer_global(k), add_timer_local(k)];
	const body: Stmt<In<typeof sys>>[] = [
		step("add both", (c) => {
			add(c, first);
			(kinds === "both global" ? add : addPinned)(c, second);
		}),
	];
	spawn(k, sys, "task", body, { boundTo: cpu1 });
	addSoftirqs(k, sys);
	type S = Pick<In<typeof sys>, "s">;
	const waits =
		(cpu: typeof cpu0) =>
		({ s }: S) =>
			k.tasks.some((id) => s.context[id].waits_for !== null && s.context[id].cpu === cpu);
	/** CPU 1 has looked, while CPU 0 runs the function of one of two. */
	const passes = ({ s }: S): boolean => {
		const served = preempt === "rt" ? s.context[k.ksoftirqd[cpu1] as never] : undefined;
		const busy = s.cpu[cpu1].softirq || s.cpu[cpu1].timer_pending || (served?.on_rq ?? false);
		return !busy && (served?.waits_for ?? null) === null && s.inside === 1 && s.on0 && !s.on1 && s.timer[second].due;
	};
	const ended = ({ s }: S): boolean => !s.cpu[cpu0].softirq && s.cpu[cpu1].tmigr_remote !== null;
	const isRt = preempt === "rt";
	return observe(sys, {
		allows: {
			"each CPU fires one": { end: ({ s }) => s.on0 && s.on1 },
			"CPU 1 fires both": { end: ({ s }) => !s.on0 },
			...(kinds === "both global"
				? { "CPU 0 fires both": { end: ({ s }) => !s.on1 } }
				: { "at once": ({ s }) => s.twice }),
			...(kinds === "both global" && isRt ? { "CPU 1 waits": waits(cpu1), "CPU 0 waits": waits(cpu0) } : {}),
			...(kinds === "both global" && !isRt ? { "CPU 1 does not wait": passes } : {}),
		},
		forbids: {
			...(kinds === "both global"
				? { "at once": ({ s }) => s.twice }
				: { "a pinned one on CPU 0": { end: ({ s }) => !s.on1 } }),
			...(isRt ? { "CPU 1 does not wait": passes } : { "CPU 0 goes on serving": ended }),
			"somebody waits for ever": { end: (v) => waits(cpu0)(v) || waits(cpu1)(v) },
			"one never": { end: ({ s }) => s.fired < 2 },
		},
	});
};

litmus("TM9", "a timer that is not pinned fires on its CPU, or on another from where its CPU is idle", {
	NONE: armed("none"),
	VOLUNTARY: armed("voluntary"),
	FULL: armed("full"),
	LAZY: armed("lazy"),
	RT: armed("rt"),
	"its CPU comes out of idle, NONE": woken("none"),
	"its CPU comes out of idle, FULL": woken("full"),
	"its CPU comes out of idle, RT": woken("rt"),
	"two, NONE": two("both global", "none"),
	"two, RT": two("both global", "rt"),
	"one of two is pinned": two("one pinned", "full"),
	"one of two is pinned, RT": two("one pinned", "rt"),
});

/** How a timer is pinned to CPU 1, where a task of CPU 1 arms it, last by mod_timer(). */
const pinnings = ["timer_setup(, TIMER_PINNED)", "add_timer_local()", "add_timer_on()"] as const;

test.each(pinnings)("TM9: what is pinned by %s never fires on another CPU", (how) => {
	const k = new Kernel({ cpus: 2, preempt: "none" });
	const sys = k.system({ state: { firedOn: maybe(k.Cpu) } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const fn: Stmt<In<typeof sys>>[] = [
		step("timer function", ({ s, me }) => {
			s.firedOn = me.cpu;
		}),
	];
	const flags = how === pinnings[0] ? [TIMER_PINNED] : [];
	const timer = timer_setup(k, sys, "timer", fn, ...flags);
	const [mod, local] = [mod_timer(k), add_timer_local(k)];
	const body: Stmt<In<typeof sys>>[] = [
		step(how, (c) => {
			if (how === "add_timer_local()") local(c, timer);
			if (how === "add_timer_on()") add_timer_on(k, c.s, timer, cpu0);
			mod(c, timer);
		}),
	];
	spawn(k, sys, "task", body, { boundTo: cpu1 });
	addSoftirqs(k, sys);
	const forbids = { "on CPU 0": { end: ({ s }: Pick<In<typeof sys>, "s">) => s.firedOn !== cpu1 } };
	expect(failures(observe(sys, { forbids }))).toEqual([]);
});

test("TM9: add_timer_global() and TM4 leave a timer to any CPU", () => {
	const k = new Kernel({ cpus: 2, preempt: "none", hotplug: "down" });
	const sys = k.system({ state: { fired: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const fn: Stmt<In<typeof sys>>[] = [
		step("timer function", ({ s }) => {
			s.fired = true;
		}),
	];
	const timer = timer_setup(k, sys, "timer", fn, TIMER_PINNED);
	const add = add_timer_global(k);
	spawn(k, sys, "task", [step("add_timer_global(&timer)", (c) => add(c, timer))], { boundTo: cpu1 });
	addSoftirqs(k, sys);
	addHotplug(k, sys);
	const isOn = (cpu: typeof cpu0) => (v: Pick<In<typeof sys>, "s">) => v.s.timer[timer].base === cpu;
	expect(
		failures(
			observe(sys, {
				allows: {
					"it is moved": isOn(cpu0),
					"CPU 0 serves the other": ({ s }) => s.cpu[cpu1].tmigr_remote !== null,
				},
				forbids: {
					"it is pinned": ({ s }) => s.timer[timer].base !== null && s.timer[timer].pinned,
					"CPU 0 serves one that is offline": ({ s }) => !s.cpu[cpu1].online && s.cpu[cpu1].tmigr_remote !== null,
					never: { end: ({ s }) => !s.fired },
				},
			}),
		),
	).toEqual([]);
});

/** A function that CPU 0 runs for CPU 1 arms its timer again, and a task of CPU 1 does so meanwhile, or deletes it. */
const inside = (meanwhile: "mod_timer" | "del_timer_sync" | "add_timer_on", preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({
		state: { inside: range(0, 2), times: range(0, 2), on0: bool, base: maybe(k.Cpu), deleted: bool, again: bool },
	});
	type Here = In<typeof sys>;
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const [add, mod] = [add_timer(k), mod_timer(k)];
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s, me }) => {
			s.inside++;
			s.times++;
			s.on0 = me.cpu === cpu0;
		}),
		step("mod_timer(&timer, expires)", (c) => {
			if (c.s.times === 1 && meanwhile === "mod_timer") mod(c, timer);
			if (c.s.on0) c.s.base = c.s.timer[timer].base;
		}),
		step("it returns", ({ s }) => {
			s.inside--;
		}),
	]);
	const then: Record<typeof meanwhile, readonly Stmt<Here, string>[]> = {
		mod_timer: [],
		add_timer_on: [
			step("add_timer_on(&timer, 1)", ({ s }) => {
				if (s.on0 && s.inside === 1 && s.times === 1) add_timer_on(k, s, timer, cpu1);
				s.again = timer_pending(s, timer);
			}),
			del_timer_sync<Here>(k, timer, ({ s }) => {
				s.deleted = s.again;
			}),
		],
		del_timer_sync: [
			del_timer_sync<Here>(k, timer, ({ s }) => {
				s.deleted = true;
			}),
		],
	};
	const sleeper = spawn(
		k,
		sys,
		"sleeper",
		[
			step("add_timer(&timer)", (c) => add(c, timer)),
			set_current_state("UNINTERRUPTIBLE"),
			schedule(k),
			...(then[meanwhile] as readonly Stmt<Here>[]),
		],
		{ boundTo: cpu1, sleeps: true },
	);
	spawn(
		k,
		sys,
		"waker",
		[
			waitUntil(
				"wake_up_process(sleeper)",
				({ s }) => s.context[sleeper].state === "UNINTERRUPTIBLE",
				(c) => void wake_up_process(k, c, sleeper),
			),
		],
		{ boundTo: cpu0 },
	);
	addSoftirqs(k, sys);
	const beside = ({ s }: Pick<Here, "s">) => s.inside === 2;
	return {
		mod_timer: () =>
			observe(sys, {
				allows: { "it stays on the base of CPU 1": ({ s }) => s.on0 && s.base === cpu1 },
				forbids: { "it goes to that of CPU 0": ({ s }) => s.base === cpu0, "it runs beside itself": beside },
			}),
		del_timer_sync: () =>
			observe(sys, {
				allows: { "it waits for CPU 0": ({ s }) => s.on0 && s.inside === 1 && s.times === 1 && !s.deleted },
				forbids: {
					"the function runs": ({ s }) => s.deleted && s.inside > 0,
					"for ever": { end: ({ s }) => !s.deleted },
				},
			}),
		add_timer_on: () =>
			observe(sys, {
				allows: {
					"it runs beside itself": beside,
					"nobody knows when it is deleted": ({ s }) => s.deleted && s.inside === 1 && s.times === 1,
				},
			}),
	}[meanwhile]();
};

litmus("TM7", "a function that another CPU runs leaves its timer on the base where it was", {
	NONE: inside("mod_timer", "none"),
	RT: inside("mod_timer", "rt"),
});

litmus("TM5", "del_timer_sync() waits for a function that another CPU runs", {
	NONE: inside("del_timer_sync", "none"),
	RT: inside("del_timer_sync", "rt"),
});

test.each(["none", "rt"] as const)(
	"TM3: pinned to its CPU while another runs its function, a timer runs beside itself (%s)",
	(preempt) => {
		expect(failures(inside("add_timer_on", preempt)({}))).toEqual([]);
	},
);

/** A delayed work without a CPU, queued or modified by a task of CPU 1. */
const delayed = (how: "queue_delayed_work" | "mod_delayed_work", delay: number) => {
	const k = new Kernel({ cpus: 2, preempt: "none", works: 1 });
	const sys = k.system({ state: { ran: maybe(k.Cpu), times: range(0, 2) } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const work = INIT_DELAYED_WORK(k, "dwork");
	const queue = how === "queue_delayed_work" ? queue_delayed_work(k) : mod_delayed_work(k);
	const body = [
		call<In<typeof sys>, { work: typeof work; delay: number }, unknown, string>(queue, () => ({ work, delay })),
	];
	spawn(k, sys, "task", [...body, ...body], { boundTo: cpu1 });
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("work_fn", ({ s, me }) => {
			s.ran = me.cpu;
			s.times++;
		}),
	]);
	addWorkers(k, sys, { fn }, () => "fn");
	addSoftirqs(k, sys);
	return { sys, cpu0, cpu1 };
};

test.each(["queue_delayed_work", "mod_delayed_work"] as const)(
	"DW1, DW3: %s() has the work done where its timer fires, and at once where it is called",
	(how) => {
		const { sys, cpu0, cpu1 } = delayed(how, 1);
		expect(
			failures(
				observe(sys, {
					allows: { here: { end: ({ s }) => s.ran === cpu1 }, elsewhere: { end: ({ s }) => s.ran === cpu0 } },
					forbids: { never: { end: ({ s }) => s.ran === null } },
				}),
			),
		).toEqual([]);
		const atOnce = delayed(how, 0);
		expect(failures(observe(atOnce.sys, { forbids: { elsewhere: { end: ({ s }) => s.ran !== cpu1 } } }))).toEqual([]);
	},
);

test("TM9: a CPU whose idle task has it is idle, and no more from where that gives it up", () => {
	const k = new Kernel({ cpus: 2, preempt: "none" });
	const sys = k.system({ state: { runs: bool, late: bool } });
	type Here = In<typeof sys>;
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const timer = timer_setup(k, sys, "timer", []);
	const add = add_timer(k);
	const body: Stmt<Here>[] = [
		step("add_timer(&timer)", (c) => add(c, timer)),
		step("goes on", ({ s }) => {
			s.runs = true;
		}),
	];
	addIdle(k, sys);
	spawn(k, sys, "task", body, { boundTo: cpu1 });
	addSoftirqs(k, sys);
	const served = ({ s }: Pick<Here, "s">): boolean => s.cpu[cpu1].tmigr_remote !== null && timer_pending(s, timer);
	expect(
		failures(
			observe(sys, {
				allows: { "it is served": served },
				forbids: {
					"it is served before": (v) => served(v) && !v.s.runs,
					"CPU 0 is": ({ s }) => s.cpu[cpu0].tmigr_remote !== null,
				},
			}),
		),
	).toEqual([]);
});

test("TM9: of one CPU alone, and where nothing leaves timers to any CPU, nothing is kept", () => {
	const fixed = (cpus: number, uses: (k: Kernel) => unknown): boolean => {
		const k = new Kernel({ cpus, preempt: "none" });
		uses(k);
		return k.isFixedTimerField("pinned") && k.isFixedCpuField("leaves_idle");
	};
	expect(fixed(1, mod_timer)).toBe(true);
	expect(fixed(2, () => {})).toBe(true);
	expect(fixed(2, mod_timer)).toBe(false);
});

test("TM9: where a task that may be moved has been preempted, its CPU may be idle", () => {
	const k = new Kernel({ cpus: 2, preempt: "full" });
	const sys = k.system({ state: { armedOn: maybe(k.Cpu), stayed: bool, over: bool, moved: bool } });
	type Here = In<typeof sys>;
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s, me }) => {
			s.moved = s.armedOn !== me.cpu && !s.over;
		}),
	]);
	const add = add_timer(k);
	const body: Stmt<Here>[] = [
		step("add_timer(&timer)", (c) => {
			add(c, timer);
			c.s.armedOn = c.me.cpu;
		}),
		preempt_disable(k),
		step("looks", ({ s, me }) => {
			s.stayed = s.armedOn === me.cpu && timer_pending(s, timer) && s.cpu[me.cpu].tmigr_remote === null;
		}),
		step("looks again", ({ s }) => {
			s.over = true;
		}),
		preempt_enable(k),
	];
	spawn(k, sys, "task", body);
	addSoftirqs(k, sys);
	const allows = { "it has": ({ s }: Pick<Here, "s">) => s.moved && !s.stayed };
	const forbids = { "it has not": ({ s }: Pick<Here, "s">) => s.moved && s.stayed };
	expect(failures(observe(sys, { allows, forbids }))).toEqual([]);
});
