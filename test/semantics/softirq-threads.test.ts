// SQ5, SQ9, SQ10: softirqs in tasks, and interrupt handlers in threads.
import { expect, test } from "vitest";
import {
	addHotplug,
	addInterrupts,
	addSoftirqs,
	addThreadedInterrupts,
	anyNoted,
	completeInSoftirq,
	in_serving_softirq,
	in_task,
	Kernel,
	type KernelState,
	local_bh_disable,
	local_bh_enable,
	type Preempt,
	raise_softirq,
	spin_lock,
	spin_unlock,
	spinlock,
	takeNoted,
	type WithBio,
	wake_up_process,
} from "../../src/kernel/index.ts";
import {
	bool,
	call,
	forget,
	type Id,
	type In,
	leave,
	loop,
	maybe,
	oneOf,
	perId,
	range,
	record,
	type Stmt,
	setOf,
	step,
	waitUntil,
} from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** ksoftirqd serves what a task has raised; a SCHED_FIFO thread is woken by an interrupt. */
const daemon = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt, ...variant });
	const sys = k.system({ state: { raised: bool, running: bool, before: bool, between: bool } });
	const raise = raise_softirq(k);
	spawn(k, sys, "task", [
		step("raise_softirq(BLOCK_SOFTIRQ)", (c) => {
			raise(c);
			c.s.raised = true;
		}),
		step("task", ({ s }) => {
			s.before = s.raised;
		}),
	]);
	const fifo = spawn(
		k,
		sys,
		"fifo",
		[
			step("fifo", ({ s }) => {
				s.between = s.running;
			}),
		],
		{ fifo: 1, sleeps: "asleep", boundTo: k.Cpu.id(0) },
	);
	addInterrupts(k, sys, [
		step("wake_up_process(fifo)", (c) => {
			wake_up_process(k, c, fifo);
		}),
	]);
	const action: Stmt<In<typeof sys>>[] = [
		step("softirq begins", ({ s }) => {
			s.raised = false;
			s.running = true;
		}),
		step("softirq ends", ({ s }) => {
			s.running = false;
		}),
	];
	addSoftirqs(k, sys, action);
	const between = { "a SCHED_FIFO thread runs in the middle": ({ s }: Pick<In<typeof sys>, "s">) => s.between };
	return observe(sys, {
		allows: { "the task goes on before": ({ s }) => s.before, ...(k.rt ? between : {}) },
		forbids: {
			...(k.rt ? {} : between),
			"it stays pending": { end: ({ s }) => s.cpu[k.Cpu.id(0)].block_pending },
			"ksoftirqd does not sleep again": { end: ({ s }) => k.ksoftirqd.some((id) => s.context[id].on_rq) },
		},
	});
};

litmus(
	"SQ5",
	"ksoftirqd is a fair thread that serves while softirqs are pending; without RT it is not preempted meanwhile",
	{
		NONE: daemon("none"),
		FULL: daemon("full"),
		RT: daemon("rt"),
	},
);

litmus("SQ9", "on RT a task serves softirqs: it can be preempted and can block, but not move; in_task() is false", {
	"a task that enables bottom halves": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "rt", ...variant });
		const sys = k.system({ state: { on: maybe(k.Cpu), asTask: bool, preempted: bool, moved: bool } });
		const [serving, task, raise] = [in_serving_softirq(k), in_task(k), raise_softirq(k)];
		const lock = spinlock(k, "lock");
		const action: Stmt<In<typeof sys>>[] = [
			step("softirq begins", (c) => {
				c.s.on = c.me.cpu;
				if (task(c) || !serving(c)) c.s.asTask = true;
			}),
			...[spin_lock(k, "lock", () => lock), spin_unlock(k, "lock", () => lock)],
			step("softirq ends", ({ s, me }) => {
				s.moved = s.on !== me.cpu;
				s.on = null;
			}),
		];
		const server = spawn(k, sys, "server", [
			local_bh_disable(k),
			step("raise_softirq(BLOCK_SOFTIRQ)", (c) => raise(c)),
			local_bh_enable(k, action),
		]);
		spawn(
			k,
			sys,
			"other",
			[
				spin_lock(k, "lock", () => lock),
				step("other task", ({ s, me }) => {
					if (s.on === me.cpu) s.preempted = true;
				}),
				spin_unlock(k, "lock", () => lock),
			],
			{ cpu: k.Cpu.id(1) },
		);
		addSoftirqs(k, sys, action);
		return observe(sys, {
			allows: {
				"another task runs in the middle": ({ s }) => s.preempted,
				"it waits for a lock": ({ s }) => s.on !== null && s.context[server].waits_for === lock,
			},
			forbids: { "it moves": ({ s }) => s.moved, "in_task() is true": ({ s }) => s.asTask },
		});
	},
});

test("SQ5: without preemption ksoftirqd offers its CPU between one round and the next", () => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const sys = k.system({ state: { rounds: range(0, 2), between: bool } });
	const raise = raise_softirq(k);
	spawn(k, sys, "task", [step("raise_softirq(BLOCK_SOFTIRQ)", raise)]);
	spawn(k, sys, "other", [
		step("other task", ({ s }) => {
			s.between = s.rounds === 1 && s.cpu[k.Cpu.id(0)].block_pending;
		}),
	]);
	addSoftirqs(k, sys, [
		step("softirq", (c: In<typeof sys>) => {
			c.s.rounds++;
			if (c.s.rounds === 1) raise(c);
		}),
	]);
	const experiment = observe(sys, {
		allows: { "another task between two rounds": ({ s }) => s.between },
		forbids: { "the second never comes": { end: ({ s }) => s.rounds < 2 } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("HP6: ksoftirqd stays on a CPU that is no longer active; once it is to park it serves nothing", () => {
	const k = new Kernel({ cpus: 2, bios: 1, preempt: "none", threadirqs: true, hotplug: "down" });
	const sys = k.system({ state: { toPark: bool, served: oneOf("no", "in time", "late") } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const ksoftirqd = (s: KernelState) => s.context[k.ksoftirqd[cpu1] as Id<"context">];
	const raise = raise_softirq(k);
	addInterrupts(k, sys, [
		step("raise_softirq(BLOCK_SOFTIRQ)", (c: In<typeof sys>) => {
			c.s.toPark = c.me.cpu === cpu1 && ksoftirqd(c.s).should_park;
			raise(c);
		}),
	]);
	addSoftirqs(k, sys, [
		step("softirq", ({ s }: In<typeof sys>) => {
			s.served = s.toPark ? "late" : "in time";
		}),
	]);
	addHotplug(k, sys);
	const experiment = observe(sys, {
		allows: {
			"it serves on a CPU that is no longer active": ({ s }) => s.cpu[cpu1].softirq && !s.cpu[cpu1].active,
			"what comes too late is left": { end: ({ s }) => s.toPark && s.cpu[cpu1].block_pending },
		},
		forbids: {
			"it serves though it is to park": ({ s }) => s.served === "late",
			"it leaves its CPU": ({ s }) => ksoftirqd(s).cpu === cpu0,
			"CPU 1 stays": { end: ({ s }) => s.cpu[cpu1].online },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("HP6: an interrupt thread that has lost its CPU goes on with the interrupts of that CPU", () => {
	const k = new Kernel({ cpus: 2, bios: 1, preempt: "none", threadirqs: true, hotplug: "down" });
	const sys = k.system({ state: { reportedOn: maybe(k.Cpu), handledOn: maybe(k.Cpu) } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	addThreadedInterrupts(k, sys, [
		step("handler", ({ s, me }: In<typeof sys>) => {
			s.handledOn = me.cpu;
		}),
	]);
	addHotplug(k, sys);
	const reportedOn1 = (s: KernelState) => k.Bio.all.some((bio) => s.bio[bio].cpu === cpu1);
	const experiment = observe(sys, {
		allows: { "on another": ({ s }) => s.handledOn === cpu0 && !s.cpu[cpu1].online },
		forbids: { "it is not handled": { end: ({ s }) => s.handledOn === null || reportedOn1(s) } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("SQ10: a softirq takes what the interrupts of its own CPU have noted", () => {
	const k = new Kernel({ cpus: 2, bios: 2, preempt: "none" });
	const sys = k.system({
		state: { noted: perId(k.Bio, record({ on: maybe(k.Cpu) })), taken: setOf(k.Bio), wrong: bool },
	});
	type Here = In<typeof sys, WithBio>;
	addInterrupts(k, sys, [
		step("interrupt", ({ s, f, me }: Here) => {
			s.noted[f.bio].on = me.cpu;
		}),
		completeInSoftirq(k),
	]);
	const take: Stmt<Here> = step("taken", ({ s, f, me }) => {
		s.taken.add(f.bio);
		if (s.noted[f.bio].on !== me.cpu) s.wrong = true;
	});
	const done = sys.routine("blk_done_softirq", { locals: { bio: k.Bio } }, [
		loop([
			takeNoted<Here>(
				k,
				"completing",
				[take, forget("bio")],
				[waitUntil("/* done list empty */", (c) => !anyNoted(k, "completing")(c)), leave()],
			),
		]),
	]);
	addSoftirqs(k, sys, [call(done)]);
	const experiment = observe(sys, {
		allows: { "both are taken": { end: ({ s }) => s.taken.size === 2 } },
		forbids: { "one of another CPU is": ({ s }) => s.wrong },
	});
	expect(failures(experiment)).toEqual([]);
});

/** Two bios reported to a threaded handler that raises a softirq, and a fair task. */
const threaded = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 2, threadirqs: true, preempt, ...variant });
	const sys = k.system({
		state: { inside: bool, raised: bool, asTask: bool, softirqInside: bool, fairFirst: bool, handled: range(0, 3) },
	});
	type Here = In<typeof sys>;
	const cpu0 = k.Cpu.id(0);
	const [task, raise] = [in_task(k), raise_softirq(k)];
	const action: Stmt<Here>[] = [
		step("softirq", ({ s }) => {
			s.softirqInside = s.inside;
			s.raised = false;
		}),
	];
	const handler: Stmt<Here>[] = [
		step("handler begins", (c) => {
			c.s.inside = true;
			c.s.raised = true;
			c.s.asTask = task(c);
			c.s.handled++;
			raise(c);
		}),
		step("handler ends", ({ s }) => {
			s.inside = false;
		}),
	];
	spawn(k, sys, "task", [
		step("fair task", ({ s }) => {
			s.fairFirst = s.inside || s.raised;
		}),
	]);
	addThreadedInterrupts(k, sys, handler, action);
	addSoftirqs(k, sys, action);
	const interrupted = {
		"an interrupt in the middle of the handler": ({ s }: Pick<Here, "s">) => s.inside && s.cpu[cpu0].hardirq,
	};
	return observe(sys, {
		allows: { "in_task() in the handler": ({ s }) => s.asTask, ...(k.rt ? interrupted : {}) },
		forbids: {
			...(k.rt ? {} : interrupted),
			"a bio is handled twice": ({ s }) => s.handled > 2,
			"the softirq runs inside the handler": ({ s }) => s.softirqInside,
			"a fair task runs before both have": ({ s }) => s.fairFirst,
		},
	});
};

litmus("SQ10", "a threaded handler runs at SCHED_FIFO 50 with bottom halves off and, without RT, interrupts off", {
	threadirqs: threaded("full"),
	RT: threaded("rt"),
});
