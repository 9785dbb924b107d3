// TS10: a task has its CPU before it takes a step.
import {
	addInterrupts,
	addWorkers,
	Kernel,
	type Preempt,
	queue_work_on,
	schedule,
	set_current_state,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, call, type Id, type In, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { litmus, observe, spawn, type Variant } from "./litmus.ts";

/** An interrupt wakes a thread of a higher class between a task's being given the CPU and its first step. */
const keepsCpu = (preempt: Preempt, keeps: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt, ...variant });
	const sys = k.system({ state: { ran: bool, first: bool } });
	type Here = In<typeof sys>;
	const ran: Stmt<Here> = step("thread", ({ s }) => {
		s.ran = true;
	});
	const cpu0 = k.Cpu.id(0);
	const thread = spawn(k, sys, "thread", [ran], { fifo: 1, sleeps: "asleep", boundTo: cpu0 });
	const first: Stmt<Here> = step("task", ({ s }) => {
		s.first = s.context[thread].on_rq && !s.ran;
	});
	spawn(k, sys, "task", [first], { boundTo: cpu0 });
	addInterrupts(k, sys, [step("wake_up_process(thread)", (c) => void wake_up_process(k, c, thread))]);
	const goesFirst = { "the task goes first": ({ s }: Pick<Here, "s">) => s.first };
	return observe(sys, keeps ? { allows: goesFirst } : { forbids: goesFirst });
};

/** A worker that was asleep in its function is back on its CPU, and then spins until an item behind it is done. */
const keepsOthersAsleep = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, works: 2, preempt, ...variant });
	const sys = k.system({ state: { asleep: bool, done: bool, waited: bool } });
	type Here = In<typeof sys>;
	const [cpu0, a, b] = [k.Cpu.id(0), k.Work.add("a"), k.Work.add("b")];
	const queue = queue_work_on(k);
	const sleeper = (s: Here["s"]): Id<"context"> | undefined =>
		k.kworkers.find((id) => s.context[id].state === "UNINTERRUPTIBLE" && !s.context[id].on_rq);
	const a_fn = sys.routine("a_fn", { args: { work: k.Work } }, [
		set_current_state("UNINTERRUPTIBLE"),
		schedule(k),
		waitUntil(
			"while (!READ_ONCE(b_done)) cpu_relax()",
			({ s }) => s.done,
			({ s }) => {
				s.waited = true;
			},
		),
	]);
	const b_fn = sys.routine("b_fn", { args: { work: k.Work } }, [
		step("b_done = true", ({ s }) => {
			s.done = true;
		}),
	]);
	const wake: Stmt<Here> = waitUntil(
		"wake_up_process(a)",
		({ s }) => sleeper(s) !== undefined,
		(c) => void wake_up_process(k, c, sleeper(c.s) as Id<"context">),
	);
	spawn(
		k,
		sys,
		"task",
		[call(queue, () => ({ cpu: cpu0, work: a })), wake, call(queue, () => ({ cpu: cpu0, work: b }))],
		{ boundTo: k.Cpu.id(1) },
	);
	addWorkers(k, sys, { a_fn, b_fn }, (work) => (work === a ? "a_fn" : "b_fn"), { perPool: 2 });
	return observe(sys, {
		allows: {
			"no other is woken for the item": { end: ({ s }) => !s.waited },
			"another has been woken before": { end: ({ s }) => s.waited },
		},
	});
};

litmus(
	"TS10",
	"a task is given its CPU before it takes a step: it keeps it from others, and a worker counts as running",
	{
		"one of a higher class is woken in between, NONE": keepsCpu("none", true),
		"and under VOLUNTARY": keepsCpu("voluntary", true),
		"a worker that was asleep, FULL": keepsOthersAsleep("full"),
	},
);

litmus("TS5", "where it is preempted, it does not keep its CPU from one of a higher class", {
	FULL: keepsCpu("full", false),
	RT: keepsCpu("rt", false),
});
