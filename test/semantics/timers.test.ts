// TM1–TM5: ticks and timers.
import { expect, test } from "vitest";
import {
	add_timer_on,
	addHardirqs,
	addHotplug,
	addInterrupts,
	addSoftirqs,
	addTask,
	type CpuId,
	completeInSoftirq,
	cpuhp_setup_state,
	del_timer_sync,
	Kernel,
	type KernelState,
	local_irq_disable,
	local_irq_enable,
	type Preempt,
	preempt_disable,
	preempt_enable,
	type Timer,
	timer_setup,
	wake_up_process,
} from "../../src/kernel/index.ts";
import {
	bool,
	call,
	type In,
	maybe,
	oneOf,
	perId,
	range,
	record,
	type Stmt,
	step,
	waitUntil,
} from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

const armed = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({
		state: { firedOn: maybe(k.Cpu), times: range(0, 2), over: bool, irqsOff: bool, early: bool },
	});
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s, me }) => {
			s.firedOn = me.cpu;
			s.times++;
			if (s.irqsOff) s.early = true;
		}),
	]);
	addTask(
		k,
		sys,
		"task",
		sys.routine("task", {}, [
			step("add_timer_on(timer, 1)", ({ s }) => add_timer_on(k, s, timer, cpu1)),
			step("goes on", ({ s }) => (s.over = true)),
		]),
		{ boundTo: cpu0 },
	);
	// Nothing ticks on CPU 1 before this has turned interrupts on.
	spawn(
		k,
		sys,
		"other",
		[
			local_irq_disable(k),
			step("interrupts are off", ({ s }) => {
				s.irqsOff = true;
			}),
			step("still off", ({ s }) => {
				s.early = s.timer[timer].due;
				s.irqsOff = false;
			}),
			local_irq_enable(k),
		],
		{ boundTo: cpu1 },
	);
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it is due": ({ s }) => s.timer[timer].due,
			"it fires at once": ({ s }) => s.firedOn === cpu1 && !s.over,
			"it fires": { end: ({ s }) => s.times === 1 },
		},
		forbids: {
			"on another CPU": ({ s }) => s.firedOn === cpu0,
			"the tick comes with interrupts off": ({ s }) => s.irqsOff && s.early,
			twice: ({ s }) => s.times === 2,
			never: { end: ({ s }) => s.times === 0 },
		},
	});
};

litmus("TM1", "the tick of the CPU on whose base a timer is makes it due and raises the TIMER softirq there", {
	NONE: armed("none"),
	FULL: armed("full"),
	RT: armed("rt"),
	"two of one CPU": (variant) => {
		const k = new Kernel({ cpus: 1, preempt: "none", ...variant });
		const sys = k.system({ state: { fired: range(0, 2), between: bool, atOnce: bool } });
		const fn: Stmt<In<typeof sys>>[] = [
			step("timer function", ({ s }) => {
				s.fired++;
			}),
		];
		const [first, second] = [timer_setup(k, sys, "first", fn), timer_setup(k, sys, "second", fn)];
		spawn(k, sys, "task", [
			step("add both", ({ s, me }) => {
				for (const timer of [first, second]) add_timer_on(k, s, timer, me.cpu);
			}),
			step("goes on", ({ s }) => {
				if (s.fired === 1) s.between = true;
				if (s.fired === 2) s.atOnce = true;
			}),
		]);
		addSoftirqs(k, sys);
		return observe(sys, {
			allows: {
				"the other has a later deadline": ({ s }) => s.between,
				"it has not": ({ s }) => s.atOnce,
				"both are due": ({ s }) => s.timer[first].due && s.timer[second].due,
			},
			forbids: { "one never fires": { end: ({ s }) => s.fired < 2 } },
		});
	},
	"timers of two CPUs": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "none", ...variant });
		const sys = k.system({ state: { fired: perId(k.Cpu, record({ on: maybe(k.Cpu) })) } });
		for (const c of k.Cpu.all) {
			const timer = timer_setup(
				k,
				sys,
				`timer${c}`,
				[
					step("timer function", ({ s, me }) => {
						s.fired[c].on = me.cpu;
					}),
				],
				k.Cpu.member(c),
			);
			spawn(k, sys, `task${c}`, [step("add_timer_on(timer, c)", ({ s }) => add_timer_on(k, s, timer, c))], {
				boundTo: c,
			});
		}
		addSoftirqs(k, sys);
		return observe(sys, {
			allows: { "both fire": { end: ({ s }) => k.Cpu.all.every((c) => s.fired[c].on === c) } },
			forbids: {
				"one fires on another CPU": ({ s }) => k.Cpu.all.some((c) => s.fired[c].on !== null && s.fired[c].on !== c),
				"one never fires": { end: ({ s }) => k.Cpu.all.some((c) => s.fired[c].on === null) },
			},
		});
	},
});

/** A timer that its function arms again, once. */
const expiring = (preempt: Preempt, irqsafe: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt, bios: 1, ...variant });
	const sys = k.system({ state: { times: range(0, 2), irqsOff: bool, still: bool, dueAtOnce: bool, block: bool } });
	type Here = In<typeof sys>;
	const cpu0 = k.Cpu.id(0);
	const fn = ({ s, me }: Here): void => {
		s.irqsOff = s.cpu[me.cpu].irqs_off;
		s.still = s.timer[timer].base !== null;
		s.times++;
		if (s.times < 2) add_timer_on(k, s, timer, me.cpu);
		if (s.timer[timer].due) s.dueAtOnce = true;
	};
	const body: Stmt<Here>[] = [step("timer function", fn)];
	const timer = timer_setup(k, sys, "timer", irqsafe ? fn : body);
	spawn(k, sys, "task", [step("add_timer_on(timer, 0)", ({ s }) => add_timer_on(k, s, timer, cpu0))]);
	// A softirq of another kind, for the order.
	if (!k.rt) addInterrupts(k, sys, [completeInSoftirq(k)]);
	const action: Stmt<Here>[] = [
		step("BLOCK action", ({ s }) => {
			s.block = true;
		}),
	];
	if (k.rt) addSoftirqs(k, sys);
	else addSoftirqs(k, sys, action);
	return observe(sys, {
		allows: { "it fires twice": { end: ({ s }) => s.times === 2 } },
		forbids: {
			[`its function runs with interrupts ${irqsafe ? "on" : "off"}`]: ({ s }) => s.times > 0 && s.irqsOff !== irqsafe,
			"it is armed while its function runs": ({ s }) => s.still,
			"armed again, it is due without a tick": ({ s }) => s.dueAtOnce,
			"it does not fire again": { end: ({ s }) => s.times < 2 },
			"BLOCK is forgotten": { end: ({ s }) => !k.rt && !s.block },
		},
		reports: [],
	});
};

litmus(
	"TM2",
	"a timer is off its base when its function is called; only an IRQSAFE one is called with interrupts off",
	{
		FULL: expiring("full", false),
		"IRQSAFE, FULL": expiring("full", true),
		RT: expiring("rt", false),
		"IRQSAFE, RT": expiring("rt", true),
	},
);

/** A timer for CPU 1, which goes offline; the control task moves what is on its base then. */
const offline = (when: "before" | "after") => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt: "none", hotplug: "down", ...variant });
	const sys = k.system({ state: { fired: oneOf("no", "on CPU 0", "on CPU 1"), dead: bool } });
	type Here = In<typeof sys>;
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const body: Stmt<Here>[] = [
		step("timer function", ({ s, me }) => {
			s.fired = me.cpu === cpu0 ? "on CPU 0" : "on CPU 1";
		}),
	];
	const timer = timer_setup(k, sys, "timer", body);
	addSoftirqs(k, sys);
	cpuhp_setup_state(k, sys, "CPUHP_BIO_DEAD", {
		teardown: () => [
			step("dead", ({ s }) => {
				s.dead = true;
			}),
		],
	});
	addHotplug(k, sys);
	spawn(
		k,
		sys,
		"task",
		[
			waitUntil(
				"add_timer_on(timer, 1)",
				({ s }) => (when === "after") === s.dead,
				({ s }) => add_timer_on(k, s, timer, cpu1),
			),
		],
		{ boundTo: cpu0 },
	);
	return { k, sys, timer, cpu0, cpu1 };
};

litmus("TM3", "a timer goes on the base of the CPU that is named, online or not; on an offline one it never fires", {
	"armed when CPU 1 is dead": (variant) => {
		const { sys, timer, cpu1 } = offline("after")(variant);
		return observe(sys, {
			allows: { "it waits on CPU 1": { end: ({ s }) => s.timer[timer].base === cpu1 } },
			forbids: { "it fires": ({ s }) => s.fired !== "no" },
		});
	},
});

litmus("TM4", "the timers of a dead CPU move to the CPU of the control task", {
	"armed before CPU 1 is dead": (variant) => {
		const { sys, timer } = offline("before")(variant);
		return observe(sys, {
			allows: {
				"it fires on CPU 1": { end: ({ s }) => s.fired === "on CPU 1" },
				"it fires on CPU 0": { end: ({ s }) => s.dead && s.fired === "on CPU 0" },
			},
			forbids: { "it never fires": { end: ({ s }) => s.dead && s.timer[timer].base !== null } },
		});
	},
});

test("TM1: under LAZY the tick that makes a timer due asks the current task to go, too", () => {
	const k = new Kernel({ cpus: 1, preempt: "lazy" });
	const sys = k.system({ state: { before: bool } });
	const timer = timer_setup(k, sys, "timer", []);
	const task = spawn(k, sys, "task", [
		// Where it is preemptible, it is switched out when the tick returns.
		preempt_disable(k),
		step("add_timer_on(timer, 0)", ({ s, me }) => {
			add_timer_on(k, s, timer, me.cpu);
			s.before = s.cpu[me.cpu].need_resched;
		}),
		step("task", () => {}),
		preempt_enable(k),
	]);
	addSoftirqs(k, sys);
	const runsOn =
		(asked: boolean) =>
		({ s }: { s: KernelState }) => {
			const { curr, need_resched } = s.cpu[k.Cpu.id(0)];
			return s.timer[timer].due && curr === task && need_resched === asked;
		};
	const asksNobody = ({ s }: { s: KernelState }): boolean => {
		const { curr, need_resched } = s.cpu[k.Cpu.id(0)];
		return curr === null && need_resched;
	};
	const experiment = observe(sys, {
		allows: {
			"it is asked": runsOn(true),
			"it was, by a tick before": ({ s }) => s.before,
			"it is, by a tick that comes before the deadline": ({ s }) =>
				s.timer[timer].base !== null && !s.timer[timer].due && s.cpu[k.Cpu.id(0)].need_resched && !s.before,
		},
		forbids: {
			"it is not": runsOn(false),
			"a CPU without a task is": asksNobody,
		},
	});
	expect(failures(experiment)).toEqual([]);
});

/** A task on CPU 0 deletes a timer of CPU 1, whose function arms it again once. */
const deleted = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({ state: { times: range(0, 2), inside: bool, deleted: oneOf("no", "armed", "idle") } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s }) => {
			s.inside = true;
			s.times++;
			if (s.times < 2 && s.deleted === "no") add_timer_on(k, s, timer, cpu1);
		}),
		step("it returns", ({ s }) => {
			s.inside = false;
		}),
	]);
	spawn(
		k,
		sys,
		"task",
		[
			step("add_timer_on(timer, 1)", ({ s }) => add_timer_on(k, s, timer, cpu1)),
			del_timer_sync<In<typeof sys>>(k, timer, ({ s }, wasArmed) => {
				s.deleted = wasArmed ? "armed" : "idle";
			}),
		],
		{ boundTo: cpu0 },
	);
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it never fires": { end: ({ s }) => s.times === 0 && s.deleted === "armed" },
			"it has fired and is armed again": { end: ({ s }) => s.times === 1 && s.deleted === "armed" },
			"it has fired twice": { end: ({ s }) => s.times === 2 && s.deleted === "idle" },
			"it runs while somebody would delete it": ({ s }) => s.inside && s.deleted === "no",
		},
		forbids: {
			"its function runs when it is deleted": ({ s }) => s.inside && s.deleted !== "no",
			"it is armed when it is deleted": ({ s }) => s.deleted !== "no" && s.timer[timer].base !== null,
			"nobody can delete it": { end: ({ s }) => s.deleted === "no" },
		},
	});
};

/** Whoever waits for the function keeps it from returning. */
const stuck = (where: "its own function" | "an interrupt on top of it", preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt, ...variant });
	const sys = k.system({ state: { sent: bool } });
	const own = where === "its own function";
	const timer: Timer = timer_setup(k, sys, "timer", [
		step("timer function", () => {}),
		...(own ? [call<In<typeof sys>, never, undefined, string>(() => wait as never)] : []),
		step("it returns", () => {}),
	]);
	const wait = sys.routine("wait", {}, [del_timer_sync(k, timer)]);
	spawn(k, sys, "task", [step("add_timer_on(timer, 0)", ({ s }) => add_timer_on(k, s, timer, k.Cpu.id(0)))]);
	addSoftirqs(k, sys);
	addHardirqs(k, sys, [
		{
			arrivals: [
				{
					label: "<interrupt>",
					pending: ({ s }) => !s.sent && !own,
					enter: ({ s }) => {
						s.sent = true;
					},
				},
			],
			handler: [call(wait)],
		},
	]);
	const waitsForItself = ({ s }: { s: KernelState }) => k.tasks.some((id) => s.context[id].waits_for !== null);
	return observe(sys, { forbids: { "it blocks": waitsForItself }, reports: ["P14"] });
};

/** A SCHED_FIFO task of the CPU whose fair ksoftirqd runs the function; and what is fair there. */
const blocked = (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt: "rt", ...variant });
	const sys = k.system({ state: { inside: bool, beside: bool, ran: bool, deleted: bool, overtaken: bool } });
	type Here = In<typeof sys>;
	const cpu0 = k.Cpu.id(0);
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s }) => {
			s.inside = true;
		}),
		step("it returns", ({ s }) => {
			s.beside = s.context[thread].waits_for !== null;
			s.inside = false;
			s.ran = true;
		}),
	]);
	spawn(k, sys, "task", [
		step("add_timer_on(timer, 0)", ({ s }) => add_timer_on(k, s, timer, cpu0)),
		step("wake_up_process(thread)", (c) => {
			wake_up_process(k, c, thread);
		}),
		step("fair task", ({ s }) => {
			s.overtaken = s.ran && !s.deleted && s.context[thread].on_rq;
		}),
	]);
	const thread = spawn(
		k,
		sys,
		"thread",
		[
			del_timer_sync<Here>(k, timer, ({ s }) => {
				s.deleted = true;
			}),
		],
		{ fifo: 50, boundTo: cpu0, sleeps: "asleep" },
	);
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: { "the function returns while it waits": ({ s }) => s.beside },
		forbids: {
			"the function runs when it is deleted": ({ s }) => s.inside && s.deleted,
			"it waits for ever": { end: ({ s }) => !s.deleted },
			"a fair task goes first": ({ s }) => s.overtaken,
		},
	});
};

/** An interrupt on CPU 0 deletes a timer whose function runs on CPU 1, which goes on. */
const elsewhere = (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt: "none", ...variant });
	const sys = k.system({ state: { inside: bool, sent: bool, deleted: bool, early: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s }) => {
			s.inside = true;
		}),
		step("it returns", ({ s }) => {
			s.inside = false;
		}),
	]);
	spawn(k, sys, "task", [step("add_timer_on(timer, 1)", ({ s }) => add_timer_on(k, s, timer, cpu1))]);
	addSoftirqs(k, sys);
	const deletes = del_timer_sync<In<typeof sys>>(k, timer, ({ s }) => {
		s.early = s.inside;
		s.deleted = true;
	});
	const arrival = {
		label: "<interrupt>",
		pending: ({ s, me }: Pick<In<typeof sys>, "s" | "me">) => s.inside && !s.sent && me.cpu === cpu0,
		enter: ({ s }: Pick<In<typeof sys>, "s">) => {
			s.sent = true;
		},
	};
	addHardirqs(k, sys, [{ arrivals: [arrival], handler: [deletes] }]);
	return observe(sys, {
		allows: { "it is deleted": { end: ({ s }) => s.deleted } },
		forbids: {
			"the function runs when it is deleted": ({ s }) => s.early,
			"it waits for ever": { end: ({ s }) => s.sent && !s.deleted },
		},
	});
};

litmus("TM5", "del_timer_sync() returns when the function has returned and the timer is not armed", {
	NONE: deleted("none"),
	FULL: deleted("full"),
	RT: deleted("rt"),
	"RT, in a SCHED_FIFO task": blocked,
	"called by the function": stuck("its own function", "none"),
	"called by the function, RT": stuck("its own function", "rt"),
	"called on top of the function": stuck("an interrupt on top of it", "none"),
	"called in an interrupt on another CPU": elsewhere,
});

test("TM5: an interrupt may delete an IRQSAFE timer: it never comes on top of its function", () => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const sys = k.system({ state: { sent: bool, after: bool } });
	const cpu0 = k.Cpu.id(0);
	const timer = timer_setup(k, sys, "timer", () => {});
	spawn(k, sys, "task", [step("add_timer_on(timer, 0)", ({ s }) => add_timer_on(k, s, timer, cpu0))]);
	addSoftirqs(k, sys);
	const interrupt = {
		label: "<interrupt>",
		pending: ({ s }: Pick<In<typeof sys>, "s">) => !s.sent,
		enter: ({ s }: Pick<In<typeof sys>, "s">) => {
			s.sent = true;
			s.after = s.cpu[cpu0].softirq && s.timer[timer].base === null;
		},
	};
	addHardirqs(k, sys, [{ arrivals: [interrupt], handler: [del_timer_sync(k, timer)] }]);
	expect(failures(observe(sys, { allows: { "it comes right after it": ({ s }) => s.after } }))).toEqual([]);
});

test("TM5: who waits for a timer does so while the function of another has returned", () => {
	const k = new Kernel({ cpus: 2, preempt: "none" });
	const sys = k.system({ state: { inside: bool, other: bool, deleted: bool } });
	type Here = In<typeof sys>;
	const slow = timer_setup(k, sys, "slow", [
		step("slow function", ({ s }) => {
			s.inside = true;
		}),
		step("it returns", ({ s }) => {
			s.inside = false;
		}),
	]);
	const fast = timer_setup(k, sys, "fast", [
		step("fast function", ({ s }) => {
			s.other = true;
		}),
	]);
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const arm = (timer: Timer, on: CpuId): Stmt<Here> =>
		step("add_timer_on(timer, cpu)", ({ s }) => add_timer_on(k, s, timer, on));
	const del = del_timer_sync<Here>(k, slow, ({ s }) => {
		s.deleted = true;
	});
	spawn(k, sys, "task", [arm(slow, cpu1), arm(fast, cpu0), del], { boundTo: cpu0 });
	addSoftirqs(k, sys);
	const experiment = observe(sys, {
		allows: { "the other has returned, this runs": ({ s }) => s.other && s.inside && !s.cpu[cpu0].softirq },
		forbids: { "the function runs when it is deleted": ({ s }) => s.inside && s.deleted },
	});
	expect(failures(experiment)).toEqual([]);
});

test.each([
	["sleeps for a function with interrupts on", "rt", false, true, ["P15"]],
	["might sleep for one, were the timer armed", "rt", false, false, ["P15"]],
	["spins for one with interrupts off", "rt", true, true, []],
	["spins for any", "full", false, true, []],
] as const)("TM5, LK2: in atomic context del_timer_sync() %s (%s)", (_, preempt, irqsafe, armed, reports) => {
	const k = new Kernel({ cpus: 2, preempt });
	const sys = k.system({ state: { deleted: bool } });
	const timer = timer_setup(k, sys, "timer", irqsafe ? () => {} : [step("timer function", () => {})]);
	const cpu1 = k.Cpu.id(1);
	const body: Stmt<In<typeof sys>>[] = [
		step("add_timer_on(timer, 1)", ({ s }) => {
			if (armed) add_timer_on(k, s, timer, cpu1);
		}),
		preempt_disable(k),
		del_timer_sync<In<typeof sys>>(k, timer, ({ s }) => {
			s.deleted = true;
		}),
		preempt_enable(k),
	];
	spawn(k, sys, "task", body, { boundTo: k.Cpu.id(0) });
	addSoftirqs(k, sys);
	const blocks = ({ s }: { s: KernelState }) => k.tasks.some((id) => s.context[id].waits_for !== null);
	const stays = ({ s }: Pick<In<typeof sys>, "s">) => !s.deleted && reports.length === 0;
	const forbids = { "it blocks": blocks, "it is not deleted": { end: stays } };
	expect(failures(observe(sys, { forbids, reports }))).toEqual([]);
});

test("a timer that is armed must not be armed again", () => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const sys = k.system();
	const timer = timer_setup(k, sys, "timer", []);
	const add: Stmt<In<typeof sys>> = step("add_timer_on(timer, 0)", ({ s }) => add_timer_on(k, s, timer, k.Cpu.id(0)));
	spawn(k, sys, "task", [local_irq_disable(k), add, add]);
	addSoftirqs(k, sys);
	expect(failures(observe(sys, { reports: ["timer-pending"] }))).toEqual([]);
});
