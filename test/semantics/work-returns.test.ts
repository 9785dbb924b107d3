// WQ1, WQ10, WQ12, DW1, DW3: what queueing a work, taking it back and waiting for it tell.
import { expect, test } from "vitest";
import {
	addSoftirqs,
	addTask,
	addWorkers,
	cancel_delayed_work,
	cancel_delayed_work_sync,
	cancel_work,
	cancel_work_sync,
	disable_work_sync,
	enable_work,
	flush_delayed_work,
	flush_work,
	INIT_DELAYED_WORK,
	Kernel,
	mod_delayed_work,
	mod_delayed_work_on,
	queue_delayed_work,
	queue_delayed_work_on,
	queue_work,
	queue_work_on,
} from "../../src/kernel/index.ts";
import { bool, call, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, observe } from "./litmus.ts";

/** What a task is told that calls these of one delayed work, on a CPU that it keeps as long as nothing sleeps. */
function told(delay: number, ...calls: readonly string[]) {
	const k = new Kernel({ cpus: 1, preempt: "none", works: 1 });
	const sys = k.system({ state: { answers: range(0, 31) } });
	const [work, cpu] = [INIT_DELAYED_WORK(k, "dwork"), k.Cpu.id(0)];
	const [here, named] = [{ work }, { work, cpu }];
	const made: Record<string, (k: Kernel) => unknown> = {
		queue_work,
		queue_work_on,
		queue_delayed_work,
		queue_delayed_work_on,
		mod_delayed_work,
		mod_delayed_work_on,
		cancel_delayed_work,
		cancel_delayed_work_sync,
		cancel_work,
		cancel_work_sync,
		disable_work_sync,
		enable_work,
		flush_delayed_work,
		flush_work,
	};
	const args = (name: string): object => ({
		...(name.endsWith("_on") ? named : here),
		...(name.startsWith("queue_delayed") || name.startsWith("mod") ? { delay } : {}),
	});
	const body = calls.flatMap((name) => [
		call((made[name] as (k: Kernel) => never)(k), () => args(name) as never, "ret" as never) as Stmt<never>,
		step<never, string>(`answers of ${name}`, ({ s, f }: { s: { answers: number }; f: { ret: boolean } }) => {
			s.answers = s.answers * 2 + Number(f.ret);
		}),
	]);
	addTask(k, sys, "task", sys.routine("task", { locals: { ret: bool } }, body as never), { sleeps: true });
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [step("work_fn", () => {})]);
	addWorkers(k, sys, { fn }, () => "fn");
	addSoftirqs(k, sys);
	return (answers: string) =>
		failures(observe(sys, { forbids: { otherwise: { end: ({ s }) => s.answers !== Number.parseInt(answers, 2) } } }));
}

test.each([
	["10", 0, ["queue_work", "queue_work"]],
	["10", 0, ["queue_work_on", "queue_work_on"]],
	["10", 1, ["queue_delayed_work", "queue_delayed_work"]],
	["10", 0, ["queue_delayed_work", "queue_delayed_work"]],
	["10", 1, ["queue_delayed_work_on", "queue_work"]],
	["01", 1, ["mod_delayed_work", "mod_delayed_work"]],
	["01", 1, ["mod_delayed_work_on", "mod_delayed_work_on"]],
	["11", 0, ["queue_work", "mod_delayed_work_on"]],
	["0110", 0, ["cancel_work_sync", "queue_work", "cancel_work_sync", "cancel_work_sync"]],
	["11", 1, ["queue_delayed_work", "cancel_work_sync"]],
	["11", 1, ["queue_delayed_work_on", "disable_work_sync"]],
	["00001", 0, ["disable_work_sync", "queue_work", "queue_work_on", "mod_delayed_work", "enable_work"]],
	[
		"00001",
		1,
		["disable_work_sync", "queue_delayed_work", "queue_delayed_work_on", "mod_delayed_work_on", "enable_work"],
	],
	["00011", 0, ["disable_work_sync", "disable_work_sync", "enable_work", "enable_work", "queue_work"]],
	["0110", 0, ["flush_work", "queue_work", "flush_work", "flush_work"]],
	["0110", 1, ["flush_delayed_work", "queue_delayed_work", "flush_delayed_work", "flush_delayed_work"]],
	["0110", 0, ["cancel_work", "queue_work", "cancel_work", "cancel_work"]],
	["0110", 1, ["cancel_delayed_work", "queue_delayed_work_on", "cancel_delayed_work", "cancel_delayed_work"]],
	["110", 1, ["queue_delayed_work_on", "cancel_delayed_work_sync", "cancel_delayed_work_sync"]],
] as const)("%s (delay %i) is returned by %j", (answers, delay, calls) => {
	expect(told(delay, ...calls)(answers)).toEqual([]);
});

test.each([
	["flush_delayed_work()", "has the work done before its deadline"],
	["cancel_delayed_work_sync()", "waits for the function"],
	["cancel_delayed_work()", "does not wait for it"],
] as const)("WQ10, WQ12: %s %s", (name, _) => {
	const k = new Kernel({ cpus: 2, preempt: "none", works: 1 });
	const sys = k.system({ state: { inside: bool, runs: bool, returned: bool } });
	const work = INIT_DELAYED_WORK(k, "dwork");
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const [queue, waits] = [
		queue_delayed_work_on(k),
		{
			"flush_delayed_work()": flush_delayed_work,
			"cancel_delayed_work_sync()": cancel_delayed_work_sync,
			"cancel_delayed_work()": cancel_delayed_work,
		}[name](k),
	];
	const task = sys.routine("task", {}, [
		call(queue, () => ({ cpu: cpu1, work, delay: 1 })),
		call(waits, () => ({ work })),
		step("returned", ({ s }) => {
			s.returned = true;
		}),
	]);
	addTask(k, sys, "task", task, { boundTo: cpu0, sleeps: true });
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begins", ({ s }) => {
			s.inside = true;
			s.runs = true;
		}),
		step("ends", ({ s }) => {
			s.inside = false;
		}),
	]);
	addWorkers(k, sys, { fn }, () => "fn");
	addSoftirqs(k, sys);
	const flushes = name === "flush_delayed_work()";
	const beside = ({ s }: { s: { inside: boolean; returned: boolean } }): boolean => s.inside && s.returned;
	const isAsync = name === "cancel_delayed_work()";
	expect(
		failures(
			observe(sys, {
				allows: {
					...(isAsync ? { "it runs beside the task": beside } : {}),
					...(flushes ? {} : { "it never runs": { end: ({ s }) => !s.runs } }),
					"it runs": { end: ({ s }) => s.runs },
				},
				forbids: {
					...(isAsync ? {} : { "it runs beside the task": beside }),
					...(flushes ? { "it has not run": ({ s }) => s.returned && !s.runs } : {}),
					"it does not return": { end: ({ s }) => !s.returned },
					"it is still armed": { end: ({ s }) => s.work[work].pending },
				},
			}),
		),
	).toEqual([]);
});
