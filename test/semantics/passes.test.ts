// SQ3, SQ4: the passes of a softirq.
import { expect, test } from "vitest";
import {
	add_timer_on,
	addHardirqs,
	addHotplug,
	addInterrupts,
	addSoftirqs,
	completeInSoftirq,
	Kernel,
	local_bh_disable,
	local_bh_enable,
	type Preempt,
	raise_softirq,
	timer_setup,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, type In, oneOf, perId, range, record, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** An interrupt wakes a thread of a higher class, bound to the last CPU, while the softirq runs. */
const waited = (options: Pick<ConstructorParameters<typeof Kernel>[0], "cpus" | "hotplug">) => (variant: Variant) => {
	const k = new Kernel({ bios: 2, preempt: "full", ...options, ...variant });
	const sys = k.system({ state: { running: bool, waits: bool, late: bool } });
	const cpu0 = k.Cpu.id(0);
	const own = k.Cpu.all.at(-1) as typeof cpu0;
	const isAway = ({ s }: Pick<In<typeof sys>, "s">) => own === cpu0 || !s.cpu[own].online;
	spawn(k, sys, "task", [step("one", () => {}), step("two", () => {})], { boundTo: cpu0 });
	const fifo = spawn(
		k,
		sys,
		"fifo",
		[
			step("fifo", ({ s }) => {
				s.waits = false;
			}),
		],
		{ fifo: 1, sleeps: "asleep", boundTo: own },
	);
	addInterrupts(k, sys, [
		completeInSoftirq(k),
		step("if (running) wake_up_process(fifo)", (c) => {
			if (c.s.running) wake_up_process(k, c, fifo);
		}),
	]);
	addSoftirqs(k, sys, [
		step("softirq begins", (c) => {
			c.s.running = c.me.cpu === cpu0 && isAway(c);
			if (c.s.running && c.s.waits) c.s.late = true;
		}),
		step("softirq ends", (c) => {
			const { s } = c;
			if (!s.running) return;
			s.running = false;
			s.waits = s.context[fifo].on_rq && s.context[fifo].cpu === cpu0 && s.cpu[cpu0].curr !== fifo;
		}),
	]);
	if (options.hotplug !== undefined) addHotplug(k, sys);
	return observe(sys, {
		allows: { "it waits, and the softirq is left to ksoftirqd": ({ s }) => s.waits && s.cpu[cpu0].block_pending },
		forbids: {
			"another pass comes first": ({ s }) => s.late,
			"it stays pending": { end: ({ s }) => s.cpu[cpu0].block_pending },
		},
	});
};

litmus("SQ3", "after the action the pending bits are looked at again: one more pass, or ksoftirqd", {
	"raised again while it runs": (variant) => {
		const k = new Kernel({ cpus: 2, bios: 2, preempt: "full", ...variant });
		const on = record({ running: range(0, 2), ended: bool });
		const sys = k.system({ state: { on: perId(k.Cpu, on), restarted: bool } });
		const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
		const ksoftirqdRuns = ({ s }: Pick<In<typeof sys>, "s">) => k.ksoftirqd.some((id) => s.context[id].on_rq);
		addInterrupts(k, sys, [
			step("interrupt", ({ s, me }) => {
				s.on[me.cpu].ended = false;
			}),
			completeInSoftirq(k),
		]);
		addSoftirqs(k, sys, [
			step("softirq begins", (c) => {
				const here = c.s.on[c.me.cpu];
				here.running++;
				c.s.restarted = here.ended && !ksoftirqdRuns(c);
				here.ended = false;
			}),
			step("softirq ends", ({ s, me }) => {
				s.on[me.cpu].running--;
				s.on[me.cpu].ended = true;
			}),
		]);
		return observe(sys, {
			allows: {
				"an interrupt inside it raises it again": ({ s }) => s.on[cpu0].running === 1 && s.cpu[cpu0].block_pending,
				"it runs on both CPUs": ({ s }) => s.on[cpu0].running === 1 && s.on[cpu1].running === 1,
				"one more pass": ({ s }) => s.restarted,
				"the rest is left to ksoftirqd": ksoftirqdRuns,
			},
			forbids: {
				"it runs twice on one CPU": ({ s }) => k.Cpu.all.some((c) => s.on[c].running === 2),
				"it stays pending": { end: ({ s }) => k.Cpu.all.some((c) => s.cpu[c].block_pending) },
			},
		});
	},
	"while a task of a higher class waits": waited({ cpus: 1 }),
	"while one waits that has lost its own CPU": waited({ cpus: 2, hotplug: "down" }),
	"two vectors pending": (variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt: "none", ...variant });
		const sys = k.system({ state: { both: bool, timer_ran: bool, block_ran: bool, wrong: bool } });
		const cpu0 = k.Cpu.id(0);
		const timer = timer_setup(k, sys, "timer", [
			step("timer function", ({ s }) => {
				s.timer_ran = true;
			}),
		]);
		spawn(k, sys, "task", [
			local_bh_disable(k),
			step("add_timer_on(timer, 0)", ({ s }) => add_timer_on(k, s, timer, cpu0)),
			waitUntil(
				"both are pending",
				({ s }) => s.cpu[cpu0].timer_pending && s.cpu[cpu0].block_pending,
				({ s }) => {
					s.both = true;
				},
			),
			local_bh_enable(k),
		]);
		addInterrupts(k, sys, [completeInSoftirq(k)]);
		addSoftirqs(k, sys, [
			step("block action", ({ s }) => {
				s.block_ran = true;
				s.wrong = s.both && !s.timer_ran;
			}),
		]);
		return observe(sys, {
			allows: { "both run": { end: ({ s }) => s.both && s.timer_ran && s.block_ran } },
			forbids: {
				"the higher bit is served first": ({ s }) => s.wrong,
				"one is not served": { end: ({ s }) => s.both && !(s.timer_ran && s.block_ran) },
			},
		});
	},
});

test("SQ3: of two vectors the one that is not pending is not served", () => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "none" });
	const sys = k.system({ state: { timer_ran: bool, needless: bool } });
	const timer = timer_setup(k, sys, "timer", [
		step("timer function", ({ s }) => {
			s.timer_ran = true;
		}),
	]);
	const arms: Stmt<In<typeof sys>> = step("add_timer_on(timer, 0)", ({ s }) => add_timer_on(k, s, timer, k.Cpu.id(0)));
	spawn(k, sys, "task", [arms]);
	// BLOCK has an action, and nobody raises it.
	addSoftirqs(k, sys, [
		step("block action", ({ s }) => {
			s.needless = true;
		}),
	]);
	const experiment = observe(sys, {
		allows: { "the timer is": ({ s }) => s.timer_ran },
		forbids: { "the other is": ({ s }) => s.needless },
	});
	expect(failures(experiment)).toEqual([]);
});

test.each([
	["none", false],
	["voluntary", false],
	["full", false],
	["full", true],
] as const)(
	"SQ3, %s: one more pass also where a task of a higher class has the CPU and is still to take its first step (above another: %s)",
	(preempt, another) => {
		const k = new Kernel({ cpus: 1, bios: 2, preempt });
		const sys = k.system({ state: { ended: bool, begun: bool, restarted: bool } });
		const begin = step<In<typeof sys>, string>("first step", ({ s }) => {
			s.begun = true;
		});
		spawn(k, sys, "fifo", [begin], { fifo: 2, boundTo: k.Cpu.id(0) });
		if (another) spawn(k, sys, "lower", [], { fifo: 1, boundTo: k.Cpu.id(0) });
		addInterrupts(k, sys, [
			step("interrupt", ({ s }) => {
				s.ended = false;
			}),
			completeInSoftirq(k),
		]);
		addSoftirqs(k, sys, [
			step("softirq begins", ({ s }) => {
				s.restarted = s.ended && !s.begun && !k.ksoftirqd.some((id) => s.context[id].on_rq);
				s.ended = false;
			}),
			step("softirq ends", ({ s }) => {
				s.ended = true;
			}),
		]);
		expect(failures(observe(sys, { allows: { "one more pass": ({ s }) => s.restarted } }))).toEqual([]);
	},
);

test("TS5: which of two equal SCHED_FIFO tasks has the CPU is open while a softirq runs on top", () => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "full" });
	const sys = k.system({ state: { served: bool, begun: bool, first: oneOf("nobody", "a", "b") } });
	for (const name of ["a", "b"] as const)
		spawn(
			k,
			sys,
			name,
			[
				step("runs", ({ s }) => {
					if (s.served && !s.begun) s.first = name;
					s.begun = true;
				}),
			],
			{ fifo: 1, boundTo: k.Cpu.id(0) },
		);
	addInterrupts(k, sys, [completeInSoftirq(k)]);
	addSoftirqs(k, sys, [
		step("softirq", ({ s }) => {
			s.served = !s.begun;
		}),
	]);
	const allows = {
		"one goes on": ({ s }: First) => s.first === "a",
		"the other does": ({ s }: First) => s.first === "b",
	};
	expect(failures(observe(sys, { allows }))).toEqual([]);
});
type First = { readonly s: { readonly first: string } };

test("TS5, MG1: a SCHED_FIFO task that waits for a CPU may be moved while a softirq runs there", () => {
	const k = new Kernel({ cpus: 2, preempt: "full" });
	const sys = k.system({ state: { sent: bool, begun: bool, beside: bool } });
	type Here = In<typeof sys>;
	const cpu0 = k.Cpu.id(0);
	const raise = raise_softirq(k);
	const arrival = {
		label: "<interrupt>",
		pending: ({ s, me }: Pick<Here, "s" | "me">) => !s.sent && me.cpu === cpu0 && s.context[fifo].cpu === cpu0,
		enter: ({ s }: Pick<Here, "s">) => {
			s.sent = true;
		},
	};
	const runs: Stmt<Here> = step("runs", ({ s, me }) => {
		s.begun = true;
		s.beside = s.sent && s.cpu[cpu0].softirq && me.cpu !== cpu0;
	});
	const fifo = spawn(k, sys, "fifo", [runs], { fifo: 1, cpu: cpu0 });
	addHardirqs(k, sys, [{ arrivals: [arrival], handler: [step("raise_softirq(BLOCK_SOFTIRQ)", raise)] }]);
	addSoftirqs(k, sys, [step("softirq", () => {})]);
	expect(failures(observe(sys, { allows: { "it goes on elsewhere": ({ s }) => s.beside } }))).toEqual([]);
});

test("SQ3: no interrupt comes between the end of one and the look at what is pending", () => {
	const k = new Kernel({ cpus: 1, bios: 2, preempt: "none" });
	const sys = k.system({ state: { between: bool, ran: bool } });
	addInterrupts(k, sys, [
		step("interrupt", ({ s }) => {
			const { softirq, block_pending } = s.cpu[k.Cpu.id(0)];
			s.between = softirq && block_pending && !s.ran;
		}),
		completeInSoftirq(k),
	]);
	addSoftirqs(k, sys, [
		step("softirq", ({ s }) => {
			s.ran = true;
		}),
	]);
	expect(failures(observe(sys, { forbids: { "one does": ({ s }) => s.between } }))).toEqual([]);
});

const emptied = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 2, preempt, ...variant });
	const sys = k.system({ state: { items: range(0, 2), empty: bool } });
	const action: Stmt<In<typeof sys>>[] = [
		step("take the list", ({ s }) => {
			s.empty = s.items === 0;
			s.items = 0;
		}),
		step("process it", () => {}),
	];
	addInterrupts(k, sys, [
		step("add to the list", ({ s }) => {
			s.items++;
		}),
		completeInSoftirq(k),
	]);
	addSoftirqs(k, sys, action);
	return observe(sys, {
		allows: { "an extra pass finds nothing": ({ s }) => s.empty },
		forbids: { "an item is left": { end: ({ s }) => s.items > 0 } },
	});
};

litmus("SQ4", "the bit is cleared before the action takes its list: what is added in between makes an extra pass", {
	"without RT": emptied("full"),
	"on RT": emptied("rt"),
});
