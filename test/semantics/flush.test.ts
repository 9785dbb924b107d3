// flush_workqueue(): what it waits for.
import { expect, test } from "vitest";
import {
	addSoftirqs,
	addWorkers,
	cancel_work,
	flush_workqueue,
	INIT_DELAYED_WORK,
	isExecuting,
	Kernel,
	queue_delayed_work_on,
	queue_work,
	queue_work_on,
} from "../../src/kernel/index.ts";
import { bool, call, type In, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { type Experiment, failures, observe, spawn } from "./litmus.ts";

/** A work that queues itself once more while it runs. */
function flushed(): Experiment {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "full" });
	const sys = k.system({
		state: { runs: range(0, 3), queued: range(0, 2), after: range(0, 3), both: bool, done: bool },
	});
	const [work, queue] = [k.Work.add("work"), queue_work(k)];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begin", () => {}),
		step("end", ({ s }) => {
			s.runs++;
		}),
	]);
	const flush = flush_workqueue(k, k.Work.all);
	const count: Stmt<In<typeof sys>> = step("queued++", ({ s }) => {
		s.queued++;
	});
	spawn(k, sys, "queuer", [call(queue, () => ({ work })), count, call(queue, () => ({ work })), count]);
	spawn(k, sys, "flusher", [
		step("begins to flush", ({ s }) => {
			s.after = s.queued;
			s.both = s.runs === 0 && isExecuting(k, s, k.Cpu.id(0), work) && s.pool[k.Cpu.id(0)].worklist.includes(work);
		}),
		call(flush),
		step("has flushed", ({ s }) => {
			s.done = true;
			s.after = (s.after > 0 && s.runs === 0) || (s.both && s.runs === 1) ? 3 : s.after;
		}),
	]);
	addWorkers(k, sys, { fn }, () => "fn");
	return observe(sys, {
		allows: {
			"what is queued later still runs": ({ s }) =>
				s.done && s.runs === 1 && k.kworkers.some((id) => s.context[id].current_work !== null),
			"it returns": { end: ({ s }) => s.done },
		},
		forbids: {
			"it returns before what was queued has run": ({ s }) => s.after === 3,
			"it waits for ever": { end: ({ s }) => !s.done },
		},
	});
}

/** A delayed work that is armed is not on the workqueue yet. */
function armed(): Experiment {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "none" });
	const sys = k.system({ state: { ran: bool, flushed: bool } });
	const [work, queue] = [INIT_DELAYED_WORK(k, "dwork"), queue_delayed_work_on(k)];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("work_fn", ({ s }) => {
			s.ran = true;
		}),
	]);
	const flush = flush_workqueue(k, k.Work.all);
	spawn(k, sys, "task", [
		call(queue, () => ({ cpu: k.Cpu.id(0), work, delay: 1 })),
		call(flush),
		step("has flushed", ({ s }) => {
			s.flushed = true;
		}),
	]);
	addWorkers(k, sys, { fn }, () => "fn");
	addSoftirqs(k, sys);
	return observe(sys, {
		allows: {
			"it returns before the timer fires": ({ s }) => s.flushed && !s.ran,
			"it returns": { end: ({ s }) => s.flushed },
		},
	});
}

/** Two items, of which one at a time runs. */
function two(): Experiment {
	const k = new Kernel({ cpus: 1, works: 2, preempt: "full" });
	const sys = k.system({ state: { runs: range(0, 2), flushed: bool, early: bool } });
	const [works, queue] = [[k.Work.add("a"), k.Work.add("b")], queue_work(k)];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("work_fn", ({ s }) => {
			s.runs++;
		}),
	]);
	const flush = flush_workqueue(k, works);
	spawn(k, sys, "task", [
		...works.map((work) => call<In<typeof sys>, { work: typeof work }, boolean, string>(queue, () => ({ work }))),
		call(flush),
		step("has flushed", ({ s }) => {
			s.flushed = true;
			s.early = s.runs < 2;
		}),
	]);
	addWorkers(k, sys, { fn }, () => "fn");
	return observe(sys, {
		allows: { "it returns": { end: ({ s }) => s.flushed } },
		forbids: {
			"it returns before both have run": ({ s }) => s.early,
			"it waits for ever": { end: ({ s }) => !s.flushed },
		},
	});
}

test.each([
	["all items", two],
	["items that are queued or executed, and none that is queued later", flushed],
	["no timer", armed],
])("flush_workqueue() waits for %s", (_, build) => {
	expect(failures(build())).toEqual([]);
});

test("an item that is taken off the list while the instance before it runs: flush_workqueue() waits for that one still", () => {
	const k = new Kernel({ cpus: 3, works: 1, preempt: "none" });
	const sys = k.system({ state: { runs: bool, ended: bool, taken: bool, flushed: bool, early: bool } });
	type Here = In<typeof sys>;
	const [work, queue, cancel] = [k.Work.add("work"), queue_work_on(k), cancel_work(k)];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begins", ({ s }) => {
			s.runs = true;
		}),
		waitUntil("while (!taken)", ({ s }) => s.taken || s.ended),
		step("ends", ({ s }) => {
			s.ended = true;
		}),
	]);
	const flush = flush_workqueue(k, k.Work.all);
	const queued: Stmt<Here> = call(queue, () => ({ cpu: k.Cpu.id(0), work }));
	const runs: Stmt<Here> = waitUntil("it runs", ({ s }) => s.runs);
	const isTaken: Stmt<Here> = step("taken = true", ({ s }) => {
		s.taken = true;
	});
	const hasFlushed: Stmt<Here> = step("has flushed", ({ s }) => {
		s.early = !s.ended;
		s.flushed = true;
	});
	const flushes: Stmt<Here> = waitUntil(
		"it is waited for",
		({ s }) => k.Work.all.some((w) => s.work[w].flush !== "no") || s.flushed,
	);
	spawn(k, sys, "canceller", [queued, runs, queued, flushes, call(cancel, () => ({ work })), isTaken], {
		boundTo: k.Cpu.id(1),
	});
	const ready: Stmt<Here> = waitUntil(
		"both are there",
		({ s }) => s.runs && s.pool[k.Cpu.id(0)].worklist.includes(work),
	);
	spawn(k, sys, "flusher", [ready, call(flush), hasFlushed], { boundTo: k.Cpu.id(2) });
	addWorkers(k, sys, { fn }, () => "fn");
	const experiment = observe(sys, {
		allows: { "it returns": { end: ({ s }) => s.flushed } },
		forbids: { "it returns while the instance before runs": ({ s }) => s.early },
	});
	expect(failures(experiment)).toEqual([]);
});

test("PR2: flush_workqueue() without anything to wait for is no switch point of a NONE kernel", () => {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "none" });
	const sys = k.system({ state: { flushes: bool, between: bool, flushed: bool } });
	k.Work.add("work");
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [step("work_fn", () => {})]);
	const flush = flush_workqueue(k, k.Work.all);
	const begins: Stmt<In<typeof sys>> = step("begins", ({ s }) => {
		s.flushes = true;
	});
	const ends: Stmt<In<typeof sys>> = step("ends", ({ s }) => {
		s.flushed = true;
	});
	const other: Stmt<In<typeof sys>> = step("other task", ({ s }) => {
		s.between = s.flushes && !s.flushed;
	});
	spawn(k, sys, "flusher", [begins, call(flush), ends]);
	spawn(k, sys, "other", [other]);
	addWorkers(k, sys, { fn }, () => "fn");
	expect(failures(observe(sys, { forbids: { "another task runs": ({ s }) => s.between } }))).toEqual([]);
});

test("two tasks that flush at a time are a model error: what one waits for, the other would", () => {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "full" });
	const sys = k.system();
	const [work, queue] = [k.Work.add("work"), queue_work(k)];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [step("runs", () => {})]);
	const flush = flush_workqueue(k, k.Work.all);
	spawn(k, sys, "one", [call(queue, () => ({ work })), call(flush)]);
	spawn(k, sys, "two", [call(flush)]);
	addWorkers(k, sys, { fn }, () => "fn");
	expect(failures(observe(sys, {})).join()).toContain("flush_workqueue(wq): another task flushes; one at a time may");
});

test("flush_workqueue() waits for what another CPU executes", () => {
	const k = new Kernel({ cpus: 2, works: 1, preempt: "none" });
	const sys = k.system({ state: { begun: bool, running: bool, early: bool, late: bool } });
	const [work, queue, flush] = [k.Work.add("work"), queue_work_on(k), flush_workqueue(k, k.Work.all)];
	const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("begin", ({ s }) => {
			s.begun = s.running = true;
		}),
		step("end", ({ s }) => {
			s.running = false;
		}),
	]);
	const queued: Stmt<In<typeof sys>> = call(queue, () => ({ cpu: k.Cpu.id(1), work }));
	const looks: Stmt<In<typeof sys>> = step("it runs, or has", ({ s }) => {
		s.late = s.running;
	});
	const has: Stmt<In<typeof sys>> = step("has flushed", ({ s }) => {
		s.early = s.running;
	});
	const begun: Stmt<In<typeof sys>> = waitUntil("it has begun", ({ s }) => s.begun);
	spawn(k, sys, "task", [queued, begun, looks, call(flush), has], { boundTo: k.Cpu.id(0) });
	addWorkers(k, sys, { fn }, () => "fn");
	const experiment = observe(sys, {
		allows: { "it runs before": ({ s }) => s.late },
		forbids: { "it runs after": ({ s }) => s.early },
	});
	expect(failures(experiment)).toEqual([]);
});
