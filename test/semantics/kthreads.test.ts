// TS9: kthread_stop() and kthread_park().
import { expect, test } from "vitest";
import { P14, seen } from "../../specs/index.ts";
import {
	complete,
	completion,
	Kernel,
	kthread_park,
	kthread_parkme,
	kthread_run,
	kthread_should_park,
	kthread_should_stop,
	kthread_stop,
	kthread_unpark,
	local_irq_disable,
	local_irq_enable,
	type Preempt,
	schedule,
	set_current_state,
	wait_event,
	wait_event_interruptible,
	wait_for_completion,
	wait_queue_head,
	wake_up,
} from "../../src/kernel/index.ts";
import { again, bool, type Id, type In, leave, loop, range, type Stmt, step, when } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

/** A daemon that handles what is ready until it is asked to stop, and parks where it is asked to; and what is done to it. */
function daemon(preempt: Preempt, cpus: number, variant: Variant = {}, design: { forgets?: "stop" | "park" } = {}) {
	const k = new Kernel({ cpus, preempt, ...variant });
	const sys = k.system({
		state: { ready: bool, begun: bool, handled: range(0, 2), over: range(0, 2), freed: bool, used: bool, parked: bool },
	});
	type Here = In<typeof sys>;
	const wq = wait_queue_head(k, "wq");
	const asked = (c: Here): boolean =>
		(design.forgets !== "stop" && kthread_should_stop(c)) || (design.forgets !== "park" && kthread_should_park(c));
	const uses = ({ s }: Here): void => {
		s.used ||= s.freed || s.parked;
	};
	const fn = sys.routine("daemon", {}, [
		step("begin", (c) => {
			c.s.begun = true;
			uses(c);
		}),
		loop([
			wait_event_interruptible(k, { wq, until: "ready, or asked" }, (c) => c.s.ready || asked(c)),
			when("if (kthread_should_park())", kthread_should_park, [kthread_parkme(k), again()]),
			when("if (ready)", ({ s }) => s.ready, [
				step("handle", (c) => {
					c.s.ready = false;
					c.s.handled++;
					uses(c);
				}),
				again(),
			]),
			when("if (kthread_should_stop())", kthread_should_stop, [step("return", uses), leave()]),
		]),
	]);
	const thread: Id<"context"> = kthread_run(k, sys, "daemon", fn);
	const set = (label: string, effect: (s: Here["s"]) => void): Stmt<Here> => step(label, ({ s }) => effect(s));
	return {
		k,
		sys,
		thread,
		stop: kthread_stop<Here>(k, "daemon", () => thread),
		park: kthread_park<Here>(k, "daemon", () => thread),
		unpark: kthread_unpark<Here>(k, "daemon", () => thread),
		ready: set("ready = true", (s) => {
			s.ready = true;
		}),
		wakes: step<Here, string>("wake_up(&wq)", (c) => wake_up(k, c, wq)),
		free: set("kfree(data)", (s) => {
			s.freed = true;
		}),
		isParked: set("it has parked", (s) => {
			s.parked = true;
		}),
		isUnparked: set("it is to go on", (s) => {
			s.parked = false;
		}),
		over: set("over", (s) => {
			s.over++;
		}),
	};
}

const stopped = (preempt: Preempt, cpus: number) => (variant: Variant) => {
	const { k, sys, ...t } = daemon(preempt, cpus, variant);
	spawn(k, sys, "task", [t.ready, t.wakes, t.stop, t.free, t.over]);
	P14(k, seen(sys) as never);
	return observe(sys, {
		allows: {
			"it has handled what was ready": { end: ({ s }) => s.handled === 1 && s.over === 1 },
			"it has not even begun": { end: ({ s }) => !s.begun && s.ready && s.over === 1 },
			"it has begun, and gone back to sleep": ({ s }) => s.begun && s.context[t.thread].state === "INTERRUPTIBLE",
		},
		forbids: {
			"it uses what is freed": ({ s }) => s.used,
			"who stops it waits for ever": { end: ({ s }) => s.over === 0 },
		},
	});
};

litmus("TS9", "kthread_stop() wakes the thread and waits until it has ended; one that has not begun does not begin", {
	"under FULL": stopped("full", 2),
	"on RT, one CPU": stopped("rt", 1),
});

const parked = (preempt: Preempt, cpus: number) => (variant: Variant) => {
	const { k, sys, ...t } = daemon(preempt, cpus, variant);
	spawn(k, sys, "parker", [t.park, t.isParked, t.ready, t.wakes, t.isUnparked, t.unpark, t.over]);
	P14(k, seen(sys) as never);
	const isParked = ({ s }: { s: In<typeof sys>["s"] }): boolean => s.context[t.thread].state === "PARKED";
	return observe(sys, {
		allows: {
			"it parks before it begins": (v) => isParked(v) && !v.s.begun,
			"it parks later": (v) => isParked(v) && v.s.begun,
			"it handles what became ready meanwhile": { end: ({ s }) => s.handled === 1 && s.over === 1 },
		},
		forbids: {
			"it does something while it is parked": ({ s }) => s.used,
			"somebody waits for ever": { end: (v) => isParked(v) || v.s.over === 0 || v.s.handled === 0 },
		},
	});
};

litmus(
	"TS9",
	"kthread_park() waits until the thread has parked, and wake-ups have no effect on it until it is unparked",
	{
		"under FULL": parked("full", 2),
		"under NONE": parked("none", 1),
	},
);

test("TS9: a thread that is parked is stopped, too; one that has ended is not parked", () => {
	const { k, sys, ...t } = daemon("full", 2);
	spawn(k, sys, "task", [t.park, t.over, t.stop, t.park, t.over]);
	P14(k, seen(sys) as never);
	const experiment = observe(sys, {
		allows: { "it is parked": ({ s }) => s.context[t.thread].state === "PARKED" },
		forbids: { "the task waits for ever": { end: ({ s }) => s.over < 2 } },
	});
	expect(failures(experiment)).toEqual([]);
});

test("TS9, P14: who asks a thread to park that does not look waits for ever", () => {
	const { k, sys, ...t } = daemon("full", 1, {}, { forgets: "park" });
	spawn(k, sys, "task", [t.park, t.over]);
	P14(k, seen(sys) as never);
	expect(failures(observe(sys, {})).join()).toContain("reported: P14");
});

test("TS9: wait_event_interruptible() returns to a thread that is asked to stop, whatever it waits for", () => {
	const { k, sys, ...t } = daemon("full", 1, {}, { forgets: "stop" });
	spawn(k, sys, "task", [t.stop, t.over]);
	P14(k, seen(sys) as never);
	const experiment = observe(sys, {
		allows: { "it ends": { end: ({ s }) => s.over === 1 && s.begun } },
		forbids: { "it is left": { end: ({ s }) => s.over === 0 } },
	});
	expect(failures(experiment)).toEqual([]);
});

/** A thread that looks before it says that it is about to sleep; what `sleep` does is done as often as it is to stop. */
function forgetful(sleep: (k: Kernel, wq: ReturnType<typeof wait_queue_head>) => readonly Stmt<In<never>, string>[]) {
	const k = new Kernel({ cpus: 2, preempt: "none" });
	const sys = k.system({ state: { over: bool, waited: bool } });
	type Here = In<typeof sys>;
	const wq = wait_queue_head(k, "wq");
	const fn = sys.routine("forgetful", {}, [
		loop([when("if (kthread_should_stop())", kthread_should_stop, [leave()]), ...(sleep(k, wq) as never[])]),
	]);
	const thread: Id<"context"> = kthread_run(k, sys, "forgetful", fn);
	const over: Stmt<Here> = step("over", ({ s }) => {
		s.over = true;
	});
	spawn(k, sys, "task", [kthread_stop<Here>(k, "forgetful", () => thread), over]);
	return { k, sys };
}

test.each([
	["schedule() as INTERRUPTIBLE", false, (k) => [set_current_state("INTERRUPTIBLE"), schedule(k)]],
	["schedule() as UNINTERRUPTIBLE", true, (k) => [set_current_state("UNINTERRUPTIBLE"), schedule(k)]],
	["wait_event_interruptible()", false, (k, wq) => [wait_event_interruptible(k, { wq, until: "false" }, () => false)]],
	["wait_event()", true, (k, wq) => [wait_event(k, { wq, until: "false" }, () => false)]],
] as const satisfies readonly (readonly [string, boolean, Parameters<typeof forgetful>[0]])[])(
	"TS9: %s of a thread that is asked to stop after it has looked: it sleeps for ever (%s)",
	(_, sleeps, sleep) => {
		const { sys } = forgetful(sleep);
		const left = { "it is left": { end: ({ s }: { s: { over: boolean } }) => !s.over } };
		const ends = { "it ends": { end: ({ s }: { s: { over: boolean } }) => s.over } };
		expect(failures(observe(sys, sleeps ? { allows: { ...left, ...ends } } : { allows: ends, forbids: left }))).toEqual(
			[],
		);
	},
);

test("TS9: what wait_event_interruptible() does where its condition is true is not done for a thread that is asked to stop", () => {
	const { sys } = forgetful((k, wq) => [
		wait_event_interruptible(
			k,
			{ wq, until: "false" },
			() => false,
			({ s }) => {
				(s as unknown as { waited: boolean }).waited = true;
			},
		),
	]);
	expect(failures(observe(sys, { forbids: { "it is done": ({ s }) => s.waited } }))).toEqual([]);
});

test("TS9, P14: of two who ask a thread to stop one waits for ever", () => {
	const { k, sys, ...t } = daemon("full", 1);
	spawn(k, sys, "task", [t.stop, t.stop]);
	expect(failures(observe(sys, { reports: ["P14"] }))).toEqual([]);
});

test("TS9: of two who ask a thread to park the second does not wait", () => {
	const { k, sys, ...t } = daemon("full", 1);
	for (const name of ["first", "second"]) spawn(k, sys, name, [t.park, t.over]);
	const isParked = ({ s }: Pick<In<typeof sys>, "s">): boolean => s.context[t.thread].state === "PARKED";
	const experiment = observe(sys, {
		allows: { "one goes on before": (v) => v.s.over === 1 && !isParked(v) },
		forbids: {
			"both do": (v) => v.s.over === 2 && !isParked(v),
			"one is left": { end: ({ s }) => s.over < 2 },
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("TS9: a thread that was parked before it began runs its function, also where it is asked to stop", () => {
	const { k, sys, ...t } = daemon("none", 1);
	spawn(k, sys, "task", [t.park, t.isParked, t.isUnparked, t.stop, t.over], {
		fifo: 1,
		boundTo: k.Cpu.id(0),
		sleeps: true,
	});
	const experiment = observe(sys, {
		allows: { "it has begun after all": { end: ({ s }) => s.begun && s.over === 1 } },
		forbids: {
			"it has not": { end: ({ s }) => !s.begun || s.over === 0 },
			"it begins though it is to park": ({ s }) => s.begun && s.context[t.thread].should_park,
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("TS9: a thread that is to park again when it is unparked does not go on in between", () => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const sys = k.system({ state: { passed: bool, early: bool, parked: range(0, 2) } });
	type Here = In<typeof sys>;
	const [x, wq] = [completion(k, "x"), wait_queue_head(k, "wq")];
	const fn = sys.routine("parks", {}, [
		step("complete(&x)", (c) => complete(k, c, x)),
		wait_event_interruptible(k, { wq, until: "kthread_should_park()" }, kthread_should_park),
		kthread_parkme(k),
		step("passed", ({ s }) => {
			s.passed = true;
		}),
	]);
	const thread: Id<"context"> = kthread_run(k, sys, "parks", fn);
	const begun = wait_for_completion<Here>(k, "x", () => x);
	const park = kthread_park<Here>(k, "parks", () => thread);
	const isParked: Stmt<Here> = step("it has parked", ({ s }) => {
		s.parked++;
		s.early ||= s.context[thread].on_rq;
	});
	const unpark = kthread_unpark<Here>(k, "parks", () => thread);
	const first = { fifo: 1, boundTo: k.Cpu.id(0), sleeps: true };
	spawn(k, sys, "task", [begun, park, isParked, unpark, park, isParked, unpark], first);
	const experiment = observe(sys, {
		allows: {
			"it has parked twice": ({ s }) => s.parked === 2 && !s.passed,
			"it goes on": { end: ({ s }) => s.passed },
		},
		forbids: {
			"it goes on before": ({ s }) => s.parked === 1 && s.passed,
			"it is said to have parked before it has": ({ s }) => s.early,
		},
	});
	expect(failures(experiment)).toEqual([]);
});

test("TS9, PR2: to wait for a thread that has ended is a switch point under VOLUNTARY alone", () => {
	for (const preempt of ["none", "voluntary"] as const) {
		const k = new Kernel({ cpus: 1, preempt });
		const sys = k.system({ state: { ended: bool, inside: bool, between: bool } });
		type Here = In<typeof sys>;
		const set = (name: "ended" | "between", to: (s: Here["s"]) => boolean): Stmt<Here> =>
			step(name, ({ s }) => {
				s[name] = to(s);
			});
		const go = (inside: boolean): Stmt<Here> =>
			step(`inside = ${inside}`, ({ s }) => {
				s.inside = inside && s.ended;
			});
		const thread: Id<"context"> = kthread_run(k, sys, "ends", sys.routine("ends", {}, [set("ended", () => true)]));
		spawn(k, sys, "task", [go(true), kthread_stop<Here>(k, "ends", () => thread), go(false)]);
		spawn(k, sys, "other", [set("between", ({ inside }) => inside)]);
		const switches = { "another task runs there": ({ s }: Pick<Here, "s">) => s.between };
		expect(failures(observe(sys, preempt === "voluntary" ? { allows: switches } : { forbids: switches }))).toEqual([]);
	}
});

test("TS9: kthread_parkme() of a thread that need not park leaves it running", () => {
	const k = new Kernel({ cpus: 1, preempt: "full" });
	const sys = k.system({ state: { over: bool } });
	type Here = In<typeof sys>;
	const over: Stmt<Here> = step("over", ({ s }) => {
		s.over = true;
	});
	const fn = sys.routine("idles", {}, [
		set_current_state("INTERRUPTIBLE") as Stmt<Here>,
		kthread_parkme(k),
		schedule(k),
		over,
	]);
	kthread_run(k, sys, "idles", fn);
	expect(failures(observe(sys, { forbids: { "it sleeps": { end: ({ s }) => !s.over } } }))).toEqual([]);
});

test("TS9: a thread that asks itself to park goes on until it does", () => {
	const k = new Kernel({ cpus: 1, preempt: "full" });
	const sys = k.system({ state: { asked: bool } });
	type Here = In<typeof sys>;
	let thread: Id<"context">;
	const asked: Stmt<Here> = step("asked", (c) => {
		c.s.asked = kthread_should_park(c);
	});
	const fn = sys.routine("own", {}, [kthread_park<Here>(k, "own", () => thread), asked, kthread_parkme(k)]);
	thread = kthread_run(k, sys, "own", fn);
	const experiment = observe(sys, {
		allows: { "it has parked": { end: ({ s }) => s.asked && s.context[thread].state === "PARKED" } },
		forbids: { "it is stuck": { end: ({ s }) => !s.asked } },
	});
	expect(failures(experiment)).toEqual([]);
});

test.each(["stop", "park"] as const)("TS9, PR1: to %s in atomic context is an error", (asks) => {
	const { k, sys, ...t } = daemon("full", 1);
	spawn(k, sys, "task", [local_irq_disable(k), t[asks], local_irq_enable(k)]);
	const isAsked = ({ s }: Pick<In<typeof sys>, "s">): boolean =>
		s.context[t.thread].should_stop || s.context[t.thread].should_park;
	expect(failures(observe(sys, { reports: ["P15"], forbids: { "the thread is asked": isAsked } }))).toEqual([]);
});
