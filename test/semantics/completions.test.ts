// TS7: struct completion.
import { expect, test } from "vitest";
import { P14, seen } from "../../specs/index.ts";
import {
	addInterrupts,
	complete,
	complete_all,
	completion,
	completion_done,
	Kernel,
	local_irq_disable,
	type Preempt,
	preempt_disable,
	rcu_read_lock,
	reinit_completion,
	set_current_state,
	wait_for_completion,
	wait_for_completion_timeout,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, type In, oneOf, range, type Stmt, step, waitUntil } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

type Act = "complete" | "complete_all" | "reinit_completion";

/** `waiters` tasks wait, and another acts; how many may have gone on at the end, and how many may not. */
const passing =
	(preempt: Preempt, waiters: number, acts: readonly Act[], may: readonly number[], mayNot: readonly number[]) =>
	(variant: Variant) => {
		const k = new Kernel({ cpus: 1, preempt, ...variant });
		const sys = k.system({ state: { passed: range(0, 2) } });
		type Here = In<typeof sys>;
		const x = completion(k, "x");
		const steps: Readonly<Record<Act, Stmt<Here>>> = {
			complete: step("complete(&x)", (c) => complete(k, c, x)),
			complete_all: step("complete_all(&x)", (c) => complete_all(k, c, x)),
			reinit_completion: step("reinit_completion(&x)", ({ s }) => reinit_completion(s, x)),
		};
		const passed: Stmt<Here> = step("goes on", ({ s }) => {
			s.passed++;
		});
		for (let i = 0; i < waiters; i++)
			spawn(k, sys, `waiter${i}`, [wait_for_completion<Here>(k, "x", () => x), passed], { sleeps: true });
		spawn(
			k,
			sys,
			"other",
			acts.map((act) => steps[act]),
		);
		const ends = (counts: readonly number[]) =>
			Object.fromEntries(counts.map((n) => [`${n} go on`, { end: ({ s }: Pick<Here, "s">) => s.passed === n }]));
		return observe(sys, { allows: ends(may), forbids: ends(mayNot) });
	};

litmus("TS7", "who waits for a completion sleeps until it is completed, and one who comes later does not wait", {
	"under FULL": passing("full", 1, ["complete"], [1], [0]),
	"its CPU is the other's meanwhile": passing("none", 1, ["complete"], [1], [0]),
	"as many as it was completed for": passing("full", 2, ["complete", "complete"], [2], [0, 1]),
});

test.each([
	["one completion is for one", ["complete"], [1], [0, 2]],
	["complete_all() is for everybody, and is not counted", ["complete_all", "complete"], [2], [0, 1]],
	[
		"what is made anew is not completed, for who has not come to see it either",
		["complete_all", "reinit_completion"],
		[0, 1, 2],
		[],
	],
	["what is completed anew is", ["reinit_completion", "complete_all"], [2], [0, 1]],
] as const)("TS7: of two who wait: %s", (_, acts, may, mayNot) => {
	expect(failures(passing("full", 2, acts, may, mayNot)({}))).toEqual([]);
});

/** Two tasks of one CPU wait one after the other, and sleep; then `act` is done once. */
const inTurn = (act: "complete" | "complete_all", timed: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, preempt: "none", ...variant });
	const sys = k.system({ state: { came: range(0, 2), first: range(0, 2), passed: range(0, 2), second: bool } });
	type Here = In<typeof sys>;
	const x = completion(k, "x");
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const wait = (): Stmt<Here> =>
		timed
			? wait_for_completion_timeout(
					k,
					sys,
					"x",
					() => x,
					() => {},
				)
			: wait_for_completion<Here>(k, "x", () => x);
	const waiters = [1, 2].map((n) =>
		spawn(
			k,
			sys,
			`waiter${n}`,
			[
				step<Here, string>("comes", ({ s }) => {
					if (s.came === 0) s.first = n;
					s.came++;
				}),
				wait(),
				step<Here, string>("goes on", ({ s }) => {
					s.passed++;
					s.second ||= s.first !== n && s.passed === 1;
				}),
			],
			{ boundTo: cpu0, sleeps: true },
		),
	);
	const asleep = ({ s }: Pick<Here, "s">): boolean => waiters.every((id) => s.context[id].waits_on !== null);
	const acts: Stmt<Here> = step(act, (c) => (act === "complete" ? complete(k, c, x) : complete_all(k, c, x)));
	spawn(k, sys, "other", [waitUntil<Here, string>("both sleep", asleep), acts], { boundTo: cpu1 });
	return { k, sys, waiters, asleep };
};

litmus("TS7", "who has waited longest goes on, and nobody else is woken", {
	"complete()": (variant) => {
		const { sys, waiters } = inTurn("complete", false)(variant);
		return observe(sys, {
			allows: { "one goes on": { end: ({ s }) => s.passed === 1 } },
			forbids: {
				"the second does": ({ s }) => s.second,
				"the second wakes up": ({ s }) => s.came === 2 && s.passed === 1 && waiters.every((id) => s.context[id].on_rq),
			},
		});
	},
});

test("TS7: complete_all() wakes all in any order", () => {
	const { sys, waiters } = inTurn("complete_all", false)({});
	const experiment = observe(sys, {
		allows: { "the second first": ({ s }) => s.second },
		forbids: {
			"one is left": { end: ({ s }) => s.passed < 2 },
			"one is still behind another": { end: ({ s }) => waiters.some((id) => s.context[id].next_waiter !== null) },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("TS7: who waits for so long only waits in turn, too, and keeps its turn until it looks", () => {
	const { sys } = inTurn("complete", true)({});
	const experiment = observe(sys, {
		allows: { "the second first": ({ s }) => s.second },
		forbids: { "one is left": { end: ({ s }) => s.passed < 2 } },
	});
	expect(failures(experiment)).toEqual([]);
});

/** One task waits for ever and one for so long only; `n` times it is completed. */
test.each([1, 2])("TS7: whose time is over keeps nobody from what is completed afterwards (complete(): %i)", (n) => {
	const k = new Kernel({ cpus: 1, preempt: "full" });
	const sys = k.system({ state: { passed: bool, late: bool } });
	type Here = In<typeof sys>;
	const x = completion(k, "x");
	const wait: Stmt<Here> = wait_for_completion_timeout(
		k,
		sys,
		"x",
		() => x,
		({ s }, completed) => {
			s.late = !completed;
		},
	);
	const passed: Stmt<Here> = step("goes on", ({ s }) => {
		s.passed = true;
	});
	spawn(k, sys, "so long", [wait], { sleeps: true });
	spawn(k, sys, "for ever", [wait_for_completion<Here>(k, "x", () => x), passed], { sleeps: true });
	const act: Stmt<Here> = step("complete(&x)", (c) => complete(k, c, x));
	spawn(k, sys, "other", n === 1 ? [act] : [act, act]);
	const experiment = observe(sys, {
		allows: { "it is too late": { end: ({ s }) => s.late } },
		forbids: { "the other is left": { end: ({ s }) => !s.passed && (s.late || n === 2) } },
	});
	expect(failures(experiment)).toEqual([]);
});

/** A request that the device completes, or whose submitter gives up; `late`: the device never does. */
const timed = (late: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, bios: late ? 0 : 1, preempt: "none", ...variant });
	const sys = k.system({ state: { slept: bool, result: oneOf("none", "completed", "too late") } });
	type Here = In<typeof sys>;
	const x = completion(k, "x");
	const wait: Stmt<Here> = wait_for_completion_timeout(
		k,
		sys,
		"x",
		() => x,
		({ s }, completed) => {
			s.result = completed ? "completed" : "too late";
		},
	);
	spawn(k, sys, "task", [wait], { sleeps: true });
	const other: Stmt<Here> = step("the CPU is another's meanwhile", (c) => {
		c.s.slept = k.tasks.some((t) => !c.s.context[t].on_rq && c.s.result === "none");
	});
	spawn(k, sys, "other", [other]);
	if (!late) addInterrupts(k, sys, [step<Here, string>("complete(&x)", (c) => complete(k, c, x))]);
	type Seen = { readonly s: Here["s"] };
	const completed = { "it is completed": { end: ({ s }: Seen) => s.result === "completed" } };
	return observe(sys, {
		allows: {
			"it is too late": { end: ({ s }) => s.result === "too late" },
			"it sleeps": ({ s }) => s.slept,
			...(late ? {} : completed),
		},
		forbids: { "it waits for ever": { end: ({ s }) => s.result === "none" }, ...(late ? completed : {}) },
	});
};

litmus("TS7", "wait_for_completion_timeout() comes back, and says whether it was completed", {
	"the device completes it": timed(false),
});

test("TS7: what is never completed is waited for so long only", () => {
	expect(failures(timed(true)({}))).toEqual([]);
});

test("TS7, P14: who waits does so uninterruptibly, whatever state it had", () => {
	const k = new Kernel({ cpus: 1, preempt: "full" });
	const sys = k.system({ state: { woken: bool } });
	type Here = In<typeof sys>;
	const x = completion(k, "x");
	const wait = wait_for_completion<Here>(k, "x", () => x);
	const waiter = spawn(k, sys, "waiter", [set_current_state("INTERRUPTIBLE") as Stmt<Here>, wait], { sleeps: true });
	const wakes: Stmt<Here> = step("wake_up_process(waiter)", (c) => {
		const sleeps = c.s.context[waiter].waits_on !== null;
		c.s.woken = wake_up_process(k, c, waiter) && sleeps;
	});
	spawn(k, sys, "other", [wakes]);
	P14(k, seen(sys) as never);
	const found = failures(observe(sys, { forbids: { "it is woken": ({ s }) => s.woken } }));
	expect(found.map((line) => line.slice(0, "reported: P14".length))).toEqual(["reported: P14"]);
});

test("TS7: an interrupt completes; completion_done() sees it", () => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "none" });
	const sys = k.system({ state: { passed: bool } });
	type Here = In<typeof sys>;
	const x = completion(k, "x");
	const passed: Stmt<Here> = step("goes on", ({ s }) => {
		s.passed = true;
	});
	spawn(k, sys, "task", [wait_for_completion<Here>(k, "x", () => x), passed], { sleeps: true });
	addInterrupts(k, sys, [step<Here, string>("complete(&x)", (c) => complete(k, c, x))]);
	const experiment = observe(sys, {
		allows: {
			"it is done": ({ s }) => completion_done(s, x),
			"it goes on": { end: ({ s }) => s.passed && !completion_done(s, x) },
		},
		forbids: { "it is left": { end: ({ s }) => !s.passed } },
	});
	expect(failures(experiment)).toEqual([]);
});

test.each([
	["preemption off", preempt_disable],
	["interrupts off", local_irq_disable],
	["an RCU read-side section", rcu_read_lock],
] as const)("TS7, PR1: to wait with %s is an error, also for what is done", (_, enter) => {
	for (const done of [true, false]) {
		const k = new Kernel({ cpus: 1, preempt: "full" });
		const sys = k.system();
		const x = completion(k, "x");
		spawn(
			k,
			sys,
			"task",
			[
				step("before", (c) => {
					if (done) complete(k, c, x);
				}),
				enter(k),
				wait_for_completion(k, "x", () => x),
			],
			{ sleeps: true },
		);
		expect(failures(observe(sys, { reports: ["P15"] }))).toEqual([]);
	}
});

test("TS7: more completions than the library counts are a model error", () => {
	const k = new Kernel({ cpus: 1, preempt: "full" });
	const sys = k.system();
	const x = completion(k, "x");
	const again: Stmt<In<typeof sys>> = step("complete(&x)", (c) => complete(k, c, x));
	spawn(k, sys, "task", [again, again, again]);
	expect(failures(observe(sys, {})).join()).toContain("complete(&x) 3 times more than somebody waited for it");
});
