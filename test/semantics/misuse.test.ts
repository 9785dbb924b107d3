// What the library says of a model that uses it wrongly.
import { expect, test } from "vitest";
import {
	addCpuDown,
	addSoftirqs,
	addTask,
	addWorkers,
	Kernel,
	local_bh_disable,
	local_bh_enable,
	preempt_enable,
	raise_softirq,
	spin_lock,
	spin_unlock,
	spinlock,
} from "../../src/kernel/index.ts";
import { bool, type Stmt, step } from "../../src/lang/index.ts";
import { failures, observe, spawn } from "./litmus.ts";

/** The model error that a task comes to. */
function error(k: Kernel, body: readonly Stmt<never>[], more: (sys: ReturnType<Kernel["system"]>) => void = () => {}) {
	const sys = k.system();
	spawn(k, sys, "task", body as never);
	more(sys);
	return failures(observe(sys, {}))[0];
}
const one = (preempt: "none" | "rt") => new Kernel({ cpus: 1, preempt });

test("a count falls below zero", () => {
	const k = one("none");
	expect(error(k, [preempt_enable(k)])).toContain("cpu[CPU0].preempt is a number from 0 to 3, not -1");
});

test.each(["none", "rt"] as const)("a lock is unlocked that is not held (%s)", (preempt) => {
	const k = one(preempt);
	const lock = spinlock(k, "lock");
	expect(error(k, [spin_unlock(k, "lock", () => lock)])).toContain("lock is unlocked by task, which does not hold it");
});

test("a lock is unlocked by another task than its owner", () => {
	const k = one("rt");
	const lock = spinlock(k, "lock");
	const message = error(k, [spin_lock(k, "lock", () => lock)], (sys) => {
		spawn(k, sys, "other", [spin_unlock(k, "lock", () => lock)]);
	});
	expect(message).toContain("lock is unlocked by other, which does not hold it");
});

test("on RT local_bh_enable() must know what the softirq does", () => {
	const k = one("rt");
	const raise = raise_softirq(k);
	const message = error(k, [local_bh_disable(k), step("raise", raise), local_bh_enable(k)], (sys) => {
		addSoftirqs(k, sys, []);
	});
	expect(message).toContain("local_bh_enable() has softirqs to run and is not given their action");
});

test("a field of the model has the name of one of the kernel's", () => {
	expect(() => one("none").system({ state: { bio: bool } })).toThrow("the kernel has a field bio of its own");
});

test("no CPU, or an impossible one to take offline", () => {
	expect(() => new Kernel({ cpus: 0, preempt: "none" })).toThrow("at least one CPU");
	expect(() => new Kernel({ cpus: 2, preempt: "none", offline: 2 })).toThrow("CPU 2 cannot go offline");
	expect(() => new Kernel({ cpus: 1, preempt: "none", offline: 0 })).toThrow("CPU 0 cannot go offline");
	const k = one("none");
	expect(() => addCpuDown(k, k.system())).toThrow("name the CPU in the kernel's option `offline`");
});

test("workers without a function", () => {
	const k = one("none");
	expect(() => addWorkers(k, k.system(), {}, () => "")).toThrow("no work function");
});

test("a task that declares no sleep goes to sleep", () => {
	const k = one("none");
	const sys = k.system();
	const routine = sys.routine("task", {}, [
		step("me->state = TASK_INTERRUPTIBLE", ({ me }) => {
			me.state = "INTERRUPTIBLE";
		}),
	]);
	addTask(k, sys, "task", routine);
	expect(failures(observe(sys, {}))[0]).toContain("is declared fixed and cannot change");
});
