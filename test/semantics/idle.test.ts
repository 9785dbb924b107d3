// SQ6, SQ7: softirqs that nobody is about to run: left to ksoftirqd, or pending on a CPU that goes idle.
import { expect, test } from "vitest";
import {
	__raise_softirq_irqoff,
	addHotplug,
	addIdle,
	addInterrupts,
	addSoftirqs,
	type ContextRecord,
	completeInSoftirq,
	cpuhp_setup_state,
	Kernel,
	local_bh_disable,
	local_bh_enable,
	local_irq_disable,
	local_irq_enable,
	type Preempt,
	preempt_disable,
	preempt_enable,
	raise_softirq,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, type In, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** A task raises a softirq, which wakes ksoftirqd, and has bottom halves off and on again; an interrupt comes. */
const deferring = (ksoftirqdDefers: boolean, preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt, ksoftirqdDefers, ...variant });
	const sys = k.system({ state: { over: bool, left: bool, done: bool } });
	const cpu0 = k.Cpu.id(0);
	const raise = raise_softirq(k);
	const runnable = (s: In<typeof sys>["s"]): boolean => s.context[k.ksoftirqd[0] as never].on_rq;
	const action: Stmt<In<typeof sys>>[] = [
		step("softirq", ({ s, me }) => {
			const by = preempt === "rt" ? me.id : s.cpu[cpu0].curr;
			s.over = by === task && runnable(s);
			s.left = by === k.ksoftirqd[0];
			s.done = true;
		}),
	];
	const task = spawn(k, sys, "task", [
		step("raise_softirq(BLOCK_SOFTIRQ)", (c) => raise(c)),
		local_bh_disable(k),
		local_bh_enable(k, action),
		step("task", () => {}),
	]);
	addInterrupts(k, sys, [completeInSoftirq(k)]);
	addSoftirqs(k, sys, action);
	const overTask = { "it runs on top of the task, ksoftirqd being runnable": ({ s }: In<typeof sys>) => s.over };
	return observe(sys, {
		allows: { "ksoftirqd runs it": ({ s }) => s.left, ...(ksoftirqdDefers ? {} : (overTask as never)) },
		forbids: {
			...(ksoftirqdDefers ? (overTask as never) : {}),
			"it is forgotten": { end: ({ s }) => s.cpu[cpu0].block_pending },
		},
	});
};

litmus("SQ6", "before 6.5 softirqs are left to ksoftirqd while that is runnable", {
	FULL: deferring(true, "full"),
	NONE: deferring(true, "none"),
	RT: deferring(true, "rt"),
});

test("SQ6: but not to one that is about to park", () => {
	const k = new Kernel({ cpus: 2, bios: 1, preempt: "none", ksoftirqdDefers: true, hotplug: "down" });
	const sys = k.system({ state: { parking: bool } });
	const cpu1 = k.Cpu.id(1);
	const action: Stmt<In<typeof sys>>[] = [
		step("softirq", ({ s, me }) => {
			const { on_rq, should_park } = s.context[k.ksoftirqd[cpu1] as never] as ContextRecord;
			s.parking = me.cpu === cpu1 && on_rq && should_park;
		}),
	];
	addInterrupts(k, sys, [completeInSoftirq(k)]);
	addSoftirqs(k, sys, action);
	addHotplug(k, sys);
	const experiment = observe(sys, { allows: { "it runs instead of that": ({ s }) => s.parking } });
	expect(failures(experiment)).toEqual([]);
});

test("SQ6: since 6.5 they run on top of whatever is there", () => {
	for (const preempt of ["full", "none", "rt"] as const) expect(failures(deferring(false, preempt)({}))).toEqual([]);
});

/** A task raises a softirq in a way that wakes nobody, and ends. */
const leaving = (tick: "kept" | "stopped") => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "none", tick, ...variant });
	const sys = k.system({ state: { done: bool, irqsOff: bool, early: bool } });
	const cpu0 = k.Cpu.id(0);
	const raise = __raise_softirq_irqoff(k);
	spawn(k, sys, "task", [
		local_irq_disable(k),
		step("__raise_softirq_irqoff(BLOCK_SOFTIRQ)", (c) => {
			raise(c);
			c.s.irqsOff = true;
		}),
		step("still off", ({ s }) => {
			s.irqsOff = false;
		}),
		local_irq_enable(k),
		step("task", () => {}),
	]);
	addSoftirqs(k, sys, [
		step("softirq", ({ s }) => {
			s.done = true;
			s.early = s.irqsOff;
		}),
	]);
	addIdle(k, sys);
	sys.property("splat", {
		title: "NOHZ tick-stop error",
		statement: "No CPU goes idle with softirqs pending.",
		on: { tick_stop: (_, _cpu, pending) => !pending },
	});
	const pending = { "it stays pending": { end: ({ s }: Pick<In<typeof sys>, "s">) => s.cpu[cpu0].block_pending } };
	return observe(sys, {
		allows: { "the tick runs it": ({ s }) => s.done, ...(tick === "stopped" ? pending : {}) },
		forbids: { "with interrupts off": ({ s }) => s.early, ...(tick === "kept" ? pending : {}) },
		reports: ["splat"],
	});
};

litmus(
	"SQ7",
	"a CPU that goes idle with softirqs pending complains; its tick is kept, or not, depending on the version",
	{
		"the tick is kept": leaving("kept"),
		"the tick is stopped": leaving("stopped"),
	},
);

test("SQ7, CX1: a CPU that goes idle with nothing pending does not complain; it never does below an interrupt or softirq", () => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "none" });
	const sys = k.system({ state: { idle: bool } });
	addInterrupts(k, sys, [completeInSoftirq(k)]);
	addSoftirqs(k, sys, [step("softirq", () => {})]);
	addIdle(k, sys);
	sys.property("splat", {
		title: "a CPU goes idle",
		statement: "It has nothing pending, and is at the level of tasks.",
		on: { tick_stop: ({ s }, cpu, pending) => !pending && !s.cpu[cpu].hardirq && !s.cpu[cpu].softirq },
	});
	const idle = { "it is idle": { end: ({ s }: Pick<In<typeof sys>, "s">) => s.cpu[k.Cpu.id(0)].curr !== null } };
	expect(failures(observe(sys, { allows: idle }))).toEqual([]);
});

test("HP4, SQ8: on a CPU that is offline neither its idle task nor its tick does anything", () => {
	const k = new Kernel({ cpus: 2, bios: 1, preempt: "none", hotplug: "down", tick: "kept" });
	const sys = k.system({ state: { ran: bool } });
	const cpu1 = k.Cpu.id(1);
	const raise = __raise_softirq_irqoff(k);
	addIdle(k, sys);
	const thread = spawn(k, sys, "kthread", [], { boundTo: cpu1, isPerCpu: true, sleeps: "asleep" });
	addInterrupts(k, sys, [
		step("wake_up_process(kthread)", (c) => {
			wake_up_process(k, c, thread);
		}),
	]);
	addSoftirqs(k, sys, [
		step("softirq", ({ s }) => {
			s.ran = true;
		}),
	]);
	cpuhp_setup_state(k, sys, "CPUHP_AP_SMPCFD_DYING", {
		teardown: () => [step("__raise_softirq_irqoff(BLOCK_SOFTIRQ)", (c) => raise(c))],
	});
	addHotplug(k, sys);
	const experiment = observe(sys, {
		allows: { "a softirq stays pending": { end: ({ s }) => s.cpu[cpu1].block_pending } },
		forbids: {
			"the idle task gives up the CPU": ({ s }) => !s.cpu[cpu1].online && s.cpu[cpu1].curr === null,
			"the softirq runs": ({ s }) => s.ran,
			"the CPU stays": { end: ({ s }) => s.cpu[cpu1].online },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("idle tasks ask where others wait, so they come before tasks that are moved with their next step", () => {
	const k = new Kernel({ cpus: 2, bios: 1, preempt: "none" });
	const sys = k.system();
	spawn(k, sys, "task", [step("task", () => {})]);
	expect(() => addIdle(k, sys)).toThrow(/before tasks are added that may be moved/);
});

test("a CPU is idle while the thread that takes it down waits for a grace period", () => {
	const k = new Kernel({ cpus: 2, preempt: "none", hotplug: "down" });
	const sys = k.system();
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	addIdle(k, sys);
	spawn(k, sys, "reader", [preempt_disable(k), preempt_enable(k)], { boundTo: cpu0 });
	addHotplug(k, sys);
	const experiment = observe(sys, {
		allows: {
			"it is idle": ({ s }) => s.cpu[cpu0].gp_waits && s.cpu[cpu1].curr === k.idleTasks[cpu1] && s.cpu[cpu1].dying,
		},
		forbids: { "the CPU stays": { end: ({ s }) => s.cpu[cpu1].online } },
	});
	expect(failures(experiment)).toEqual([]);
});
