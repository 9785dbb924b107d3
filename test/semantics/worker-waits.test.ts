// WQ3: workers that wait in their function for something other than their own wake-up.
import { expect, test } from "vitest";
import {
	type In as Anywhere,
	addGracePeriods,
	addWorkers,
	disable_work_sync,
	flush_workqueue,
	Kernel,
	type KernelState,
	queue_work_on,
	rcu_read_lock,
	rcu_read_unlock,
	schedule,
	set_current_state,
	synchronize_rcu,
	type Work,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, call, type In, oneOf, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

const progress = oneOf("-", "runs", "waits", "done");

/** Whether some worker has gone to sleep in the middle of its function, and is not back on its CPU. */
const oneWaits = (k: Kernel, s: KernelState): boolean =>
	k.kworkers.some((id) => s.context[id].current_work !== null && s.context[id].sleeping);

/** CPU 0's pool: `a` waits for `b`, which is queued behind it. What its wait is, `wait` says; `b` does `end` besides. */
function behind(
	variant: Variant,
	wait: (k: Kernel, b: Work) => readonly Stmt<Anywhere, string>[],
	{ perPool = 2, others = (_: Kernel, __: Sys): void => {} } = {},
) {
	const k = new Kernel({ cpus: 2, works: 2, preempt: "none", ...variant });
	const sys = systemOf(k);
	const [cpu0, a, b] = [k.Cpu.id(0), k.Work.add("a"), k.Work.add("b")];
	const queue = queue_work_on(k);
	const first = sys.routine("a_fn", { args: { work: k.Work } }, [
		step("a begins", ({ s }) => {
			s.a = "runs";
		}),
		...wait(k, b),
		step("a ends", ({ s }) => {
			s.a = "done";
		}),
	]);
	const second = sys.routine("b_fn", { args: { work: k.Work } }, [
		step("b begins", ({ s }) => {
			s.beside = s.a === "runs" && oneWaits(k, s);
			s.tooEarly = s.a === "runs" && !oneWaits(k, s);
		}),
		step("b ends", ({ s }) => {
			s.b = "done";
		}),
	]);
	spawn(k, sys, "task", [call(queue, () => ({ cpu: cpu0, work: a })), call(queue, () => ({ cpu: cpu0, work: b }))], {
		boundTo: cpu0,
	});
	addWorkers(k, sys, { first, second }, (work) => (work === a ? "first" : "second"), { perPool });
	others(k, sys);
	return observe(sys, {
		allows: {
			"the second runs while the first waits": ({ s }) => s.beside,
			"both end": { end: ({ s }) => s.a === "done" && s.b === "done" },
		},
		forbids: {
			"the second begins while the first runs": ({ s }) => s.tooEarly,
			"they wait for ever": { end: ({ s }) => s.a !== "done" || s.b !== "done" },
		},
	});
}
type Sys = ReturnType<typeof systemOf>;
const systemOf = (k: Kernel) => k.system({ state: { a: progress, b: progress, beside: bool, tooEarly: bool } });

const flushes = (k: Kernel, b: Work) => [call<Anywhere, object, undefined, string>(flush_workqueue(k, [b]))];

litmus("WQ3", "a worker that waits in its function, for whatever, lets another of its pool run", {
	"flush_workqueue()": (variant) => behind(variant, flushes),
	"synchronize_rcu()": (variant) =>
		behind(variant, (k) => [synchronize_rcu(k)], {
			// A reader that waits for b: the grace period cannot end before.
			others: (k, sys) => {
				spawn(
					k,
					sys,
					"reader",
					[rcu_read_lock(k), waitUntil("b_is_done", ({ s }) => s.b === "done"), rcu_read_unlock(k)],
					{ boundTo: k.Cpu.id(1) },
				);
				addGracePeriods(k, sys);
			},
		}),
	"disable_work_sync()": (variant) => {
		const k = new Kernel({ cpus: 2, works: 3, preempt: "none", ...variant });
		const sys = k.system({ state: { disabled: bool, sleeps: bool, beside: bool } });
		const cpu0 = k.Cpu.id(0);
		const [sleeper, disabler, waker] = ["sleeper", "disabler", "waker"].map((name) => k.Work.add(name)) as [
			Work,
			Work,
			Work,
		];
		const queue = queue_work_on(k);
		const isAsleep = (s: KernelState) => k.kworkers.find((id) => s.context[id].current_work === sleeper);
		const sleeper_fn = sys.routine("sleeper_fn", { args: { work: k.Work } }, [
			set_current_state("UNINTERRUPTIBLE"),
			step("sleeps", ({ s }) => {
				s.sleeps = true;
			}),
			schedule(k),
		]);
		const disabler_fn = sys.routine("disabler_fn", { args: { work: k.Work } }, [
			call(disable_work_sync(k), () => ({ work: sleeper })),
			step("disabled", ({ s }) => {
				s.disabled = true;
			}),
		]);
		const waker_fn = sys.routine("waker_fn", { args: { work: k.Work } }, [
			step("wake_up_process(sleeper)", (c) => {
				const id = isAsleep(c.s);
				c.s.beside = c.s.sleeps && !c.s.disabled;
				if (id !== undefined) wake_up_process(k, c, id);
			}),
		]);
		spawn(
			k,
			sys,
			"task",
			[
				call(queue, () => ({ cpu: cpu0, work: sleeper })),
				waitUntil("it sleeps", ({ s }) => s.sleeps && oneWaits(k, s)),
				call(queue, () => ({ cpu: cpu0, work: disabler })),
				call(queue, () => ({ cpu: cpu0, work: waker })),
			],
			{ boundTo: k.Cpu.id(1) },
		);
		addWorkers(
			k,
			sys,
			{ sleeper_fn, disabler_fn, waker_fn },
			(work) => (work === sleeper ? "sleeper_fn" : work === disabler ? "disabler_fn" : "waker_fn"),
			{ perPool: 3 },
		);
		return observe(sys, {
			allows: { "the third runs while two wait": ({ s }) => s.beside },
			forbids: {
				"they wait for ever": { end: ({ s }) => !s.disabled },
				"it goes on before the work has ended": ({ s }) => s.disabled && isAsleep(s) !== undefined,
			},
		});
	},
});

test("WQ7: a pool whose workers all sleep while an item waits is refused: a kernel would create another", () => {
	const [error] = failures(behind({}, flushes, { perPool: 1 }));
	expect(error).toBe(
		"model error: b waits for a worker of CPU0, and all sleep in their functions; a kernel would create another: addWorkers(…, { perPool: 2 })",
	);
});

litmus("TS5", "a SCHED_FIFO task that waits keeps nobody from its CPU, and goes first when it need not wait any more", {
	"flush_workqueue()": (variant) => {
		const k = new Kernel({ cpus: 1, works: 1, preempt: "full", ...variant });
		const sys = k.system({ state: { beside: bool, flushed: bool, overtaken: bool } });
		const work = k.Work.add("work");
		const queue = queue_work_on(k);
		const flush = flush_workqueue(k, [work]);
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("work_fn", ({ s }) => {
				s.beside = s.context[flusher].waits_on !== null;
			}),
		]);
		const flushed: Stmt<In<typeof sys>> = step("flushed", ({ s }) => {
			s.flushed = true;
		});
		const flusher = spawn(k, sys, "flusher", [call(queue, () => ({ cpu: k.Cpu.id(0), work })), call(flush), flushed], {
			fifo: 1,
			boundTo: k.Cpu.id(0),
		});
		spawn(k, sys, "other", [
			step("other task", ({ s }) => {
				s.overtaken = s.context[flusher].on_rq && !s.flushed;
			}),
		]);
		addWorkers(k, sys, { fn }, () => "fn");
		return observe(sys, {
			allows: { "the work runs while it waits": ({ s }) => s.beside },
			forbids: {
				"it waits for ever": { end: ({ s }) => !s.flushed },
				"a fair task goes first": ({ s }) => s.overtaken,
			},
		});
	},
});
