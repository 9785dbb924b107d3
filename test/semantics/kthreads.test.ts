// TS9: kthread_stop() and kthread_park().
import { expect, test } from "vitest";
import { P14, seen } from "../../specs/index.ts";
import {
	Kernel,
	kthread_park,
	kthread_parkme,
	kthread_run,
	kthread_should_park,
	kthread_should_stop,
	kthread_stop,
	kthread_unpark,
	local_irq_disable,
	type Preempt,
	wait_event_interruptible,
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

test.each(["stop", "park"] as const)(
	"TS9, P14: who asks a thread to %s that does not look waits for ever",
	(forgets) => {
		const { k, sys, ...t } = daemon("full", 1, {}, { forgets });
		spawn(k, sys, "task", [t[forgets], t.over]);
		P14(k, seen(sys) as never);
		expect(failures(observe(sys, {})).join()).toContain("reported: P14");
	},
);

test.each(["stop", "park"] as const)("TS9, PR1: to %s in atomic context is an error", (asks) => {
	const { k, sys, ...t } = daemon("full", 1);
	spawn(k, sys, "task", [local_irq_disable(k), t[asks]]);
	expect(failures(observe(sys, { reports: ["P15"] }))).toEqual([]);
});
