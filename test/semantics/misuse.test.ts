// What the library says of a model that uses it wrongly.

import { P14, seen } from "preempt/specs";
import { expect, test } from "vitest";
import {
	add_timer_on,
	addGracePeriods,
	addHardirqs,
	addHotplug,
	addInterrupts,
	addSoftirqs,
	addTask,
	addWorkers,
	bio_inc_remaining,
	type CpuId,
	cpuhp_setup_state,
	csd,
	get_cpu,
	type In,
	irq_work,
	irq_work_queue,
	irq_work_queue_on,
	irqWorkInterrupts,
	irqWorks,
	Kernel,
	type KernelState,
	local_bh_disable,
	local_bh_enable,
	local_unlock,
	localLock,
	migrate_disable,
	migrate_enable,
	mod_timer,
	preempt_enable,
	prepare_to_wait,
	prepare_to_wait_exclusive,
	put_cpu,
	queue_work,
	raise_softirq,
	rcu_read_lock,
	rcu_read_unlock,
	request_irq,
	set_current_state,
	smpCalls,
	spin_lock,
	spin_unlock,
	spinlock,
	synchronize_rcu,
	timer_setup,
	wait_event,
	wait_queue_head,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, call, type Stmt, step } from "../../src/lang/index.ts";
import { failures, observe, spawn } from "./litmus.ts";

/** The model error that a task comes to. */
function error(k: Kernel, body: readonly Stmt<never>[], more: (sys: ReturnType<Kernel["system"]>) => void = () => {}) {
	const sys = k.system();
	spawn(k, sys, "task", body as never);
	more(sys);
	return failures(observe(sys, {}))[0];
}
const one = (preempt: "none" | "rt") => new Kernel({ cpus: 1, preempt });

/** What a task does, and the count that then falls below zero. */
const unbalanced: [name: string, preempt: "none" | "rt", body: (k: Kernel) => unknown[], count: string][] = [
	["preempt_enable()", "none", (k) => [preempt_enable(k)], "preempt_count"],
	["put_cpu()", "none", (k) => [get_cpu(k), put_cpu(k), put_cpu(k)], "preempt_count"],
	["migrate_enable()", "none", (k) => [migrate_disable(k), migrate_enable(k), migrate_enable(k)], "migration_disabled"],
	["local_bh_enable()", "none", (k) => [local_bh_enable(k)], "the bottom-half count"],
	["local_bh_enable()", "rt", (k) => [local_bh_disable(k), ...twice(local_bh_enable(k))], "softirq_disable_cnt"],
	["spin_unlock(&l)", "none", (k) => inLock(k, preempt_enable(k)), "preempt_count"],
	["spin_unlock(&l)", "rt", (k) => inLock(k, migrate_enable(k)), "migration_disabled"],
	["rcu_read_unlock()", "none", (k) => [rcu_read_lock(k), ...twice(rcu_read_unlock(k))], "preempt_count"],
	["rcu_read_unlock()", "rt", (k) => [rcu_read_lock(k), ...twice(rcu_read_unlock(k))], "rcu_read_lock_nesting"],
	["local_unlock(&l)", "none", (k) => [local_unlock(k, localLock(k, "l"))], "preempt_count"],
];
const twice = <T>(stmt: T): T[] => [stmt, stmt];
function inLock(k: Kernel, stmt: unknown): unknown[] {
	const lock = spinlock(k, "l");
	return [spin_lock(k, "l", () => lock), stmt, spin_unlock(k, "l", () => lock)];
}

test.each(unbalanced)("%s lowers a count that is zero (%s)", (statement, preempt, body, count) => {
	const k = one(preempt);
	expect(error(k, body(k) as Stmt<never>[])).toBe(
		`reported: negative-count ${statement} by task on CPU 0: ${count} falls below zero`,
	);
});

test("a task that ends in another state than RUNNING is not woken any more", () => {
	const k = one("none");
	const sys = k.system();
	const body = [set_current_state("INTERRUPTIBLE")];
	const ended = spawn(k, sys, "ended", body, { sleeps: true });
	spawn(k, sys, "waker", [step("wake_up_process(ended)", (c) => void wake_up_process(k, c, ended))]);
	const lives = { "it lives on": { end: ({ s }: { s: KernelState }) => s.context[ended].on_rq } };
	expect(failures(observe(sys, { forbids: lives }))).toEqual([]);
});

test("two CPUs that each spin on the other's lock end in a state that P14 finds", () => {
	const k = new Kernel({ cpus: 2, preempt: "none" });
	const sys = k.system();
	const [a, b] = [spinlock(k, "a"), spinlock(k, "b")];
	const unlock = [spin_unlock(k, "a", () => a), spin_unlock(k, "b", () => b)];
	spawn(k, sys, "task0", [spin_lock(k, "a", () => a), spin_lock(k, "b", () => b), ...unlock]);
	spawn(k, sys, "task1", [spin_lock(k, "b", () => b), spin_lock(k, "a", () => a), ...unlock], { cpu: k.Cpu.id(1) });
	P14(k, seen(sys));
	expect(failures(observe(sys, { reports: ["P14"] }))).toEqual([]);
});

test("bio_inc_remaining() where bios are not counted", () => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "none" });
	const inc: Stmt<In> = step("inc", ({ s }) => bio_inc_remaining(k, s, k.Bio.id(0)));
	expect(error(k, [inc])).toContain("give the kernel the option chain");
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
	expect(message).toContain(
		"local_bh_enable() has softirqs to run and is not given their action: an argument of it, or of what makes the interrupt thread that calls it, such as the option action of request_irq()",
	);
});

test("an interrupt that is requested and stands in no call of addHardirqs() would never come", () => {
	const k = one("none");
	const sys = k.system();
	const source = () => ({ arrivals: [{ label: "<interrupt>", pending: () => true, enter: () => {} }], handler: [] });
	const [taken] = [request_irq(k, sys, "taken", source()), request_irq(k, sys, "left", source())];
	addHardirqs(k, sys, [taken]);
	spawn(k, sys, "task", [step("s", () => {})]);
	expect(() => failures(observe(sys, {}))).toThrow("request_irq(left): its source stands in no call of addHardirqs()");
});

test("more work items than the kernel was told of", () => {
	const k = new Kernel({ cpus: 1, preempt: "none", works: 1 });
	const sys = k.system();
	for (const name of ["first", "second"]) k.Work.add(name);
	spawn(k, sys, "task", [step("s", () => {})]);
	expect(() => failures(observe(sys, {}))).toThrow(
		"there are 2 work items, and new Kernel({ works: 1 }) has room for 1",
	);
});

test("a field or an event of the model has the name of one of the kernel's", () => {
	const wrong = (what: string) => `${what} of the model would replace ${what} of the kernel`;
	expect(() => one("none").system({ state: { bio: bool } })).toThrow(wrong("field bio"));
	expect(() => one("none").system({ events: { queued: [bool] } })).toThrow(wrong("event queued"));
});

test("no CPU, only one to take offline, or a callback that comes too late", () => {
	expect(() => new Kernel({ cpus: 0, preempt: "none" })).toThrow("at least one CPU");
	expect(() => new Kernel({ preempt: "none" } as never)).toThrow("at least one CPU");
	expect(() => new Kernel({ cpus: 1, preempt: "fulll" as "full" })).toThrow(
		"preempt is one of none, voluntary, full, lazy, rt, not fulll",
	);
	expect(() => new Kernel({ cpus: 2, preempt: "full", hotplug: "up" as "off" })).toThrow("hotplug is one of off");
	expect(() => new Kernel({ cpus: 1, preempt: "none", hotplug: "down" })).toThrow("the last CPU cannot go offline");
	const k = new Kernel({ cpus: 2, preempt: "none", hotplug: "down" });
	const sys = k.system();
	addHotplug(k, sys);
	expect(() => cpuhp_setup_state(k, sys, "CPUHP_AP_ONLINE_DYN", {})).toThrow("call it before addHotplug()");
});

test("workers without a function", () => {
	const k = one("none");
	expect(() => addWorkers(k, k.system(), {}, () => "")).toThrow("no work function");
});

test("a task that declares no sleep goes to sleep", () => {
	const undeclared = "a task that sleeps is declared to: addTask(…, { sleeps: true })";
	for (const sleep of [
		(_: Kernel) => set_current_state("INTERRUPTIBLE"),
		(k: Kernel) => wait_event(k, "wait_event(wq, false)", () => false),
	]) {
		const k = one("none");
		const sys = k.system();
		addTask(k, sys, "task", sys.routine("task", {}, [sleep(k)]));
		expect(failures(observe(sys, {}))[0]).toContain(undeclared);
	}
	const k = new Kernel({ cpus: 1, preempt: "none", bios: 1 });
	const sys = k.system();
	addInterrupts(k, sys, [set_current_state("INTERRUPTIBLE")]);
	expect(failures(observe(sys, {}))[0]).toContain("an interrupt has no state of its own: this is hardirq context");
});

test("what nothing would ever serve is told when it is asked for", () => {
	const said = (
		make: (k: Kernel, sys: ReturnType<Kernel["system"]>) => Stmt<In>,
		{ early, hotplug }: { early?: boolean; hotplug?: "down" } = {},
	) => {
		const k = new Kernel({ cpus: 2, preempt: "none", works: 1, ...(hotplug ? { hotplug } : {}) });
		const sys = k.system();
		if (early) addSoftirqs(k, sys);
		addTask(k, sys, "task", sys.routine("task", {}, [make(k, sys)]));
		return failures(observe(sys, {}))[0] ?? "";
	};
	const armed = (k: Kernel, sys: ReturnType<Kernel["system"]>) => {
		const timer = timer_setup(k, sys, "late", []);
		return step<In, string>("add_timer_on(timer, 0)", ({ s }) => add_timer_on(k, s, timer, k.Cpu.id(0)));
	};
	const queued = (k: Kernel) => {
		const work = k.Work.add("work");
		return call<In, never, undefined, string>(queue_work(k) as never, (() => ({ work })) as never);
	};
	const raised = (k: Kernel) => step<In, string>("raise_softirq()", raise_softirq(k));
	const inside = (k: Kernel) => step<In, string>("raise_softirq()", (c) => raise_softirq(k)(c));
	const modified = (k: Kernel, sys: ReturnType<Kernel["system"]>) => {
		const timer = timer_setup(k, sys, "timer", []);
		return step<In, string>("mod_timer(&timer)", (c) => mod_timer(k)(c, timer));
	};
	const none = (_: Kernel) => step<In, string>("s", () => {});
	expect(said(armed)).toContain("a timer that is armed needs addSoftirqs(k, sys), which is not called");
	expect(() => said(armed, { early: true })).toThrow("timer late: declare it before addSoftirqs()");
	expect(said(queued)).toContain("a work that is queued needs addWorkers(k, sys, …), which is not called");
	expect(said(raised)).toContain("a softirq that is raised needs addSoftirqs(k, sys, action), which is not called");
	expect(said(raised, { early: true })).toContain("needs addSoftirqs(k, sys, action), which is not called");
	expect(said(inside)).toContain("made inside a step, where it is too late");
	expect(said(modified)).toContain(
		"make it where the model is built (const mod = mod_timer(k)) and use it in the step",
	);
	expect(said((k) => synchronize_rcu(k))).toContain(
		"a grace period needs addGracePeriods(k, sys), which is not called",
	);
	expect(() => said(none, { hotplug: "down" })).toThrow("hotplug: down needs addHotplug(k, sys), which is not called");
});

test.each([
	["none", "with preemption disabled"],
	["full", "in an RCU read-side section"],
	["rt", "in an RCU read-side section"],
] as const)("a reader that waits for readers (%s)", (preempt, where) => {
	const k = new Kernel({ cpus: 1, preempt });
	const body = [rcu_read_lock(k), synchronize_rcu(k), rcu_read_unlock(k)];
	expect(error(k, body as Stmt<never>[], (sys) => addGracePeriods(k, sys))).toBe(
		`reported: P15 synchronize_rcu() ${where} on CPU 0: sleeping function called from atomic context`,
	);
});

test("on RT a timer comes before local_bh_enable(), which runs the functions of those that there are", () => {
	const k = one("rt");
	const sys = k.system();
	const body = [local_bh_disable(k), step<In, string>("s", () => {}), local_bh_enable(k)];
	const timer = timer_setup(k, sys, "late", []);
	addSoftirqs(k, sys);
	const arm: Stmt<In> = step("add_timer_on(late)", ({ s }) => add_timer_on(k, s, timer, k.Cpu.id(0)));
	spawn(k, sys, "task", [arm, ...body]);
	expect(failures(observe(sys, {}))[0]).toContain("local_bh_enable() has timers to run that are declared after it");
});

test("a task for a CPU that is not there", () => {
	const k = one("none");
	const sys = k.system();
	const task = (boundTo: number) => () =>
		addTask(k, sys, "task", sys.routine("task", {}, [step("nothing", () => {})]), { boundTo: boundTo as CpuId });
	expect(task(7)).toThrow("there is no cpu 7: the set has 1");
});

test("calls that nothing would ever run are told when they are queued", () => {
	const k = new Kernel({ cpus: 2, preempt: "none" });
	const early = csd(k, "early");
	const sys = k.system();
	const func = sys.routine("func", { args: { csd: k.CallNode } }, [step("func()", () => {})]);
	const work_func = sys.routine("work_func", { args: { work: k.CallNode } }, [step("work_func()", () => {})]);
	const calls = smpCalls(k, { func }, () => "func");
	const work = irq_work(k, "late");
	const works = irqWorks(k, { work_func }, () => "work_func");
	const interrupts = irqWorkInterrupts(k, works);
	const queue_on = irq_work_queue_on(k);
	const body: Stmt<In>[] = [
		call(calls.smp_call_function_single_async, () => ({ cpu: k.Cpu.id(1), csd: early })),
		call(queue_on, () => ({ cpu: k.Cpu.id(1), work })),
	];
	spawn(k, sys, "remote", body, { boundTo: k.Cpu.id(0) });
	addHardirqs(k, sys, [calls.interrupts, ...interrupts]);
	expect(failures(observe(sys, {}))[0]).toMatch(
		"late is queued, and no flush knows of it: declare it before smpCalls()",
	);

	const other = new Kernel({ cpus: 1, preempt: "none" });
	const local = irq_work(other, "local");
	const system = other.system();
	const fn = system.routine("work_func", { args: { work: other.CallNode } }, [step("work_func()", () => {})]);
	irqWorkInterrupts(
		other,
		irqWorks(other, { fn }, () => "fn"),
	);
	const raise: Stmt<In> = call(irq_work_queue(other), () => ({ work: local }));
	spawn(other, system, "task", [raise]);
	expect(failures(observe(system, {}))[0]).toMatch("local is put on raised_list, which nothing runs");
});

test("a task that waits on a queue, and begins to wait on another", () => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const [a, b] = [wait_queue_head(k, "a"), wait_queue_head(k, "b")];
	const body = [prepare_to_wait(k, a, "UNINTERRUPTIBLE"), prepare_to_wait_exclusive(k, b, "UNINTERRUPTIBLE")];
	expect(error(k, body as never)).toContain("task begins to wait on b, and is on a: a task is on one queue at a time");
});
