// WQ12: flush_work().
import { expect, test } from "vitest";
import { P14, seen } from "../../specs/index.ts";
import {
	addTask,
	addWorkers,
	cancel_work_sync,
	flush_work,
	INIT_WORK,
	Kernel,
	local_irq_disable,
	type Preempt,
	queue_work,
} from "../../src/kernel/index.ts";
import { bool, call, type In, ifdef, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** A work that is queued twice, a task that flushes it, and one that flushes it as well. */
const flushed =
	(preempt: Preempt, cpus: number, flushers = 1) =>
	(variant: Variant) => {
		const k = new Kernel({ cpus, works: 1, preempt, ...variant });
		const sys = k.system({
			state: {
				begun: range(0, 2),
				ended: range(0, 2),
				queued: range(0, 2),
				before: range(0, 2),
				early: bool,
				late: bool,
			},
		});
		type Here = In<typeof sys>;
		const [work, queue] = [INIT_WORK(k, "work"), queue_work(k)];
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("begins", ({ s }) => {
				s.begun++;
			}),
			step("ends", ({ s }) => {
				s.ended++;
			}),
		]);
		const flush = flush_work(k);
		const count: Stmt<Here> = step("queued", ({ s }) => {
			s.queued++;
		});
		spawn(k, sys, "queuer", [call(queue, () => ({ work })), count, call(queue, () => ({ work })), count], {
			boundTo: k.Cpu.id(0),
		});
		const flusher = sys.routine("flusher", { locals: { due: range(0, 3) } }, [
			step("begins to flush", ({ s, f }) => {
				const queued = k.Cpu.all.some((c) => s.pool[c].worklist.includes(work));
				f.due = s.begun + (queued ? 1 : 0);
			}),
			call(flush, () => ({ work })),
			step("has flushed", ({ s, f }) => {
				s.early ||= s.ended < f.due;
				s.late ||= s.ended === f.due && s.begun > s.ended;
			}),
		]);
		for (let i = 0; i < flushers; i++) addTask(k, sys, `flusher${i}`, flusher);
		addWorkers(k, sys, { fn }, () => "fn");
		P14(k, seen(sys) as never);
		return observe(sys, {
			allows: {
				"what is queued later still runs": ({ s }) => s.late,
				...(preempt === "none" ? {} : { "it runs twice": { end: ({ s }: Pick<Here, "s">) => s.ended === 2 } }),
			},
			forbids: { "it returns before what was queued, or ran, has ended": ({ s }) => s.early },
		});
	};

litmus("WQ12", "flush_work() waits for the instance that is queued, or runs", {
	"under FULL": flushed("full", 1),
	"under NONE, on two CPUs": flushed("none", 2),
	"of two, each for its own": flushed("full", 1, 2),
});

/** What a task does to a work that is queued, beside one that flushes it. */
function beside(of: "flushed" | "cancelled" | "flushes itself" | "atomic") {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "full" });
	const sys = k.system({ state: { ran: bool, waited: bool, done: bool } });
	type Here = In<typeof sys>;
	const [work, queue] = [INIT_WORK(k, "work"), queue_work(k)];
	const [flush, cancel] = [flush_work(k), cancel_work_sync(k)];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("runs", ({ s }) => (s.ran = true)),
		ifdef(of === "flushes itself", [call(flush, () => ({ work }))]),
	]);
	const done: Stmt<Here> = step("done", ({ s }) => {
		s.done = true;
	});
	const looks: Stmt<Here> = step("looks", ({ s }) => {
		s.waited = !s.ran && k.tasks.some((id) => s.context[id].waits_on !== null);
	});
	spawn(k, sys, "queuer", [
		call(queue, () => ({ work })),
		looks,
		ifdef(of === "cancelled", [call(cancel, () => ({ work }))]),
	]);
	spawn(k, sys, "flusher", [ifdef(of === "atomic", [local_irq_disable(k)]), call(flush, () => ({ work })), done]);
	addWorkers(k, sys, { fn }, () => "fn");
	P14(k, seen(sys) as never);
	return { sys };
}

test("WQ12: who flushes a work that is cancelled goes on", () => {
	const { sys } = beside("cancelled");
	const experiment = observe(sys, {
		allows: { "it waited, and it does not run": { end: ({ s }) => s.done && s.waited && !s.ran } },
		forbids: { "it waits for ever": { end: ({ s }) => !s.done } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("WQ12, P14: a work that flushes itself waits for ever", () => {
	const { sys } = beside("flushes itself");
	expect(failures(observe(sys, {})).join()).toContain("reported: P14");
	expect(failures(observe(beside("flushed").sys, {}))).toEqual([]);
});

test("WQ12, PR1: to flush in atomic context is an error, also where there is nothing to wait for", () => {
	expect(failures(observe(beside("atomic").sys, { reports: ["P15"] }))).toEqual([]);
});

test("WQ12: a work that was declared after flush_work(k) was made is told", () => {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "full" });
	const sys = k.system();
	const flush = flush_work(k);
	const work = INIT_WORK(k, "work");
	spawn(k, sys, "flusher", [call(flush, () => ({ work }))]);
	expect(failures(observe(sys, {})).join()).toContain("flush_work(work): flush_work(k) was made before INIT_WORK()");
});
