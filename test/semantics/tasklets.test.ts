// SQ11–SQ14: tasklets; SQ3: several softirqs of a model.
import { describe, expect, test } from "vitest";
import {
	add_timer,
	addHotplug,
	addSoftirqs,
	addTask,
	cpuhp_setup_state,
	type In as InKernel,
	Kernel,
	local_bh_disable,
	local_bh_enable,
	local_irq_disable,
	local_irq_enable,
	type Preempt,
	preempt_disable,
	preempt_enable,
	raise_softirq,
	type Tasklet,
	type Timer,
	tasklet_disable,
	tasklet_disable_in_atomic,
	tasklet_disable_nosync,
	tasklet_enable,
	tasklet_hi_schedule,
	tasklet_kill,
	tasklet_schedule,
	tasklet_setup,
	timer_setup,
} from "../../src/kernel/index.ts";
import { bool, type In, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

type Step = Stmt<InKernel, string>;
/** The statement `tasklet_schedule(&name)`. */
const schedules = (k: Kernel, tasklet: Tasklet, schedule = tasklet_schedule(k)): Step =>
	step(`tasklet_schedule(&${k.Tasklet.nameOf(tasklet)})`, (c) => schedule(c, tasklet));

/** Two producers on two CPUs; the callback looks once what there is. */
const producers = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({
		state: { queued: range(0, 2), handled: range(0, 2), runs: range(0, 2), inside: range(0, 2) },
	});
	const tasklet = tasklet_setup(k, sys, "done", [
		step("handled = queued", ({ s }) => {
			s.inside++;
			s.handled = s.queued;
			s.runs++;
		}),
		step("return", ({ s }) => {
			s.inside--;
		}),
	]);
	for (const cpu of k.Cpu.all)
		spawn(
			k,
			sys,
			`producer${cpu}`,
			[
				step("queued++", ({ s }) => {
					s.queued++;
				}),
				schedules(k, tasklet),
			],
			{ boundTo: cpu },
		);
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it runs once for both": { end: ({ s }) => s.runs === 1 && s.handled === 2 },
			"it is scheduled again while it runs": ({ s }) =>
				s.tasklet[tasklet].run && s.tasklet[tasklet].sched && s.runs > 0,
			"and runs twice": { end: ({ s }) => s.runs === 2 },
		},
		forbids: {
			"what was queued last is not handled": { end: ({ s }) => s.handled < 2 },
			"it runs beside itself": ({ s }) => s.inside === 2,
			"it stays on a list": {
				end: ({ s }) => k.Cpu.all.some((c) => s.tasklet_vec[c].head !== null || s.cpu[c].tasklet_pending),
			},
		},
	});
};

litmus("SQ11", "a tasklet that is scheduled runs once, and again if it is scheduled while it runs", {
	NONE: producers("none"),
	FULL: producers("full"),
	RT: producers("rt"),
});

litmus("SQ12", "a tasklet does not run on two CPUs at a time: who finds it running comes back to it", {
	NONE: producers("none"),
	RT: producers("rt"),
});

/** A tasklet that is scheduled on CPU 0, and a task on CPU 1 that does without it for a while. */
const kept = (preempt: Preempt, how: "disable" | "spin" | "kill") => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt, ...variant });
	const sys = k.system({ state: { inside: bool, runs: range(0, 1), off: bool, over: bool, scheduled: bool } });
	const tasklet = tasklet_setup(k, sys, "done", [
		step("begin", ({ s }) => {
			s.inside = true;
			s.runs++;
		}),
		step("end", ({ s }) => {
			s.inside = false;
		}),
	]);
	const schedule = tasklet_schedule(k);
	const producer: Stmt<InKernel & { s: { scheduled: boolean } }, string> = step("tasklet_schedule(&done)", (c) => {
		schedule(c, tasklet);
		c.s.scheduled = true;
	});
	spawn(k, sys, "producer", [producer as never], { boundTo: k.Cpu.id(0) });
	const stop: Record<typeof how, Step> = {
		disable: tasklet_disable(k, tasklet),
		spin: how === "spin" ? tasklet_disable_in_atomic(k, tasklet) : tasklet_disable(k, tasklet),
		kill: tasklet_kill(k, tasklet),
	};
	spawn(
		k,
		sys,
		"user",
		[
			...(how === "kill" ? [waitUntil<In<typeof sys>, string>("scheduled", ({ s }) => s.scheduled)] : []),
			stop[how],
			step("it is off", ({ s }) => {
				s.off = true;
			}),
			step("still off", ({ s }) => {
				s.off = how === "kill";
			}),
			...(how === "kill" ? [] : [tasklet_enable(k, tasklet)]),
			step("over", ({ s }) => {
				s.over = true;
			}),
		],
		{ boundTo: k.Cpu.id(1) },
	);
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it is waited for": ({ s }) =>
				s.inside && k.tasks.some((id) => !s.context[id].on_rq && s.context[id].waits_on !== null),
			"it has run": { end: ({ s }) => s.runs === 1 && s.over },
			...(how === "kill" ? {} : { "it is put back": ({ s }) => s.off && s.cpu[k.Cpu.id(0)].tasklet_pending }),
		},
		forbids: {
			"it runs while it is off": ({ s }) => s.off && s.inside,
			"it never runs": { end: ({ s }) => s.runs === 0 },
			"the wait never ends": { end: ({ s }) => !s.over },
		},
	});
};

const spinning = (preempt: Preempt) => (variant: Variant) => {
	const experiment = kept(preempt, "spin")(variant);
	return { ...experiment, allows: experiment.allows.filter((name) => name !== "it is waited for") };
};

litmus("SQ13", "who has disabled or killed a tasklet does not go on before it has returned", {
	"disable NONE": kept("none", "disable"),
	"disable FULL": kept("full", "disable"),
	"disable RT": kept("rt", "disable"),
	"spin NONE": spinning("none"),
	"kill NONE": kept("none", "kill"),
	"kill FULL": kept("full", "kill"),
	"kill RT": kept("rt", "kill"),
});

/** Two tasklets that are scheduled on a CPU that goes down, when its ksoftirqd is parked. */
const takenOver = (hotplug: "down" | "downup") => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt: "none", hotplug, ...variant });
	const sys = k.system({ state: { on: range(0, 2), order: range(0, 3) } });
	const note = (name: string, digit: number) =>
		tasklet_setup(k, sys, name, [
			step("callback", ({ s, me }) => {
				s.on = me.cpu + 1;
				s.order = digit === s.order + 1 ? digit : 3;
			}),
		]);
	const [first, second] = [note("first", 1), note("second", 2)];
	const schedule = tasklet_schedule(k);
	addSoftirqs(k, sys);
	cpuhp_setup_state(k, sys, "CPUHP_AP_SMPBOOT_THREADS", {
		teardown: () => [
			step("tasklet_schedule(&first)", (c) => schedule(c, first)),
			step("tasklet_schedule(&second)", (c) => schedule(c, second)),
		],
	});
	addHotplug(k, sys);
	return observe(sys, {
		allows: {
			"it is scheduled on a CPU that is offline": ({ s }) =>
				s.tasklet_vec[k.Cpu.id(1)].head === first && !s.cpu[k.Cpu.id(1)].online,
			"both run": { end: ({ s }) => s.order === 2 },
		},
		forbids: {
			"on the dead CPU": ({ s }) => s.on === 2,
			"one never runs": { end: ({ s }) => s.order < 2 },
			"in another order": ({ s }) => s.order === 3,
		},
	});
};

litmus("SQ14", "tasklets that are scheduled on a CPU that has died run on that of the control task", {
	"ksoftirqd is parked": takenOver("down"),
	"and the CPU comes back": takenOver("downup"),
});

describe("what tasklets and softirqs are besides", () => {
	const inOrder = (preempt: Preempt) => {
		const k = new Kernel({ cpus: 1, preempt });
		const sys = k.system({ state: { ran: range(0, 3), wrong: bool } });
		const note = (place: number): Stmt<InKernel & { s: { ran: number; wrong: boolean } }, string>[] => [
			step("action", ({ s }) => {
				if (s.ran !== place) s.wrong = true;
				s.ran++;
			}),
		];
		const [last, first] = [
			tasklet_setup(k, sys, "last", note(2) as never),
			tasklet_setup(k, sys, "first", note(0) as never),
		];
		const [schedule, hi, raise] = [tasklet_schedule(k), tasklet_hi_schedule(k), raise_softirq(k, "IRQ_POLL_SOFTIRQ")];
		const actions = { IRQ_POLL_SOFTIRQ: note(1) as never };
		spawn(k, sys, "task", [
			local_bh_disable(k),
			step("tasklet_schedule(&last)", (c) => schedule(c, last)),
			step("raise_softirq(IRQ_POLL_SOFTIRQ)", (c) => raise(c)),
			step("tasklet_hi_schedule(&first)", (c) => hi(c, first)),
			local_bh_enable(k, actions),
		]);
		addSoftirqs(k, sys, actions);
		return observe(sys, {
			allows: { "all run": { end: ({ s }) => s.ran === 3 } },
			forbids: { "in another order": ({ s }) => s.wrong, "one does not": { end: ({ s }) => s.ran < 3 } },
		});
	};
	for (const preempt of ["none", "rt"] as const)
		test(`HI comes first, TASKLET last: ${preempt}`, () => expect(failures(inOrder(preempt))).toEqual([]));

	test.each(["HI_SOFTIRQ", "TASKLET_SOFTIRQ", "NET_RX_SOFTIRQ", "BLOCK_SOFTIRQ", "IRQ_POLL_SOFTIRQ"] as const)(
		"%s is served where it is the only one",
		(nr) => {
			const k = new Kernel({ cpus: 1, preempt: "none" });
			const sys = k.system({ state: { ran: bool } });
			const action: Stmt<InKernel & { s: { ran: boolean } }, string>[] = [
				step("action", ({ s }) => {
					s.ran = true;
				}),
			];
			const own = nr !== "HI_SOFTIRQ" && nr !== "TASKLET_SOFTIRQ";
			const raise = own ? raise_softirq(k, nr) : undefined;
			const schedule = own ? undefined : (nr === "HI_SOFTIRQ" ? tasklet_hi_schedule : tasklet_schedule)(k);
			const tasklet = tasklet_setup(k, sys, "tasklet", action as never);
			spawn(k, sys, "task", [
				step("raise", (c) => {
					raise?.(c);
					schedule?.(c, tasklet);
				}),
			]);
			addSoftirqs(k, sys, own ? { [nr]: action as never } : undefined);
			expect(failures(observe(sys, { forbids: { "it does not run": { end: ({ s }) => !s.ran } } }))).toEqual([]);
		},
	);

	test.each([
		["BLOCK_SOFTIRQ", false],
		["TASKLET_SOFTIRQ", true],
		["HI_SOFTIRQ", true],
	] as const)("SQ6: before 6.5, %s is served at once where ksoftirqd is runnable: %s", (nr, atOnce) => {
		const k = new Kernel({ cpus: 1, preempt: "none", ksoftirqdDefers: true });
		const sys = k.system({ state: { ran: bool, before: bool } });
		const block: Stmt<InKernel, string>[] = [step("blk_done_softirq()", () => {})];
		const tasklet = tasklet_setup(k, sys, "tasklet", [
			step("callback", ({ s }) => {
				s.ran = true;
			}),
		]);
		const [raise, schedule, hi] = [raise_softirq(k), tasklet_schedule(k), tasklet_hi_schedule(k)];
		spawn(k, sys, "task", [
			// It wakes ksoftirqd, which waits for the CPU.
			step("raise_softirq(BLOCK_SOFTIRQ)", (c) => raise(c)),
			local_bh_disable(k),
			step("raise another", (c) => {
				if (nr === "HI_SOFTIRQ") hi(c, tasklet);
				else if (nr === "TASKLET_SOFTIRQ") schedule(c, tasklet);
			}),
			local_bh_enable(k),
			step("goes on", ({ s }) => {
				s.before = atOnce ? s.ran : !s.cpu[k.Cpu.id(0)].block_pending;
			}),
		]);
		addSoftirqs(k, sys, block as never);
		const served = { "it is served before the task goes on": ({ s }: Pick<In<typeof sys>, "s">) => s.before };
		expect(failures(observe(sys, atOnce ? { allows: served } : { forbids: served }))).toEqual([]);
	});

	test("a second schedule before it runs changes nothing, and one list keeps its order", () => {
		const k = new Kernel({ cpus: 1, preempt: "none" });
		const sys = k.system({ state: { digits: range(0, 999) } });
		const note = (name: string, digit: number) =>
			tasklet_setup(k, sys, name, [
				step("callback", ({ s }) => {
					s.digits = s.digits * 10 + digit;
				}),
			]);
		const [one, two, three] = [note("one", 1), note("two", 2), note("three", 3)];
		spawn(k, sys, "task", [
			local_irq_disable(k),
			...[one, two, one, three, two].map((t) => schedules(k, t)),
			local_irq_enable(k),
		]);
		addSoftirqs(k, sys);
		const experiment = observe(sys, {
			allows: { "each once": { end: ({ s }) => s.digits === 123 } },
			forbids: { "anything else": { end: ({ s }) => s.digits !== 123 } },
		});
		expect(failures(experiment)).toEqual([]);
	});

	/** `body` in a task, or in the callback of another tasklet. */
	const errors = (body: (k: Kernel, tasklet: Tasklet) => readonly Step[], where: "task" | "callback" = "task") => {
		const k = new Kernel({ cpus: 1, preempt: "none" });
		const sys = k.system();
		const tasklet = tasklet_setup(k, sys, "done", []);
		const outer = tasklet_setup(k, sys, "outer", where === "callback" ? (body(k, tasklet) as never) : []);
		spawn(k, sys, "task", where === "task" ? [...body(k, tasklet)] : [schedules(k, outer)]);
		tasklet_schedule(k);
		addSoftirqs(k, sys);
		return failures(observe(sys, { reports: ["P15"] }));
	};
	test("disabling and killing sleep", () => {
		const atomic = (stop: Step) => (k: Kernel) => [preempt_disable(k), stop, preempt_enable(k)];
		expect(errors((k, t) => atomic(tasklet_disable(k, t))(k))).toEqual([]);
		expect(errors((k, t) => atomic(tasklet_kill(k, t))(k))).toEqual([]);
		expect(errors((k, t) => [tasklet_disable(k, t)], "callback")).toEqual([]);
		expect(errors((k, t) => [tasklet_kill(k, t)], "callback")).toEqual([]);
	});

	test("so does killing one that is scheduled and disabled, in atomic context", () => {
		const body = (k: Kernel, t: Tasklet): readonly Step[] => [
			tasklet_disable_nosync(k, t),
			schedules(k, t),
			preempt_disable(k),
			tasklet_kill(k, t),
		];
		expect(errors(body)).toEqual([]);
	});

	test("one that schedules itself is killed while it runs, and then not run again", () => {
		const k = new Kernel({ cpus: 2, preempt: "none" });
		const sys = k.system({ state: { runs: range(0, 2), over: bool } });
		const schedule = tasklet_schedule(k);
		const tasklet: Tasklet = tasklet_setup(k, sys, "done", [
			step("runs++", ({ s }) => {
				s.runs++;
			}),
			step("if (runs < 2) tasklet_schedule(&done)", (c) => {
				if (c.s.runs < 2) schedule(c, tasklet);
			}),
		]);
		spawn(k, sys, "producer", [schedules(k, tasklet)], { boundTo: k.Cpu.id(1) });
		const isScheduled = ({ s }: InKernel): boolean => s.tasklet[tasklet].sched || s.tasklet[tasklet].run;
		const user: readonly Step[] = [
			waitUntil("scheduled", isScheduled),
			tasklet_kill(k, tasklet),
			step("over", (c) => {
				(c.s as unknown as { over: boolean }).over = true;
			}),
		];
		spawn(k, sys, "user", user as never, { boundTo: k.Cpu.id(0) });
		addSoftirqs(k, sys);
		const isAsleep = (s: InKernel["s"]) => k.tasks.some((id) => s.context[id].waits_on !== null);
		const experiment = observe(sys, {
			allows: {
				"it has run once": { end: ({ s }) => s.runs === 1 && s.over },
				"it has run twice": { end: ({ s }) => s.runs === 2 && s.over },
				"it is waited for": ({ s }) => isAsleep(s),
			},
			forbids: {
				"it runs afterwards": ({ s }) => s.over && s.tasklet[tasklet].run,
			},
		});
		expect(failures(experiment)).toEqual([]);
	});

	test("one that is put back takes nobody along", () => {
		const k = new Kernel({ cpus: 1, preempt: "none" });
		const sys = k.system({ state: { first: range(0, 3), second: range(0, 3) } });
		const first = tasklet_setup(k, sys, "first", [
			step("first", ({ s }) => {
				s.first++;
			}),
		]);
		const second = tasklet_setup(k, sys, "second", [
			step("second", ({ s }) => {
				s.second++;
			}),
		]);
		spawn(k, sys, "task", [
			tasklet_disable_nosync(k, first),
			local_bh_disable(k),
			schedules(k, first),
			schedules(k, second),
			local_bh_enable(k),
			tasklet_enable(k, first),
		]);
		addSoftirqs(k, sys);
		const experiment = observe(sys, {
			allows: {
				"the second runs before the first": ({ s }) => s.second === 1 && s.first === 0,
				"both have run": { end: ({ s }) => s.first === 1 && s.second === 1 },
			},
			forbids: { "one twice": ({ s }) => s.first > 1 || s.second > 1 },
		});
		expect(failures(experiment)).toEqual([]);
	});

	test("enabling what is enabled is an error", () => {
		const k = new Kernel({ cpus: 1, preempt: "none" });
		const sys = k.system();
		const tasklet = tasklet_setup(k, sys, "done", []);
		spawn(k, sys, "task", [tasklet_enable(k, tasklet)]);
		addSoftirqs(k, sys);
		expect(failures(observe(sys, { reports: ["negative-count"] }))).toEqual([]);
	});

	test("disabled twice, it is enabled twice; to kill one that is disabled and scheduled waits for ever", () => {
		const build = (enables: number) => {
			const k = new Kernel({ cpus: 2, preempt: "none" });
			const sys = k.system({ state: { ran: bool, killed: bool } });
			const tasklet = tasklet_setup(k, sys, "done", [
				step("callback", ({ s }) => {
					s.ran = true;
				}),
			]);
			const enabling = Array.from({ length: enables }, () => tasklet_enable(k, tasklet));
			spawn(
				k,
				sys,
				"task",
				[
					tasklet_disable_nosync(k, tasklet),
					tasklet_disable_nosync(k, tasklet),
					schedules(k, tasklet),
					...enabling,
					tasklet_kill(k, tasklet),
					step("killed", ({ s }) => {
						s.killed = true;
					}),
				],
				{ boundTo: k.Cpu.id(0) },
			);
			addSoftirqs(k, sys);
			return { sys };
		};
		const [once, twice] = [build(1).sys, build(2).sys];
		expect(
			failures(observe(once, { forbids: { "it runs": ({ s }) => s.ran, "it is killed": ({ s }) => s.killed } })),
		).toEqual([]);
		expect(
			failures(
				observe(twice, {
					allows: { "it runs, and is killed": { end: ({ s }) => s.ran && s.killed } },
					forbids: { "it does not run": { end: ({ s }) => !s.ran }, "it is not killed": { end: ({ s }) => !s.killed } },
				}),
			),
		).toEqual([]);
	});

	test("who would never be served is told so", () => {
		const k = new Kernel({ cpus: 1, preempt: "rt" });
		const sys = k.system();
		const tasklet = tasklet_setup(k, sys, "done", []);
		expect(() => tasklet_disable_in_atomic(k, tasklet)).toThrow("not modelled on PREEMPT_RT");
		const other = new Kernel({ cpus: 1, preempt: "rt" });
		expect(() => tasklet_setup(other, sys, "done", [])).toThrow(
			"tasklet done is added to a system that k.system() of this kernel has not made",
		);
		addSoftirqs(k, sys);
		expect(() => tasklet_setup(k, sys, "late", [])).toThrow("tasklet late: to be made before addSoftirqs()");
		expect(() => tasklet_schedule(k)).toThrow("tasklet_schedule(): to be made before addSoftirqs()");
		expect(() => tasklet_hi_schedule(k)).toThrow("tasklet_hi_schedule(): to be made before addSoftirqs()");
	});

	test("a softirq that nobody serves, or that there is not", () => {
		const k = new Kernel({ cpus: 1, preempt: "none" });
		const sys = k.system();
		const raise = raise_softirq(k, "NET_RX_SOFTIRQ");
		spawn(k, sys, "task", [step("raise", (c) => raise(c))]);
		addSoftirqs(k, sys, []);
		expect(failures(observe(sys, {}))[0]).toContain(
			"NET_RX_SOFTIRQ, which is raised, needs addSoftirqs(k, sys, { NET_RX_SOFTIRQ: action }), which is not called",
		);
		const other = new Kernel({ cpus: 1, preempt: "none" });
		expect(() => addSoftirqs(other, other.system(), { TIMER_SOFTIRQ: [] } as never)).toThrow(
			"a softirq of addSoftirqs() is one of NET_RX_SOFTIRQ, BLOCK_SOFTIRQ, IRQ_POLL_SOFTIRQ, not TIMER_SOFTIRQ",
		);
	});

	test("RT: what is declared after local_bh_enable() was made", () => {
		const build = (what: "tasklet" | "timer", late: boolean) => {
			const k = new Kernel({ cpus: 1, preempt: "rt" });
			const sys = k.system();
			const declare = { tasklet: tasklet_setup, timer: timer_setup }[what];
			const early = declare(k, sys, "early", []);
			const [schedule, arm] = [tasklet_schedule(k), add_timer(k)];
			const enable = local_bh_enable(k);
			if (late) declare(k, sys, "late", []);
			const routine = sys.routine("task", {}, [
				local_bh_disable(k),
				step("serve me", (c) => (what === "tasklet" ? schedule(c, early as Tasklet) : arm(c, early as Timer))),
				enable,
			]);
			addTask(k, sys, "task", routine);
			addSoftirqs(k, sys);
			return failures(observe(sys, {}));
		};
		for (const what of ["tasklet", "timer"] as const) {
			expect(build(what, false)).toEqual([]);
			expect(build(what, true)[0]).toContain(`local_bh_enable() has ${what}s to run that are declared after it`);
		}
	});
});
