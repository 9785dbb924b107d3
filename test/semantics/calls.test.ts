// IP1–IP5: cross-CPU calls.
import { expect, test } from "vitest";
import {
	__raise_softirq_irqoff,
	type In as Anywhere,
	addHardirqs,
	addHotplug,
	addIdle,
	addSoftirqs,
	addTask,
	csd,
	in_hardirq,
	init_csd,
	Kernel,
	type KernelState,
	local_bh_disable,
	local_bh_enable,
	local_irq_disable,
	local_irq_enable,
	type Options,
	raise_softirq,
	schedule,
	smpCalls,
	spin_lock,
	spin_unlock,
	spinlock,
	wake_up_process,
} from "../../src/kernel/index.ts";
import {
	bool,
	call,
	type Id,
	type In,
	ifdef,
	list,
	maybe,
	oneOf,
	type Stmt,
	step,
	waitUntil,
} from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

interface Setup extends Partial<Options> {
	/** From and to which CPU each call is made. */
	readonly pairs: readonly (readonly [from: number, to: number])[];
	/** All calls are made with one csd. */
	readonly shared?: boolean;
	/** The second caller waits for its call. */
	readonly waits?: boolean;
	/** CPU 1 has a task that disables interrupts for a while. */
	readonly busy?: boolean;
	/** The function uses its own csd again. */
	readonly again?: boolean;
	/** The function raises a softirq. */
	readonly raises?: boolean | "and wakes";
	/** The callers have interrupts off. */
	readonly off?: boolean;
	/** After or before the call, a task of CPU 1 is woken. */
	readonly wakes?: "after" | "before";
}

/** Tasks that call functions on other CPUs, and what comes of it. */
function calls(variant: Variant, { pairs, shared, waits, busy, again, raises, off, wakes, ...options }: Setup) {
	const k = new Kernel({ cpus: 2, preempt: "none", ...options, ...variant });
	const cpu1 = k.Cpu.id(1);
	const kind = (i: number) => (waits && i === 1 ? "sync" : "async");
	for (const [i] of pairs.entries()) if (!shared || i === 0) csd(k, `csd${i}`, [], kind(i));
	const node = (i: number) => k.CallNode.id(shared ? 0 : i);
	const ret = oneOf("0", "-EBUSY", "-ENXIO");
	const sys = k.system({
		state: {
			called: list(k.CallNode, pairs.length),
			returned: list(k.CallNode, pairs.length),
			where: oneOf("nowhere", "a hard interrupt", "a task with interrupts off", "elsewhere"),
			refused: maybe(ret),
			locked: bool,
			again: bool,
			empty: bool,
			late: bool,
			on: bool,
		},
	});
	type Here = In<typeof sys>;
	const raise = raises === "and wakes" ? raise_softirq(k) : __raise_softirq_irqoff(k);
	const func = sys.routine("func", { args: { csd: k.CallNode } }, [
		step("func()", (c) => {
			const { s, f, me } = c;
			s.called.push(f.csd);
			if (s.call_node[f.csd].locked && kind(f.csd) === "async") s.locked = true;
			const next = s.call_single_queue[me.cpu].flushing;
			if (next !== null && kind(next) === "sync") s.late = true;
			const off = s.cpu[me.cpu].irqs_off;
			s.where = in_hardirq(c) ? "a hard interrupt" : off ? "a task with interrupts off" : "elsewhere";
			if (raises) raise(c);
			if (!again) return;
			s.again = true;
			init_csd(k, s, f.csd);
		}),
		step("func() /* ends */", () => {}),
	]);
	const smp = smpCalls(k, { func }, () => "func");
	const sleeper: Id<"context">[] = wakes
		? [spawn(k, sys, "sleeper", [step("sleeper", () => {})], { boundTo: cpu1, sleeps: "asleep" })]
		: [];
	const wakeAll = (c: Anywhere): void => {
		for (const id of sleeper) wake_up_process(k, c, id);
	};
	for (const [i, [from, to]] of pairs.entries()) {
		const how = kind(i) === "sync" ? smp.smp_call_function_single : smp.smp_call_function_single_async;
		const caller = sys.routine(`caller${i}`, { locals: { ret } }, [
			ifdef(wakes === "before", [step("wake_up_process(sleeper)", wakeAll)]),
			ifdef(off === true, [local_irq_disable(k)]),
			call(how, () => ({ cpu: k.Cpu.id(to), csd: node(i) }), "ret"),
			step("returned", (c) => {
				const { s, f, me } = c;
				s.returned.push(node(i));
				s.on = !s.cpu[me.cpu].irqs_off;
				if (f.ret !== "0") s.refused = f.ret;
				if (wakes === "after") wakeAll(c);
			}),
			ifdef(off === true, [local_irq_enable(k)]),
		]);
		addTask(k, sys, `caller${i}`, caller, { boundTo: k.Cpu.id(from) });
	}
	if (busy)
		spawn(k, sys, "busy", [local_irq_disable(k), step("busy", () => {}), local_irq_enable(k)], { boundTo: cpu1 });
	const look = step<Here, string>("look", ({ s, me }) => {
		if (s.call_single_queue[me.cpu].first === null) s.empty = true;
	});
	addHardirqs(k, sys, [{ ...smp.interrupts, handler: [look, ...smp.interrupts.handler] }]);
	if (k.options.idlePolls) addIdle(k, sys, smp);
	addSoftirqs(k, sys, [ifdef(raises !== undefined, [step("softirq", () => {})])]);
	return { k, sys };
}

litmus("IP1", "who finds the queue empty sends the interrupt, and no one else; a polling idle task needs none", {
	"two callers of a busy CPU": (variant) => {
		const { sys } = calls(variant, {
			cpus: 3,
			pairs: [
				[0, 1],
				[2, 1],
			],
			busy: true,
		});
		return observe(sys, {
			allows: { "one interrupt serves both": { end: ({ s }) => s.called.length === 2 } },
			forbids: {
				"one is not called": { end: ({ s }) => s.called.length < 2 },
				"an interrupt that finds nothing": ({ s }) => s.empty,
			},
		});
	},
	"a CPU that polls": (variant) => {
		const { k, sys } = calls(variant, { pairs: [[0, 1]], idlePolls: true });
		const cpu1 = k.Cpu.id(1);
		return observe(sys, {
			allows: {
				"the idle task calls it": { end: ({ s }) => s.where === "a task with interrupts off" },
				"an interrupt does, sent before it polled": { end: ({ s }) => s.where === "a hard interrupt" },
			},
			forbids: {
				"softirqs are served though none is pending": ({ s }) => s.cpu[cpu1].softirq,
				"it is kicked and interrupted": ({ s }) => s.cpu[cpu1].call_ipi && s.cpu[cpu1].idle === "kicked",
				"it is not called": { end: ({ s }) => s.called.length === 0 },
			},
		});
	},
});

test("IP1: who is called after its idle task has polled, and given way to a task, is interrupted", () => {
	const { sys } = calls({}, { pairs: [[0, 1]], idlePolls: true, wakes: "before" });
	const experiment = observe(sys, {
		allows: { "it is": ({ s }) => s.where === "a hard interrupt" },
		forbids: { "it is not called": { end: ({ s }) => s.called.length === 0 } },
	});
	expect(failures(experiment)).toEqual([]);
});

litmus("IP2", "on the own CPU the function runs here and now; a locked csd and an offline CPU are refused", {
	"the own CPU": (variant) => {
		const { sys } = calls(variant, { pairs: [[0, 0]] });
		return observe(sys, {
			allows: { "called by the caller": { end: ({ s }) => s.where === "a task with interrupts off" } },
			forbids: {
				"called by an interrupt": ({ s }) => s.where === "a hard interrupt",
				"the caller returns before": ({ s }) => s.returned.length > s.called.length,
			},
		});
	},
	"the own CPU, with interrupts off": (variant) => {
		const { sys } = calls(variant, { pairs: [[0, 0]], off: true });
		return observe(sys, {
			allows: { "called by the caller": { end: ({ s }) => s.where === "a task with interrupts off" } },
			forbids: {
				"called by an interrupt": ({ s }) => s.where === "a hard interrupt",
				"interrupts are on": ({ s }) => s.on,
			},
		});
	},
	"the own CPU, by a csd that its function uses again": (variant) => {
		const { sys } = calls(variant, { pairs: [[0, 0]], again: true });
		return observe(sys, {
			allows: { "without complaint": ({ s }) => s.again },
			forbids: { "called by an interrupt": ({ s }) => s.where === "a hard interrupt" },
		});
	},
	"a csd that is under way": (variant) => {
		const { sys } = calls(variant, {
			pairs: [
				[0, 1],
				[0, 1],
			],
			shared: true,
		});
		return observe(sys, {
			allows: {
				"the second is refused": { end: ({ s }) => s.called.length === 1 && s.refused === "-EBUSY" },
				"both are called": { end: ({ s }) => s.called.length === 2 },
			},
			forbids: { "one is neither called nor refused": { end: ({ s }) => s.called.length < 2 && s.refused === null } },
		});
	},
	"an offline CPU": (variant) => {
		const { k, sys } = calls(variant, { pairs: [[0, 1]], hotplug: "down" });
		k.initial.push((s) => {
			s.cpu[k.Cpu.id(1)].online = false;
		});
		k.cpuVaries("online");
		// It is offline from the start: nobody takes it there.
		k.served.add("addHotplug(k, sys)");
		return observe(sys, {
			allows: { "the caller is told": { end: ({ s }) => s.refused === "-ENXIO" } },
			forbids: {
				"it is called": ({ s }) => s.called.length > 0,
				"the csd stays locked": { end: ({ s }) => s.call_node[k.CallNode.id(0)].locked },
			},
		});
	},
});

litmus("IP3", "first what callers wait for, then the others in their order; a csd is unlocked before its function", {
	"two calls from one CPU": (variant) => {
		const { sys } = calls(variant, {
			pairs: [
				[0, 1],
				[0, 1],
			],
			busy: true,
		});
		return observe(sys, {
			allows: { "both are called": { end: ({ s }) => s.called.length === 2 } },
			forbids: {
				"called in another order than queued": {
					end: ({ s }) => s.called.toArray().join() !== s.returned.toArray().join(),
				},
				"locked while its function runs": ({ s }) => s.locked,
			},
		});
	},
	"a csd that its own function uses again": (variant) => {
		const { sys } = calls(variant, { pairs: [[0, 1]], again: true });
		return observe(sys, { allows: { "without complaint": ({ s }) => s.again } });
	},
	"a caller that waits": (variant) => {
		const { k, sys } = calls(variant, {
			cpus: 3,
			pairs: [
				[0, 1],
				[2, 1],
			],
			waits: true,
			busy: true,
		});
		const sync = k.CallNode.id(1);
		return observe(sys, {
			allows: {
				"queued second, called first": ({ s }) =>
					s.returned.length === 1 && s.called.toArray().join() === "1" && !s.returned.includes(sync),
			},
			forbids: {
				"what nobody waits for goes before it": ({ s }) => s.late,
				"one is not called": { end: ({ s }) => s.called.length < 2 },
				"it returns before its function has run": ({ s }) => s.returned.includes(sync) && !s.called.includes(sync),
				"it waits for ever": { end: ({ s }) => s.returned.length < 2 },
			},
		});
	},
});

litmus("IP4", "an idle task that polled flushes the queue in task context, and runs the softirqs raised there", {
	"without RT": (variant) => {
		const { k, sys } = calls(variant, { pairs: [[0, 1]], idlePolls: true, raises: true });
		return observe(sys, {
			allows: { "the idle task calls it": ({ s }) => s.where === "a task with interrupts off" },
			forbids: {
				"a softirq stays pending": { end: ({ s }) => s.cpu[k.Cpu.id(1)].block_pending },
				"ksoftirqd is to run it": ({ s }) => k.ksoftirqd.some((id) => s.context[id].on_rq),
			},
		});
	},
	"on RT": (variant) => {
		const { k, sys } = calls(variant, { pairs: [[0, 1]], idlePolls: true, raises: true, preempt: "rt" });
		return observe(sys, {
			allows: { "the idle task calls it": ({ s }) => s.where === "a task with interrupts off" },
			forbids: { "a softirq stays pending": { end: ({ s }) => s.cpu[k.Cpu.id(1)].block_pending } },
		});
	},
});

test("IP4: on RT ksoftirqd is not woken where a task has bottom halves disabled, which serves them itself", () => {
	const k = new Kernel({ cpus: 2, preempt: "rt", idlePolls: true });
	const [cpu0, cpu1, lock, node] = [k.Cpu.id(0), k.Cpu.id(1), spinlock(k, "lock"), csd(k, "csd")];
	const sys = k.system({ state: { byIdle: bool, served: bool } });
	type Here = In<typeof sys>;
	const raise = __raise_softirq_irqoff(k);
	const waits = ({ s }: Pick<Here, "s">): boolean => k.tasks.some((id) => s.context[id].waits_for === lock);
	const func = sys.routine("func", { args: { csd: k.CallNode } }, [
		step("func()", (c: Here) => {
			c.s.byIdle = c.me.id === k.idleTasks[cpu1] && waits(c);
			raise(c);
		}),
	]);
	const action: Stmt<Here>[] = [
		step("softirq", ({ s }) => {
			s.served = true;
		}),
	];
	const smp = smpCalls(k, { func }, () => "func");
	const ret = oneOf("0", "-EBUSY", "-ENXIO");
	addIdle(k, sys, smp);
	const caller = sys.routine("caller", { locals: { ret } }, [
		spin_lock<Here>(k, "lock", () => lock),
		waitUntil("the other waits for the lock", waits),
		call(smp.smp_call_function_single_async, () => ({ cpu: cpu1, csd: node }), "ret"),
		waitUntil("it has raised", ({ s }) => s.cpu[cpu1].block_pending),
		spin_unlock<Here>(k, "lock", () => lock),
	]);
	addTask(k, sys, "caller", caller, { boundTo: cpu0 });
	const locked = [spin_lock<Here>(k, "lock", () => lock), spin_unlock<Here>(k, "lock", () => lock)];
	const wait: Stmt<Here> = waitUntil("the lock is taken", ({ s }) => s.lock[lock].owner !== null);
	spawn(k, sys, "waiter", [wait, local_bh_disable(k), ...locked, local_bh_enable<Here>(k, action)], { boundTo: cpu1 });
	addHardirqs(k, sys, [smp.interrupts]);
	addSoftirqs(k, sys, action);
	const experiment = observe(sys, {
		allows: { "the idle task calls it": ({ s }) => s.byIdle },
		forbids: {
			"ksoftirqd is woken": ({ s }) => k.ksoftirqd.some((id) => s.context[id].on_rq),
			"it is not served": { end: ({ s }) => !s.served },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test.each([false, true])(
	"IP4, SQ6: whether the idle task serves what ksoftirqd is woken for, before 6.5: %s",
	(before) => {
		const setup = { pairs: [[0, 1]], idlePolls: true, raises: "and wakes", ksoftirqdDefers: before } as const;
		const { k, sys } = calls({}, setup);
		const cpu1 = k.Cpu.id(1);
		const outcomes = observe(sys, {
			[before ? "forbids" : "allows"]: {
				"it does": ({ s }: { s: KernelState & { where: string } }) =>
					s.where === "a task with interrupts off" && s.cpu[cpu1].softirq && s.cpu[cpu1].curr !== k.ksoftirqd[cpu1],
			},
		});
		expect(failures(outcomes)).toEqual([]);
	},
);

interface Woken extends Partial<Pick<Options, "preempt">> {
	readonly idlePolls: boolean;
	readonly called: boolean;
}

/** A task of CPU 1 raises a softirq that nobody is woken for, sleeps, and is woken; `called`: CPU 0 also calls CPU 1. */
function wokenFromIdle({ idlePolls, called, preempt = "none" }: Woken) {
	const k = new Kernel({ cpus: 2, preempt, idlePolls });
	const [cpu0, cpu1, node] = [k.Cpu.id(0), k.Cpu.id(1), csd(k, "csd")];
	const sys = k.system({ state: { by: maybe(k.Context), ran: bool } });
	type Here = In<typeof sys>;
	const raise = __raise_softirq_irqoff(k);
	const func = sys.routine("func", { args: { csd: k.CallNode } }, [
		step("func()", ({ s, me }) => {
			s.by = me.id;
		}),
	]);
	const smp = smpCalls(k, { func }, () => "func");
	addIdle(k, sys, smp);
	const action: Stmt<Here>[] = [
		step("softirq", ({ s }) => {
			s.ran = true;
		}),
	];
	const raises: Stmt<Here> = step("__raise_softirq_irqoff(BLOCK_SOFTIRQ)", (c) => {
		raise(c);
		c.me.state = "UNINTERRUPTIBLE";
	});
	const sleeper: Id<"context"> = spawn(k, sys, "sleeper", [raises, schedule(k)], { boundTo: cpu1, sleeps: true });
	const asleep: Stmt<Here> = waitUntil(
		"CPU 1 is idle",
		({ s }) => !s.context[sleeper].on_rq && s.cpu[cpu1].curr === k.idleTasks[cpu1],
	);
	const wakes: Stmt<Here> = step("wake_up_process(sleeper)", (c) => {
		wake_up_process(k, c, sleeper);
	});
	const calling: Stmt<Here> = call(smp.smp_call_function_single_async, () => ({ cpu: cpu1, csd: node }));
	spawn(k, sys, "waker", [asleep, ...(called ? [calling] : []), wakes], { boundTo: cpu0 });
	addHardirqs(k, sys, [smp.interrupts]);
	addSoftirqs(k, sys, action);
	return { k, sys, cpu1 };
}

test("IP4: an idle task that finds the queue empty leaves alone what was pending before", () => {
	const { sys, cpu1 } = wokenFromIdle({ idlePolls: true, called: false });
	const experiment = observe(sys, {
		allows: { "it stays pending": { end: ({ s }) => s.cpu[cpu1].block_pending } },
		forbids: { "it runs": ({ s }) => s.ran },
	});
	expect(failures(experiment)).toEqual([]);
});

test("IP4: on RT ksoftirqd is not woken for what was pending before, and was not raised by a function", () => {
	const { k, sys, cpu1 } = wokenFromIdle({ idlePolls: true, called: true, preempt: "rt" });
	const experiment = observe(sys, {
		allows: {
			"the idle task calls it": ({ s }) => s.by === k.idleTasks[cpu1],
			"it stays pending": { end: ({ s }) => s.cpu[cpu1].block_pending },
		},
		forbids: { "it runs": ({ s }) => s.ran && s.by === k.idleTasks[cpu1] },
	});
	expect(failures(experiment)).toEqual([]);
});

test("IP4, IP5: an idle task that does not poll, too, may flush the queue before the interrupt comes", () => {
	const { k, sys, cpu1 } = wokenFromIdle({ idlePolls: false, called: true });
	const experiment = observe(sys, {
		allows: {
			"the interrupt calls it": ({ s }) => s.by === k.hardirqs[cpu1],
			"the idle task calls it": ({ s }) => s.by === k.idleTasks[cpu1],
		},
		forbids: { "it is not called": { end: ({ s }) => s.by === null } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("IP4: before 5.12 a softirq that was raised there stayed pending", () => {
	const { k, sys } = calls({}, { pairs: [[0, 1]], idlePolls: true, raises: true, idleFlushRunsSoftirq: false });
	const pending = {
		"a softirq stays pending": { end: ({ s }: { readonly s: KernelState }) => s.cpu[k.Cpu.id(1)].block_pending },
	};
	expect(failures(observe(sys, { allows: pending }))).toEqual([]);
});

test.each(["none", "full"] as const)(
	"IP4, HP4: a CPU whose idle task is on its way to the call queue is not taken offline (%s)",
	(preempt) => {
		const { k, sys } = calls({}, { pairs: [[0, 1]], idlePolls: true, hotplug: "down", preempt });
		addHotplug(k, sys);
		const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
		const experiment = observe(sys, {
			forbids: {
				"it is": ({ s }) => !s.cpu[cpu1].online && s.cpu[cpu1].idle !== "polling",
				"it is beside another whose idle task is": ({ s }) =>
					!s.cpu[cpu1].online &&
					s.cpu[cpu1].irqs_off &&
					s.cpu[cpu0].curr === k.idleTasks[cpu0] &&
					s.cpu[cpu0].idle !== "polling",
				"the CPU stays": { end: ({ s }) => s.cpu[cpu1].online },
				"a call is refused and comes": ({ s }) => s.refused !== null && s.called.length > 0,
			},
		});
		expect(failures(experiment)).toEqual([]);
	},
);

test("HP4: while all CPUs are stopped none goes idle", () => {
	const { k, sys } = calls({}, { pairs: [[0, 1]], idlePolls: true, hotplug: "down" });
	addHotplug(k, sys);
	const cpu1 = k.Cpu.id(1);
	const stopped = (s: KernelState): boolean => !s.cpu[cpu1].online && s.cpu[cpu1].irqs_off;
	sys.property("idles", {
		title: "a CPU goes idle meanwhile",
		statement: "No CPU goes idle while all are stopped.",
		on: { tick_stop: ({ s }) => !stopped(s) },
	});
	expect(failures(observe(sys, { allows: { "they are stopped": ({ s }) => stopped(s) } }))).toEqual([]);
});

test("IP4: no task displaces an idle task that polls: that goes out by itself, and flushes the queue", () => {
	const { k, sys } = calls({}, { pairs: [[0, 1]], idlePolls: true, wakes: "after", preempt: "full" });
	const cpu1 = k.Cpu.id(1);
	const displaced = ({ s }: { s: KernelState }) =>
		s.cpu[cpu1].idle !== "no" && s.cpu[cpu1].curr !== null && s.cpu[cpu1].curr !== k.idleTasks[cpu1];
	expect(failures(observe(sys, { forbids: { "one does": displaced } }))).toEqual([]);
});

litmus("IP5", "an interrupt comes some time after it was sent, perhaps when the queue has been flushed", {
	"an idle task that is woken": (variant) => {
		const { sys } = calls(variant, { pairs: [[0, 1]], idlePolls: true, wakes: "after" });
		return observe(sys, {
			allows: { "it finds nothing": ({ s }) => s.empty },
			forbids: { "the function is not called": { end: ({ s }) => s.called.length === 0 } },
		});
	},
});

test.each([0, 1])(
	"P18: two raisers of one csd both find it unlocked, and the second links it twice (to CPU %i)",
	(to) => {
		const pairs = [
			[0, 1],
			[2, to],
		] as const;
		const { sys } = calls({}, { cpus: 3, pairs, shared: true });
		expect(failures(observe(sys, { reports: ["P18"] }))).toEqual([]);
	},
);

test("HP7: a call that is on its way to a CPU that dies runs there before it is dead", () => {
	const { k, sys } = calls({}, { pairs: [[0, 1]], hotplug: "down" });
	addHotplug(k, sys);
	const cpu1 = k.Cpu.id(1);
	expect(
		failures(
			observe(sys, {
				allows: {
					"the dying CPU calls it": ({ s }) => !s.cpu[cpu1].online && s.where === "a task with interrupts off",
					"the caller is told that it is offline": ({ s }) => s.refused === "-ENXIO",
				},
				forbids: {
					neither: { end: ({ s }) => s.called.length === 0 && s.refused === null },
					"an interrupt waits for the dead CPU": ({ s }) => {
						const { online, irqs_off, call_ipi } = s.cpu[cpu1];
						return call_ipi && !online && !irqs_off;
					},
				},
			}),
		),
	).toEqual([]);
});

test.each([
	["is under way", ["P18"]],
	["has begun", []],
])("P18: a call is initialised that %s", (when, reports) => {
	const k = new Kernel({ cpus: 2, preempt: "none" });
	const sys = k.system({ state: { begun: bool } });
	const [cpu1, node] = [k.Cpu.id(1), csd(k, "csd")];
	const func = sys.routine("func", { args: { csd: k.CallNode } }, [
		step("func()", ({ s }) => {
			s.begun = true;
		}),
	]);
	const smp = smpCalls(k, { func }, () => "func");
	const init: Stmt<In<typeof sys>> = waitUntil(
		"init_csd(csd)",
		({ s }) => s.begun || when === "is under way",
		({ s }) => init_csd(k, s, node),
	);
	spawn(k, sys, "caller", [call(smp.smp_call_function_single_async, () => ({ cpu: cpu1, csd: node })), init]);
	addHardirqs(k, sys, [smp.interrupts]);
	expect(failures(observe(sys, { reports }))).toEqual([]);
});
