// SQ5, SQ9, SQ10: softirqs in tasks, and interrupt handlers in threads.
import {
	addInterrupts,
	addSoftirqs,
	addThreadedInterrupts,
	in_serving_softirq,
	in_task,
	Kernel,
	local_bh_disable,
	local_bh_enable,
	type Preempt,
	raise_softirq,
	spin_lock,
	spin_unlock,
	spinlock,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, type In, maybe, type Stmt, step } from "../../src/lang/index.ts";
import { litmus, observe, spawn, type Variant } from "./litmus.ts";

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

/** Two bios reported to a threaded handler that raises a softirq, and a fair task. */
const threaded = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 2, threadirqs: true, preempt, ...variant });
	const sys = k.system({ state: { inside: bool, raised: bool, asTask: bool, softirqInside: bool, fairFirst: bool } });
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
			"the softirq runs inside the handler": ({ s }) => s.softirqInside,
			"a fair task runs before both have": ({ s }) => s.fairFirst,
		},
	});
};

litmus("SQ10", "a threaded handler runs at SCHED_FIFO 50 with bottom halves off and, without RT, interrupts off", {
	threadirqs: threaded("full"),
	RT: threaded("rt"),
});
