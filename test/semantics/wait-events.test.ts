// TS8: wait_event() and its like.
import { expect, test } from "vitest";
import { P14, seen } from "../../specs/index.ts";
import {
	addHardirqs,
	complete,
	completion,
	Kernel,
	type KernelState,
	local_irq_disable,
	local_irq_enable,
	type Preempt,
	schedule,
	set_current_state,
	wait_event,
	wait_event_interruptible,
	wait_event_timeout,
	wait_for_completion,
	wait_for_completion_timeout,
	wait_queue_head,
	waitqueue_active,
	wake_up,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, type In, oneOf, range, type Stmt, step, when } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** Tasks that wait for `ready` on one of two queues, and what the other task does. */
function waiting(preempt: Preempt, cpus: number, variant: Variant = {}) {
	const k = new Kernel({ cpus, preempt, ...variant });
	const sys = k.system({ state: { ready: bool, active: bool, over: range(0, 2), slept: bool } });
	type Here = In<typeof sys>;
	const [wq, other] = [wait_queue_head(k, "wq"), wait_queue_head(k, "other")];
	const until = { wq, until: "ready" };
	const isReady = ({ s }: Here): boolean => s.ready;
	const over: Stmt<Here> = step("over", ({ s }) => {
		s.over++;
	});
	return {
		k,
		sys,
		wq,
		wait: wait_event<Here>(k, until, isReady),
		waitInterruptibly: wait_event_interruptible<Here>(k, until, isReady),
		over,
		publish: step<Here, string>("ready = true", ({ s }) => {
			s.ready = true;
		}),
		wakes: step<Here, string>("wake_up(&wq)", (c) => wake_up(k, c, wq)),
		wakesOther: step<Here, string>("wake_up(&other)", (c) => wake_up(k, c, other)),
		ifActive: (then: Stmt<Here>[]): Stmt<Here> =>
			when("if (waitqueue_active(&wq))", ({ s }: Here) => waitqueue_active(k, s, wq), then),
	};
}

const woken = (preempt: Preempt, cpus: number) => (variant: Variant) => {
	const { k, sys, ...t } = waiting(preempt, cpus, variant);
	type Here = In<typeof sys>;
	for (const name of ["one", "two"]) spawn(k, sys, name, [t.wait, t.over]);
	const looks: Stmt<Here> = step("the CPU is another's meanwhile", ({ s }) => {
		s.slept = k.tasks.some((id) => s.context[id].waits_on === t.wq);
	});
	spawn(k, sys, "other", [looks, t.publish, t.wakes]);
	return observe(sys, {
		allows: { "both go on": { end: ({ s }) => s.over === 2 }, "one sleeps": ({ s }) => s.slept },
		forbids: { "one is left": { end: ({ s }) => s.over < 2 }, "one goes on before": ({ s }) => !s.ready && s.over > 0 },
	});
};

litmus("TS8", "who waits for a condition sleeps, and is woken to test it again", {
	"under NONE, on one CPU": woken("none", 1),
	"under FULL": woken("full", 2),
	"on RT": woken("rt", 1),
});

type Waits = ReturnType<typeof waiting>;
test.each<[string, (t: Waits) => Stmt<never>[], boolean]>([
	["that nobody is woken from", (t) => [t.publish], true],
	["that is not the one that is woken", (t) => [t.publish, t.wakesOther], true],
	["that is woken before the condition is true", (t) => [t.wakes, t.publish], true],
	["of which is asked, after that, whether anybody waits", (t) => [t.publish, t.ifActive([t.wakes] as never)], false],
	[
		"of which is asked, before that, whether anybody waits",
		(t) => [t.ifActive([t.publish, t.wakes] as never), t.publish],
		true,
	],
] as [string, (t: Waits) => Stmt<never>[], boolean][])(
	"TS8: a task on a queue %s may sleep on: %#",
	(_, does, lost) => {
		const { k, sys, ...t } = waiting("full", 2);
		spawn(k, sys, "waiter", [t.wait, t.over]);
		spawn(k, sys, "other", does({ k, sys, ...t }) as never);
		const left = { "it is left": { end: ({ s }: { s: { over: number } }) => s.over === 0 } };
		const goesOn = { "it goes on": { end: ({ s }: { s: { over: number } }) => s.over === 1 } };
		expect(failures(observe(sys, { allows: { ...goesOn, ...(lost ? left : {}) }, forbids: lost ? {} : left }))).toEqual(
			[],
		);
	},
);

test("TS8: wake_up_process() wakes it, too, to test again", () => {
	const { k, sys, ...t } = waiting("full", 1);
	type Here = In<typeof sys>;
	const waiter = spawn(k, sys, "waiter", [t.wait, t.over]);
	const wakes: Stmt<Here> = step("wake_up_process(waiter)", (c) => {
		wake_up_process(k, c, waiter);
	});
	spawn(k, sys, "other", [wakes, t.publish, wakes]);
	const experiment = observe(sys, {
		forbids: { "it is left": { end: ({ s }) => s.over === 0 }, "it goes on before": ({ s }) => !s.ready && s.over > 0 },
	});
	expect(failures(experiment)).toEqual([]);
});

test("TS8: who waits so long only waits on the queue, too, and cannot be interrupted", () => {
	const k = new Kernel({ cpus: 1, preempt: "full" });
	const sys = k.system({ state: { ready: bool } });
	type Here = In<typeof sys>;
	const wq = wait_queue_head(k, "wq");
	const wait: Stmt<Here> = wait_event_timeout<Here["s"], never, Here>(
		k,
		sys as never,
		{ wq, until: "ready" },
		({ s }) => s.ready,
		() => {},
	);
	const waiter = spawn(k, sys, "waiter", [wait]);
	type Seen = { readonly s: Here["s"] };
	const sleeps = ({ s }: Seen): boolean => !s.context[waiter].on_rq && s.context[waiter].waits_on !== null;
	const experiment = observe(sys, {
		allows: { "it sleeps": sleeps },
		forbids: {
			"it is on no queue": (v) => sleeps(v) !== waitqueue_active(k, v.s, wq),
			"it may be interrupted": (v) => sleeps(v) && v.s.context[waiter].state !== "UNINTERRUPTIBLE",
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("TS8: who was woken is RUNNING: it does not block in the next schedule()", () => {
	const { k, sys, ...t } = waiting("full", 1);
	type Here = In<typeof sys>;
	spawn(k, sys, "waiter", [t.wait, schedule(k) as Stmt<Here>, t.over], { sleeps: true });
	spawn(k, sys, "other", [t.publish, t.wakes]);
	expect(failures(observe(sys, { forbids: { "it is left": { end: ({ s }) => s.over === 0 } } }))).toEqual([]);
});

/** A task that waits so long only, for a device that may be late. */
const timed = (late: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 1, preempt: "none", ...variant });
	const sys = k.system({
		state: { ready: bool, comes: bool, slept: bool, result: oneOf("none", "ready", "too late") },
	});
	type Here = In<typeof sys>;
	const wq = wait_queue_head(k, "wq");
	const wait = wait_event_timeout<Here["s"], never, Here>(
		k,
		sys as never,
		{ wq, until: "ready" },
		({ s }) => s.ready,
		({ s }, inTime) => {
			s.result = inTime ? "ready" : "too late";
		},
	);
	spawn(k, sys, "task", [wait]);
	const other: Stmt<Here> = step("the CPU is another's meanwhile", ({ s }) => {
		s.slept = k.tasks.some((t) => !s.context[t].on_rq && s.result === "none");
	});
	spawn(k, sys, "other", [other]);
	const arrival = {
		label: "<interrupt>",
		pending: ({ s }: Here) => !s.comes && !late,
		enter: ({ s }: Here) => {
			s.comes = true;
			s.ready = true;
		},
	};
	const wakes = step<Here, string>("wake_up(&wq)", (c) => wake_up(k, c, wq));
	addHardirqs(k, sys, [{ arrivals: [arrival], handler: [wakes] }] as never);
	type Seen = { readonly s: Here["s"] };
	const ready = { "it is ready": { end: ({ s }: Seen) => s.result === "ready" } };
	return observe(sys, {
		allows: {
			"it is too late": { end: ({ s }) => s.result === "too late" },
			"it sleeps": ({ s }) => s.slept,
			...(late ? {} : ready),
		},
		forbids: {
			"it waits for ever": { end: ({ s }) => s.result === "none" },
			...(late ? ready : {}),
		},
	});
};

test("TS8: wait_event_timeout() comes back, and says whether the condition was true", () => {
	expect(failures(timed(false)({}))).toEqual([]);
	expect(failures(timed(true)({}))).toEqual([]);
});

test("TS7: what another has taken meanwhile is waited for once more, and may come in time", () => {
	const k = new Kernel({ cpus: 2, preempt: "full" });
	const sys = k.system({ state: { taken: bool, again: bool, result: oneOf("none", "completed", "too late") } });
	type Here = In<typeof sys>;
	const x = completion(k, "x");
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const wait = wait_for_completion_timeout<KernelState, never, Here>(
		k,
		sys as never,
		"x",
		() => x,
		({ s }, completed) => {
			s.result = completed ? "completed" : "too late";
		},
	);
	const waiter = spawn(k, sys, "timed", [wait], { sleeps: true, fifo: 1, boundTo: cpu0 });
	const completes = (then: (s: Here["s"]) => void): Stmt<Here> =>
		step("complete(&x)", (c) => {
			then(c.s);
			complete(k, c, x);
		});
	const takes: Stmt<Here> = step("taken", ({ s }) => {
		s.taken = true;
	});
	const takesOne = [completes(() => {}), wait_for_completion<Here>(k, "x", () => x), takes];
	const taker: Stmt<Here> = when("if (it sleeps)", ({ s }: Here) => !s.context[waiter].on_rq, takesOne);
	spawn(k, sys, "taker", [taker], { sleeps: true, boundTo: cpu1 });
	// On its CPU, so that it has to sleep once more for this to come.
	const once: Stmt<Here> = when("if (taken)", ({ s }: Here) => s.taken, [
		completes((s) => {
			s.again = true;
		}),
	]);
	spawn(k, sys, "completer", [once], { boundTo: cpu0 });
	const inTime = ({ s }: Pick<Here, "s">): boolean => s.result === "completed" && s.again && s.taken;
	expect(failures(observe(sys, { allows: { "it is in time after all": inTime } }))).toEqual([]);
});

test("TS8, LK2: on RT wake_up() in a hard interrupt is an error, for the lock of a wait queue sleeps", () => {
	for (const preempt of ["full", "rt"] as const) {
		const { k, sys, ...t } = waiting(preempt, 1);
		spawn(k, sys, "task", [local_irq_disable(k), t.wakes, local_irq_enable(k)]);
		expect(failures(observe(sys, { reports: preempt === "rt" ? ["P15"] : [] }))).toEqual([]);
	}
});

test("TS8, PR1: to wait in atomic context is an error, also for what is true", () => {
	const { k, sys, ...t } = waiting("full", 1);
	spawn(k, sys, "task", [t.publish, local_irq_disable(k), t.wait]);
	expect(failures(observe(sys, { reports: ["P15"] }))).toEqual([]);
});

test("P14: who sleeps uninterruptibly at the end is stuck; a daemon that sleeps is not", () => {
	const stuck = (make: (t: Waits) => Stmt<never>[]): string[] => {
		const { k, sys, ...t } = waiting("full", 1);
		spawn(k, sys, "task", make({ k, sys, ...t }) as never, { sleeps: true });
		P14(k, seen(sys) as never);
		return failures(observe(sys, {})).map((line) => line.replace(/ reported.*/, ""));
	};
	expect(stuck((t) => [t.waitInterruptibly])).toEqual([]);
	expect(stuck((t) => [t.wait]).join()).toContain("P14");
	expect(stuck((t) => [set_current_state("UNINTERRUPTIBLE"), schedule(t.k)]).join()).toContain("P14");
	expect(stuck((t) => [set_current_state("INTERRUPTIBLE"), schedule(t.k)])).toEqual([]);
});
