// WQ1, WQ10, WQ12, DW1, DW3: what queueing a work, taking it back and waiting for it tell.
import { expect, test } from "vitest";
import {
	addSoftirqs,
	addTask,
	addWorkers,
	cancel_work_sync,
	disable_work_sync,
	enable_work,
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
		cancel_work_sync,
		disable_work_sync,
		enable_work,
		flush_work,
	};
	const args = (name: string): object => ({
		...(name.endsWith("_on") ? named : here),
		...(name.includes("delayed") ? { delay } : {}),
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
] as const)("%s (delay %i) is returned by %j", (answers, delay, calls) => {
	expect(told(delay, ...calls)(answers)).toEqual([]);
});
