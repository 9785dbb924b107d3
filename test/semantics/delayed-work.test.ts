// DW1–DW4: delayed work.
import { expect, test } from "vitest";
import {
	addHotplug,
	addInterrupts,
	addSoftirqs,
	addWorkers,
	disable_work_sync,
	enable_work,
	type Hotplug,
	INIT_DELAYED_WORK,
	Kernel,
	local_irq_disable,
	local_irq_enable,
	local_irq_restore,
	local_irq_save,
	mod_delayed_work_on,
	type Preempt,
	preempt_disable,
	preempt_enable,
	queue_delayed_work_on,
	type Timer,
} from "../../src/kernel/index.ts";
import { bool, call, maybe, oneOf, range, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

type Setting = Variant & {
	readonly cpus: number;
	readonly bios?: number;
	readonly preempt?: Preempt;
	readonly hotplug?: Hotplug;
};

/** A kernel with a delayed work whose function counts its runs. */
function delayed({ preempt = "none", ...options }: Setting) {
	const k = new Kernel({ works: 2, preempt, ...options });
	const sys = k.system({ state: { runs: range(0, 3), looked: bool, wrong: bool } });
	const work = INIT_DELAYED_WORK(k, "dwork");
	const timer = k.workTimers.get(work) as Timer;
	return { k, sys, work, timer, cpu0: k.Cpu.id(0), cpu1: k.Cpu.id(k.Cpu.count - 1) };
}

/** Its workers, and what fires its timer. */
function run({ k, sys }: ReturnType<typeof delayed>): void {
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("work_fn", ({ s }) => {
			s.runs++;
		}),
	]);
	addWorkers(k, sys, { fn }, () => "fn");
	addSoftirqs(k, sys);
}

litmus("DW1", "a delayed work is queued by its timer, at once without a delay, and not at all while it is PENDING", {
	"with a delay": (variant) => {
		const setting = delayed({ cpus: 1, ...variant });
		const { k, sys, work, timer, cpu0 } = setting;
		const queue = queue_delayed_work_on(k);
		spawn(k, sys, "task", [
			local_irq_save(k),
			call(queue, () => ({ cpu: cpu0, work, delay: 1 })),
			// No tick comes before interrupts are on.
			step("look", ({ s }) => {
				s.looked = s.timer[timer].base === cpu0 && s.work[work].pending;
				s.wrong = s.pool[cpu0].worklist.length > 0;
			}),
			call(queue, () => ({ cpu: cpu0, work, delay: 0 })),
			step("look again", ({ s }) => {
				s.wrong = s.wrong || s.pool[cpu0].worklist.length > 0;
			}),
			local_irq_restore(k),
		]);
		run(setting);
		return observe(sys, {
			allows: { "it is armed": ({ s }) => s.looked, "it runs": { end: ({ s }) => s.runs === 1 } },
			forbids: {
				"it is queued before the tick": ({ s }) => s.wrong,
				"it runs twice": ({ s }) => s.runs === 2,
				never: { end: ({ s }) => s.runs === 0 },
			},
		});
	},
	"another without": (variant) => {
		const setting = delayed({ cpus: 1, ...variant });
		const { k, sys, work, timer, cpu0 } = setting;
		const other = INIT_DELAYED_WORK(k, "other");
		const queue = queue_delayed_work_on(k);
		spawn(k, sys, "task", [
			local_irq_save(k),
			call(queue, () => ({ cpu: cpu0, work, delay: 0 })),
			call(queue, () => ({ cpu: cpu0, work: other, delay: 1 })),
			step("look", ({ s }) => {
				const worklist = s.pool[cpu0].worklist;
				s.looked = worklist.includes(work) && s.timer[timer].base === null;
				s.wrong = worklist.includes(other);
			}),
			local_irq_restore(k),
		]);
		run(setting);
		return observe(sys, {
			allows: { "it is queued at once": ({ s }) => s.looked, "both run": { end: ({ s }) => s.runs === 2 } },
			forbids: { "the other is queued at once": ({ s }) => s.wrong },
		});
	},
});

litmus("DW2", "the timer queues the work on the CPU that was named, wherever it fires; PENDING stays set until then", {
	"for a CPU that goes offline": (variant) => {
		const setting = delayed({ cpus: 2, hotplug: "down", ...variant });
		const { k, sys, work, timer, cpu0, cpu1 } = setting;
		const queue = queue_delayed_work_on(k);
		spawn(k, sys, "task", [call(queue, () => ({ cpu: cpu1, work, delay: 1 }))], { boundTo: cpu0 });
		run(setting);
		addHotplug(k, sys);
		return observe(sys, {
			allows: {
				"the timer has moved": ({ s }) => s.timer[timer].base === cpu0,
				"it is queued for the dead CPU": ({ s }) => !s.cpu[cpu1].online && s.pool[cpu1].worklist.includes(work),
			},
			forbids: {
				"it is queued for another CPU": ({ s }) => s.pool[cpu0].worklist.includes(work),
				"it is armed and not PENDING": ({ s }) => s.timer[timer].base !== null && !s.work[work].pending,
			},
		});
	},
});

litmus("DW4", "one that was armed for a CPU that dies runs elsewhere; one that is armed when it is dead waits for it", {
	"for a CPU that goes offline": (variant) => {
		const k = new Kernel({ works: 1, preempt: "none", cpus: 2, hotplug: "down", ...variant });
		const sys = k.system({ state: { armed: oneOf("not", "before", "after"), ran: maybe(k.Cpu) } });
		const work = INIT_DELAYED_WORK(k, "dwork");
		const timer = k.workTimers.get(work) as Timer;
		const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
		const queue = queue_delayed_work_on(k);
		spawn(
			k,
			sys,
			"task",
			[
				preempt_disable(k),
				step("look", ({ s }) => {
					s.armed = s.cpu[cpu1].online ? "before" : "after";
				}),
				call(queue, () => ({ cpu: cpu1, work, delay: 1 })),
				preempt_enable(k),
			],
			{ boundTo: cpu0 },
		);
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("work_fn", ({ s, me }) => {
				s.ran = me.cpu;
			}),
		]);
		addWorkers(k, sys, { fn }, () => "fn");
		addSoftirqs(k, sys);
		addHotplug(k, sys);
		return observe(sys, {
			allows: {
				"armed before, it runs on the other CPU": ({ s }) => s.armed === "before" && s.ran === cpu0,
				"armed when it is dead, it stays armed, and PENDING": {
					end: ({ s }) => s.armed === "after" && s.timer[timer].base === cpu1 && s.work[work].pending,
				},
			},
			forbids: { "armed before, it never runs": { end: ({ s }) => s.armed === "before" && s.ran === null } },
		});
	},
});

/** A work that is armed, then asked for at once or later, while it may be anywhere. */
const modified = (cpus: number, preempt: Preempt, delay: number) => (variant: Variant) => {
	const setting = delayed({ cpus, preempt, ...variant });
	const { k, sys, work, timer, cpu0, cpu1 } = setting;
	const [queue, modify] = [queue_delayed_work_on(k), mod_delayed_work_on(k)];
	spawn(k, sys, "task", [call(queue, () => ({ cpu: cpu0, work, delay: 1 }))], { boundTo: cpu0 });
	spawn(k, sys, "other", [call(modify, () => ({ cpu: cpu1, work, delay }))], { boundTo: cpu1 });
	run(setting);
	return observe(sys, {
		allows: {
			"it runs once": { end: ({ s }) => s.runs === 1 },
			"it had begun before it was asked for again": { end: ({ s }) => s.runs === 2 },
		},
		forbids: {
			"it runs more often": ({ s }) => s.runs === 3,
			never: { end: ({ s }) => s.runs === 0 },
			"it is queued and armed": ({ s }) =>
				s.timer[timer].base !== null && k.Cpu.all.some((c) => s.pool[c].worklist.includes(work)),
		},
	});
};

litmus("DW3", "mod_delayed_work_on() takes the work from its timer or worklist and queues it anew", {
	"at once, on one CPU": modified(1, "full", 0),
	"later, on one CPU": modified(1, "full", 1),
	"at once, from another CPU": modified(2, "none", 0),
	"later, from another CPU": modified(2, "none", 1),
	"on RT": modified(1, "rt", 1),
});

test("DW1, DW3, WQ10: interrupts are off while somebody owns PENDING, and as they were afterwards", () => {
	const setting = delayed({ cpus: 1, bios: 1 });
	const { k, sys, work, timer, cpu0 } = setting;
	const [queue, mod] = [queue_delayed_work_on(k), mod_delayed_work_on(k)];
	const [disable, enable] = [disable_work_sync(k), enable_work(k)];
	spawn(k, sys, "task", [
		call(queue, () => ({ cpu: cpu0, work, delay: 1 })),
		call(mod, () => ({ cpu: cpu0, work, delay: 1 })),
		call(disable, () => ({ work })),
		local_irq_disable(k),
		call(enable, () => ({ work })),
		step("still off", ({ s, me }) => {
			s.looked = s.cpu[me.cpu].irqs_off;
		}),
		local_irq_enable(k),
	]);
	addInterrupts(k, sys, [
		step("interrupt", ({ s }) => {
			const owned = s.work[work].pending && s.timer[timer].base === null && !s.pool[cpu0].worklist.includes(work);
			s.wrong = owned;
		}),
	]);
	run(setting);
	const experiment = observe(sys, {
		allows: { "off after enable_work()": ({ s }) => s.looked },
		forbids: { "on after enable_work()": { end: ({ s }) => !s.looked }, "an interrupt in between": ({ s }) => s.wrong },
	});
	expect(failures(experiment)).toEqual([]);
});
