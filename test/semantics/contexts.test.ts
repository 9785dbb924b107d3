// CX1–CX4: contexts, and the predicates on where one stands.
import { expect, test } from "vitest";
import {
	addInterrupts,
	addSoftirqs,
	completeInSoftirq,
	in_hardirq,
	in_interrupt,
	in_serving_softirq,
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
	preemptible,
	raise_softirq,
	rcu_read_lock,
	rcu_read_unlock,
	spin_lock,
	spin_unlock,
	spinlock,
} from "../../src/kernel/index.ts";
import { bool, type In, ids, oneOf, perId, range, record, type Stmt, setOf, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

litmus("CX1", "on one CPU a lower context does not go on before a higher one has ended", {
	"task, softirq and hard interrupt": (variant) => {
		const k = new Kernel({ cpus: 2, bios: 2, preempt: "full", ...variant });
		const active = record({ hardirq: bool, softirq: bool });
		const sys = k.system({
			state: { on: perId(k.Cpu, active), taskBelow: bool, taskBeside: bool, softirqBelow: bool },
		});
		const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
		spawn(
			k,
			sys,
			"task",
			[
				step("task", ({ s, me }) => {
					s.taskBelow = s.on[me.cpu].hardirq || s.on[me.cpu].softirq;
					s.taskBeside = s.on[cpu1].hardirq;
				}),
			],
			{ boundTo: cpu0 },
		);
		addInterrupts(k, sys, [
			step("enter hardirq", ({ s, me }) => {
				s.on[me.cpu].hardirq = true;
			}),
			completeInSoftirq(k),
			step("leave hardirq", ({ s, me }) => {
				s.on[me.cpu].hardirq = false;
			}),
		]);
		addSoftirqs(k, sys, [
			step("enter softirq", ({ s, me }) => {
				s.on[me.cpu].softirq = true;
			}),
			step("leave softirq", ({ s, me }) => {
				s.softirqBelow = s.on[me.cpu].hardirq;
				s.on[me.cpu].softirq = false;
			}),
		]);
		return observe(sys, {
			allows: {
				"a hard interrupt on top of a softirq": ({ s }) => s.on[cpu0].softirq && s.on[cpu0].hardirq,
				"hard interrupts on both CPUs": ({ s }) => s.on[cpu0].hardirq && s.on[cpu1].hardirq,
				"a task beside the other CPU's interrupt": ({ s }) => s.taskBeside,
			},
			forbids: {
				"a task goes on below an interrupt or softirq": ({ s }) => s.taskBelow,
				"a softirq goes on below an interrupt": ({ s }) => s.softirqBelow,
			},
		});
	},
});

const servingOrDisabled = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt, ...variant });
	const seen = record({ serving: bool, task: bool });
	const sys = k.system({ state: { disabled: seen, softirq: seen } });
	const [serving, task, raise] = [in_serving_softirq(k), in_task(k), raise_softirq(k)];
	const action: Stmt<In<typeof sys>>[] = [
		step("softirq", (c) => {
			c.s.softirq = { serving: serving(c), task: task(c) };
		}),
	];
	spawn(k, sys, "task", [
		local_bh_disable(k),
		step("look", (c) => {
			c.s.disabled = { serving: serving(c), task: task(c) };
		}),
		step("raise_softirq(BLOCK_SOFTIRQ)", raise),
		local_bh_enable(k, action),
	]);
	addSoftirqs(k, sys, action);
	return observe(sys, {
		allows: {
			"in_task() with bottom halves disabled": ({ s }) => s.disabled.task,
			"in_serving_softirq() in a softirq": ({ s }) => s.softirq.serving,
		},
		forbids: {
			"in_serving_softirq() with bottom halves disabled": ({ s }) => s.disabled.serving,
			"in_task() in a softirq": ({ s }) => s.softirq.task,
		},
	});
};

/** An interrupt over a task, or softirq level, that serves a softirq, and over one that has bottom halves off. */
const interrupting = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt, ...variant });
	const over = oneOf("neither", "disabled", "serving", "preemption off");
	const sys = k.system({ state: { at: over, told: over, wrong: bool } });
	const [serving, raise] = [in_serving_softirq(k), raise_softirq(k)];
	const goTo = (at: "neither" | "disabled" | "serving" | "preemption off"): Stmt<In<typeof sys>> =>
		step(at, ({ s }) => {
			s.at = at;
		});
	const action = [goTo("serving"), goTo("neither")];
	spawn(k, sys, "task", [
		...[preempt_disable(k), goTo("preemption off"), goTo("neither"), preempt_enable(k)],
		...[local_bh_disable(k), goTo("disabled"), goTo("neither")],
		step("raise_softirq(BLOCK_SOFTIRQ)", raise),
		local_bh_enable(k, action),
	]);
	addInterrupts(k, sys, [
		step("look", (c: In<typeof sys>) => {
			c.s.told = c.s.at;
			c.s.wrong = c.s.at !== "neither" && serving(c) !== (c.s.at === "serving");
		}),
	]);
	addSoftirqs(k, sys, action);
	return observe(sys, {
		allows: {
			"over a softirq": ({ s }) => s.told === "serving",
			"over bottom halves that are off": ({ s }) => s.told === "disabled",
			"over a task that is neither and keeps its CPU": ({ s }) => s.told === "preemption off",
		},
		forbids: { "in_serving_softirq() tells them not apart": ({ s }) => s.wrong },
	});
};

litmus("CX2", "disabled bottom halves and a softirq being served are different bits of the count", {
	"without RT": servingOrDisabled("full"),
	"on RT": servingOrDisabled("rt"),
	"an interrupt, without RT": interrupting("full"),
});

test("CX2: an interrupt on RT knows whether the task below it serves a softirq", () => {
	expect(failures(interrupting("rt")({}))).toEqual([]);
});

test.each(["none", "full"] as const)(
	"CX1: rcu_read_lock() in an interrupt is not counted for the task below, %s",
	(preempt) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt });
		const sys = k.system({ state: { read: bool, counted: bool } });
		const task = spawn(k, sys, "task", [rcu_read_lock(k), rcu_read_unlock(k)]);
		const reads: Stmt<In<typeof sys>> = step("rcu_dereference(p)", ({ s }) => {
			s.read = true;
			s.counted = s.context[task].rcu > 1;
		});
		addInterrupts(k, sys, [rcu_read_lock(k), reads, rcu_read_unlock(k)]);
		const experiment = observe(sys, {
			allows: { "it reads": ({ s }) => s.read },
			forbids: { "it is": ({ s }) => s.counted },
		});
		expect(failures(experiment)).toEqual([]);
	},
);

/** What the predicates are to say in each region: in_interrupt(), in_task(), preemptible(). */
type Answers = readonly [boolean, boolean, boolean];
type Table = Readonly<Record<"plain" | "bh" | "preempt" | "irqs" | "lock" | "hardirq", Answers>>;

const predicates = (preempt: Preempt, table: Table) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt, ...variant });
	const names = Object.keys(table) as (keyof Table)[];
	const Region = ids("region", names.length);
	const sys = k.system({ state: { asTold: setOf(Region) } });
	const ask = [in_interrupt(k), in_task(k), preemptible(k)];
	const look = (name: keyof Table): Stmt<In<typeof sys>> =>
		step("look", (c) => {
			const right = in_hardirq(c) === (name === "hardirq") && ask.every((is, i) => is(c) === table[name][i]);
			if (right) c.s.asTold.add(Region.id(names.indexOf(name)));
		});
	const lock = spinlock(k, "lock");
	spawn(k, sys, "task", [
		look("plain"),
		...[local_bh_disable(k), look("bh"), local_bh_enable(k)],
		...[preempt_disable(k), look("preempt"), preempt_enable(k)],
		...[local_irq_disable(k), look("irqs"), local_irq_enable(k)],
		...[spin_lock(k, "lock", () => lock), look("lock"), spin_unlock(k, "lock", () => lock)],
	]);
	addInterrupts(k, sys, [look("hardirq")]);
	const asTold =
		(i: number) =>
		({ s }: Pick<In<typeof sys>, "s">) =>
			s.asTold.has(Region.id(i));
	return observe(sys, {
		allows: Object.fromEntries(names.map((name, i) => [`${name}: ${table[name].join(", ")}`, asTold(i)])),
	});
};

litmus("CX3", "in_interrupt() is true with bottom halves disabled; in_task() whatever a task disables", {
	"without RT": predicates("full", {
		plain: [false, true, true],
		bh: [true, true, false],
		preempt: [false, true, false],
		irqs: [false, true, false],
		lock: [false, true, false],
		hardirq: [true, false, false],
	}),
	"on RT": predicates("rt", {
		plain: [false, true, true],
		bh: [true, true, true],
		preempt: [false, true, false],
		irqs: [false, true, false],
		lock: [false, true, true],
		hardirq: [true, false, false],
	}),
});

litmus("CX4", "an interrupt enters where interrupts are on and none is active; handlers do not nest", {
	"two interrupts": (variant) => {
		const k = new Kernel({ cpus: 2, bios: 2, preempt: "none", ...variant });
		const active = record({ handlers: range(0, 2) });
		const sys = k.system({ state: { on: perId(k.Cpu, active), irqsOff: bool } });
		const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
		const setOff = (off: boolean): Stmt<In<typeof sys>> =>
			step(off ? "interrupts are off" : "interrupts will be on", ({ s }) => {
				s.irqsOff = off;
			});
		spawn(k, sys, "task", [local_irq_save(k), setOff(true), setOff(false), local_irq_restore(k)], { boundTo: cpu0 });
		addInterrupts(k, sys, [
			step("enter", ({ s, me }) => {
				s.on[me.cpu].handlers++;
			}),
			step("leave", ({ s, me }) => {
				s.on[me.cpu].handlers--;
			}),
		]);
		return observe(sys, {
			allows: {
				"one handler on each CPU": ({ s }) => s.on[cpu0].handlers === 1 && s.on[cpu1].handlers === 1,
				"a handler beside the other CPU's interrupts-off region": ({ s }) => s.irqsOff && s.on[cpu1].handlers === 1,
				"both interrupts on CPU 0, one after the other": {
					end: ({ s }) => k.Bio.all.every((bio) => s.bio[bio].cpu === cpu0),
				},
			},
			forbids: {
				"a handler with interrupts on": ({ s }) => k.Cpu.all.some((c) => s.on[c].handlers > 0 && !s.cpu[c].irqs_off),
				"two handlers on one CPU": ({ s }) => k.Cpu.all.some((c) => s.on[c].handlers === 2),
				"a handler on a CPU whose interrupts are off": ({ s }) => s.irqsOff && s.on[cpu0].handlers > 0,
			},
		});
	},
});
