// PR1, P15: what may sleep is an error in atomic context, whether or not it has to sleep.
import { expect, test } from "vitest";
import {
	type In as Anywhere,
	addWorkers,
	cpus_read_lock,
	disable_work_sync,
	flush_work,
	flush_workqueue,
	isExecuting,
	Kernel,
	preempt_disable,
	queue_work_on,
	type Work,
} from "../../src/kernel/index.ts";
import { bool, call, type In, type Stmt, step } from "../../src/lang/index.ts";
import { failures, observe, spawn } from "./litmus.ts";

type Sleep = (k: Kernel, work: Work) => Stmt<Anywhere>;
const flush: Sleep = (k) => call(flush_workqueue(k, k.Work.all));
const flushOne: Sleep = (k, work) => call(flush_work(k), () => ({ work }));
const disable: Sleep = (k, work) => call(disable_work_sync(k), () => ({ work }));
const read: Sleep = (k) => cpus_read_lock(k);

test.each([
	["flush_workqueue()", flush],
	["flush_work()", flushOne],
	["disable_work_sync()", disable],
	["cpus_read_lock()", read],
])("%s with preemption off, while a work is queued, runs or has run", (_, sleeps) => {
	const k = new Kernel({ cpus: 2, works: 1, preempt: "full" });
	const sys = k.system({ state: { runs: bool, returned: bool } });
	const [cpu1, work] = [k.Cpu.id(1), k.Work.add("work")];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [step("one", () => {}), step("two", () => {})]);
	const look: Stmt<In<typeof sys>> = step("does it run?", ({ s }) => {
		s.runs = isExecuting(k, s, cpu1, work);
	});
	const returned: Stmt<In<typeof sys>> = step("returned", ({ s }) => {
		s.returned = true;
	});
	const queue: Stmt<Anywhere> = call(queue_work_on(k), () => ({ cpu: cpu1, work }));
	spawn(k, sys, "task", [queue, preempt_disable(k), look, sleeps(k, work), returned], { boundTo: k.Cpu.id(0) });
	addWorkers(k, sys, { fn }, () => "fn");
	const experiment = observe(sys, {
		allows: { "the work runs": ({ s }) => s.runs },
		forbids: { "it returns": ({ s }) => s.returned },
		reports: ["P15"],
	});
	expect(failures(experiment)).toEqual([]);
});
