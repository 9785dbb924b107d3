// IR1, BH1, BH2: interrupts off, bottom halves off.
import { expect, test } from "vitest";
import {
	addInterrupts,
	addSoftirqs,
	addThreadedInterrupts,
	completeInSoftirq,
	type In as InKernel,
	in_task,
	Kernel,
	local_bh_disable,
	local_bh_enable,
	local_irq_disable,
	local_irq_enable,
	local_irq_restore,
	local_irq_save,
	type Preempt,
	preempt_disable,
	preempt_enable,
	raise_softirq,
	schedule,
} from "../../src/kernel/index.ts";
import { bool, call, type In, maybe, oneOf, perId, range, record, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

const irqsOff = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, bios: 2, preempt, ...variant });
	const sys = k.system({ state: { inside: maybe(k.Cpu), moved: bool, preempted: bool, here: bool, elsewhere: bool } });
	const nested = sys.routine("nested", { locals: { flags: bool } }, [local_irq_save(k), local_irq_restore(k)]);
	spawn(k, sys, "task", [
		local_irq_save(k),
		step("inside", ({ s, me }) => {
			s.inside = me.cpu;
		}),
		call(nested),
		step("outside", ({ s, me }) => {
			s.moved = s.inside !== me.cpu;
			s.inside = null;
		}),
		local_irq_restore(k),
	]);
	const cpu0 = { boundTo: k.Cpu.id(0) };
	const other: Stmt<In<typeof sys>> = step("other task", ({ s, me }) => {
		s.preempted = s.inside === me.cpu;
	});
	spawn(k, sys, "other", [other], cpu0);
	addInterrupts(k, sys, [
		step("interrupt", ({ s, me }) => {
			if (s.inside === me.cpu) s.here = true;
			else if (s.inside !== null) s.elsewhere = true;
		}),
	]);
	return observe(sys, {
		allows: { "an interrupt on the other CPU": ({ s }) => s.elsewhere },
		forbids: {
			"an interrupt on this CPU": ({ s }) => s.here,
			"another task on this CPU": ({ s }) => s.preempted,
			"the task moves": ({ s }) => s.moved,
		},
	});
};

litmus("IR1", "with interrupts off nothing else happens on this CPU; restore brings back what was saved", {
	FULL: irqsOff("full"),
	RT: irqsOff("rt"),
});

/** What a task, or an interrupt, does with bottom halves, and what is reported of it. */
const does = (k: Kernel, body: readonly Stmt<InKernel>[], where: "task" | "hardirq", reports: readonly string[]) => {
	const sys = k.system();
	if (where === "task") spawn(k, sys, "task", body);
	else addInterrupts(k, sys, body);
	return observe(sys, { reports });
};

/** Bottom halves change where they must not. */
const changes = (body: (k: Kernel) => Stmt<InKernel>[], where: "task" | "hardirq") => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "full", ...variant });
	return does(k, body(k), where, ["P15"]);
};

test.each(["full", "rt"] as const)("IR1: interrupts are not enabled in a hard interrupt (%s)", (preempt) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt });
	expect(failures(does(k, [local_irq_enable(k)], "hardirq", ["P15"]))).toEqual([]);
});

test("BH2: on RT bottom halves may be disabled, but not enabled, where interrupts are off; neither in one", () => {
	const task = (body: (k: Kernel) => Stmt<InKernel>[], reports: readonly string[]) => {
		const k = new Kernel({ cpus: 1, preempt: "rt" });
		return failures(does(k, [preempt_disable(k), ...body(k), preempt_enable(k)], "task", reports));
	};
	const [off, on] = [local_irq_disable, local_irq_enable];
	expect(task((k) => [off(k), local_bh_disable(k), on(k), local_bh_enable(k)], [])).toEqual([]);
	expect(task((k) => [local_bh_disable(k), off(k), local_bh_enable(k), on(k)], ["P15"])).toEqual([]);
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "rt" });
	expect(failures(does(k, [local_bh_disable(k)], "hardirq", ["P15"]))).toEqual([]);
});

test("BH2: on RT a task with bottom halves off is an RCU reader: it may not sleep of its own will", () => {
	const k = new Kernel({ cpus: 1, preempt: "rt" });
	expect(failures(does(k, [local_bh_disable(k), schedule(k), local_bh_enable(k)], "task", ["P15"]))).toEqual([]);
});

test("BH2: on RT an enable that finds nothing pending serves nothing and wakes nobody", () => {
	const k = new Kernel({ cpus: 1, preempt: "rt" });
	const sys = k.system({ state: { ran: bool, over: bool } });
	const action: Stmt<In<typeof sys>>[] = [
		step("softirq", ({ s }) => {
			s.ran = true;
		}),
	];
	const over: Stmt<In<typeof sys>> = step("over", ({ s }) => {
		s.over = true;
	});
	spawn(k, sys, "task", [local_bh_disable(k), local_bh_enable(k, action), over]);
	addSoftirqs(k, sys, action);
	const experiment = observe(sys, {
		allows: { "it goes on": { end: ({ s }) => s.over } },
		forbids: {
			"the action runs": ({ s }) => s.ran,
			"ksoftirqd is woken": ({ s }) => k.ksoftirqd.some((id) => s.context[id].on_rq),
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("BH2: on RT only the last enable runs what was raised", () => {
	const k = new Kernel({ cpus: 1, preempt: "rt" });
	const sys = k.system({ state: { inside: bool, ran: bool, ranInside: bool } });
	const raise = raise_softirq(k);
	const action: Stmt<In<typeof sys>>[] = [
		step("softirq", ({ s }) => {
			s.ran = true;
			if (s.inside) s.ranInside = true;
		}),
	];
	spawn(k, sys, "task", [
		...[local_bh_disable(k), local_bh_disable(k)],
		step("raise_softirq(BLOCK_SOFTIRQ)", (c) => {
			raise(c);
			c.s.inside = true;
		}),
		local_bh_enable(k, action),
		step("outside", ({ s }) => {
			s.inside = false;
		}),
		local_bh_enable(k, action),
	]);
	addSoftirqs(k, sys, action);
	const forbids = { "it runs inside": ({ s }: Pick<In<typeof sys>, "s">) => s.ranInside };
	expect(failures(observe(sys, { allows: { "it runs": { end: ({ s }) => s.ran } }, forbids }))).toEqual([]);
});

litmus(
	"BH1",
	"without RT, bottom halves off is a count that also keeps preemption off; the last enable runs softirqs",
	{
		"a region, nested": (variant) => {
			const k = new Kernel({ cpus: 1, bios: 1, preempt: "full", ...variant });
			const sys = k.system({
				state: { inside: bool, raisedInside: bool, ran: bool, ranInside: bool, passed: bool, preempted: bool },
			});
			spawn(k, sys, "task", [
				...[local_bh_disable(k), local_bh_disable(k)],
				step("inside", ({ s }) => {
					s.inside = true;
				}),
				local_bh_enable(k),
				step("outside", ({ s }) => {
					s.inside = false;
				}),
				local_bh_enable(k),
				step("the next step", ({ s }) => {
					s.passed = s.raisedInside && !s.ran;
				}),
			]);
			spawn(k, sys, "other", [
				step("other task", ({ s }) => {
					s.preempted = s.inside;
				}),
			]);
			addInterrupts(k, sys, [
				step("interrupt", ({ s }) => {
					s.raisedInside = s.inside;
				}),
				completeInSoftirq(k),
			]);
			addSoftirqs(k, sys, [
				step("softirq", ({ s }) => {
					s.ran = true;
					s.ranInside = s.inside;
				}),
			]);
			return observe(sys, {
				allows: {
					"an interrupt raises a softirq inside": ({ s }) => s.raisedInside,
					"and it runs at the enable": ({ s }) => s.raisedInside && s.ran,
				},
				forbids: {
					"a softirq runs inside": ({ s }) => s.ranInside,
					"another task runs inside": ({ s }) => s.preempted,
					"the task goes on before what was raised has run": ({ s }) => s.passed,
				},
			});
		},
		"disabled in a hard interrupt": changes((k) => [local_bh_disable(k), local_bh_enable(k)], "hardirq"),
		"disabled with interrupts off": changes(
			(k) => [local_irq_disable(k), local_bh_disable(k), local_irq_enable(k), local_bh_enable(k)],
			"task",
		),
		"enabled with interrupts off": changes(
			(k) => [local_bh_disable(k), local_irq_disable(k), local_bh_enable(k), local_irq_enable(k)],
			"task",
		),
	},
);

test("BH1: the end of a region within a softirq starts no other", () => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "full" });
	const sys = k.system({ state: { times: range(0, 2), off: bool } });
	const raise = raise_softirq(k);
	const action: Stmt<In<typeof sys>>[] = [
		step("softirq", (c) => {
			c.s.times++;
			if (c.s.times === 1) raise(c);
		}),
		...[local_bh_disable(k), local_bh_enable(k)],
		step("softirq ends", ({ s, me }) => {
			s.off = s.cpu[me.cpu].irqs_off;
		}),
	];
	addInterrupts(k, sys, [completeInSoftirq(k)]);
	addSoftirqs(k, sys, action);
	const experiment = observe(sys, {
		allows: { "it runs again afterwards": { end: ({ s }) => s.times === 2 } },
		forbids: { "interrupts are off in the softirq": ({ s }) => s.off },
	});
	expect(failures(experiment)).toEqual([]);
});

/** The softirq lock of CPU 0 is held. */
const lockHeld = (k: Kernel, s: InKernel["s"]): boolean =>
	k.Lock.all.some((lock) => k.Lock.nameOf(lock) === "softirq_ctrl.lock[CPU0]" && s.lock[lock].owner !== null);

litmus("BH2", "on RT the first disable of a preemptible task takes the CPU's softirq lock; it stays preemptible", {
	"two tasks": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "rt", ...variant });
		const sys = k.system({
			state: {
				inside: perId(k.Cpu, record({ tasks: range(0, 2) })),
				between: bool,
				moved: bool,
				waitedOn: maybe(k.Cpu),
				movedWaiting: bool,
			},
		});
		for (const name of ["one", "two"])
			spawn(k, sys, name, [
				step("other task", ({ s, me }) => {
					if (s.inside[me.cpu].tasks > 0) s.between = true;
				}),
				...[local_bh_disable(k), local_bh_disable(k)],
				step("inside", ({ s, me }) => {
					s.inside[me.cpu].tasks++;
					if (s.waitedOn !== null && s.waitedOn !== me.cpu) s.movedWaiting = true;
				}),
				local_bh_enable(k),
				step("outside", ({ s, me }) => {
					const waiting = k.tasks.find((id) => s.context[id].waits_for !== null);
					if (waiting !== undefined) s.waitedOn = s.context[waiting].cpu;
					if (s.inside[me.cpu].tasks === 0) s.moved = true;
					else s.inside[me.cpu].tasks--;
				}),
				local_bh_enable(k),
			]);
		return observe(sys, {
			allows: {
				"one on each CPU": ({ s }) => k.Cpu.all.every((c) => s.inside[c].tasks === 1),
				"another task runs while one is inside": ({ s }) => s.between,
			},
			forbids: {
				"two inside on one CPU": ({ s }) => k.Cpu.all.some((c) => s.inside[c].tasks === 2),
				"a task moves inside": ({ s }) => s.moved,
				"a task moves while it waits": ({ s }) => s.movedWaiting,
			},
		});
	},
	"a preemptible and a non-preemptible caller": (variant) => {
		const k = new Kernel({ cpus: 1, preempt: "rt", ...variant });
		const at = oneOf("start", "preemptible", "non-preemptible");
		const sys = k.system({ state: { at, server: maybe(k.Context), inTask: oneOf("not asked", "yes", "no") } });
		const goTo = (place: "preemptible" | "non-preemptible"): Stmt<In<typeof sys>> =>
			step(`at = ${place}`, (c) => {
				c.s.at = place;
				raise(c);
			});
		const [raise, inTask] = [raise_softirq(k), in_task(k)];
		const action: Stmt<In<typeof sys>>[] = [
			step("softirq", ({ s, me }) => {
				s.server = me.id;
			}),
		];
		const task = spawn(k, sys, "task", [
			...[local_bh_disable(k), goTo("preemptible"), local_bh_enable(k, action)],
			step("the next step", (c) => {
				c.s.server = null;
				c.s.inTask = inTask(c) ? "yes" : "no";
			}),
			...[preempt_disable(k), local_bh_disable(k), goTo("non-preemptible"), local_bh_enable(k, action)],
			preempt_enable(k),
		]);
		addSoftirqs(k, sys, action);
		return observe(sys, {
			allows: {
				"the first holds the lock": ({ s }) => s.at === "preemptible" && lockHeld(k, s),
				"the first serves its softirq": ({ s }) => s.at === "preemptible" && s.server === task,
				"ksoftirqd serves that of the second": ({ s }) => s.at === "non-preemptible" && s.server === k.ksoftirqd[0],
			},
			forbids: {
				"the second holds the lock": ({ s }) => s.at === "non-preemptible" && s.context[task].bh > 0 && lockHeld(k, s),
				"the first is in a softirq afterwards": ({ s }) => s.inTask === "no",
				"the second serves": ({ s }) => s.at === "non-preemptible" && s.server === task,
				"a softirq is forgotten": { end: ({ s }) => s.cpu[k.Cpu.id(0)].block_pending },
			},
		});
	},
	"a non-preemptible caller where a task was preempted inside": (variant) => {
		const k = new Kernel({ cpus: 1, preempt: "rt", ...variant });
		const sys = k.system();
		spawn(k, sys, "one", [local_bh_disable(k), local_bh_enable(k)]);
		spawn(k, sys, "two", [preempt_disable(k), local_bh_disable(k), local_bh_enable(k), preempt_enable(k)]);
		return observe(sys, { reports: ["P15"] });
	},
	"an interrupt thread while ksoftirqd serves": (variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt: "rt", ...variant });
		const sys = k.system({ state: { serving: bool, cut: bool, handled: bool, served: bool } });
		const raise = raise_softirq(k);
		const action: Stmt<In<typeof sys>>[] = [
			step("softirq begins", ({ s }) => {
				s.serving = true;
			}),
			step("softirq ends", ({ s }) => {
				s.serving = false;
				s.served = true;
			}),
		];
		addThreadedInterrupts(
			k,
			sys,
			[
				step("handler", ({ s }) => {
					s.cut = s.serving;
					s.handled = true;
				}),
			],
			action,
		);
		spawn(k, sys, "task", [step("raise_softirq(BLOCK_SOFTIRQ)", (c) => raise(c))]);
		addSoftirqs(k, sys, action);
		return observe(sys, {
			allows: {
				"it waits for the lock": ({ s }) => s.serving && k.tasks.some((id) => s.context[id].waits_for !== null),
			},
			forbids: {
				"its handler runs in the middle of the softirq": ({ s }) => s.cut,
				"either never ends": { end: ({ s }) => !s.handled || !s.served },
			},
		});
	},
	"an interrupt that raises a softirq": (variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt: "rt", ...variant });
		const sys = k.system({ state: { server: maybe(k.Context), unlocked: bool } });
		const action: Stmt<In<typeof sys>>[] = [
			step("softirq", ({ s, me }) => {
				s.server = me.id;
				s.unlocked = !lockHeld(k, s);
			}),
		];
		const task = spawn(k, sys, "task", [local_bh_disable(k), local_bh_enable(k, action)]);
		addInterrupts(k, sys, [completeInSoftirq(k)]);
		addSoftirqs(k, sys, action);
		return observe(sys, {
			allows: {
				"inside the region: the task serves it": ({ s }) => s.server === task,
				"outside: ksoftirqd does": ({ s }) => s.server === k.ksoftirqd[0],
			},
			forbids: {
				"it is forgotten": { end: ({ s }) => s.server === null },
				"it is served without the lock": ({ s }) => s.unlocked,
			},
		});
	},
});
