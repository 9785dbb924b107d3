// WQ10: disabling work.
import { expect, test } from "vitest";
import {
	addSoftirqs,
	addWorkers,
	cancel_work_sync,
	disable_work_sync,
	enable_work,
	flush_workqueue,
	INIT_DELAYED_WORK,
	Kernel,
	type KernelState,
	type Preempt,
	queue_delayed_work_on,
	queue_work_on,
	schedule,
} from "../../src/kernel/index.ts";
import { bool, call, type In, oneOf, range, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

const queued = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, works: 1, preempt, ...variant });
	const sys = k.system({
		state: { disabled: bool, runs: bool, overlaps: bool, ran: bool, told: oneOf("-", "yes", "no") },
	});
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const work = k.Work.add("work");
	const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("starts", ({ s }) => {
			s.runs = true;
			if (s.disabled) s.overlaps = true;
		}),
		step("ends", ({ s }) => {
			s.runs = false;
			s.ran = true;
		}),
	]);
	addWorkers(k, sys, { work_fn }, () => "work_fn");
	spawn(k, sys, "producer", [call(queue_work_on(k), () => ({ cpu: cpu1, work }))], { boundTo: cpu1 });
	spawn(
		k,
		sys,
		"controller",
		[
			call(disable_work_sync(k), () => ({ work })),
			step("disabled", ({ s }) => {
				s.disabled = true;
				if (s.runs) s.overlaps = true;
			}),
			step("still disabled", ({ s }) => {
				s.disabled = false;
			}),
			call(enable_work(k), () => ({ work })),
		],
		{ boundTo: cpu0 },
	);
	return observe(sys, {
		allows: {
			"it runs": { end: ({ s }) => s.ran },
			"it is taken back, or not queued": { end: ({ s }) => !s.ran },
		},
		forbids: {
			"it runs while it is disabled": ({ s }) => s.overlaps,
			"it is queued for ever": { end: ({ s }) => s.work[work].pending || s.work[work].disabled > 0 },
		},
	});
};

test("WQ10: a delayed work that is disabled is not armed", () => {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "none" });
	const sys = k.system();
	const [cpu0, work] = [k.Cpu.id(0), INIT_DELAYED_WORK(k, "work")];
	const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [step("runs", () => {})]);
	addWorkers(k, sys, { work_fn }, () => "work_fn");
	const [disable, queue] = [disable_work_sync(k), queue_delayed_work_on(k)];
	spawn(k, sys, "controller", [
		call(disable, () => ({ work })),
		call(queue, () => ({ cpu: cpu0, work, delay: 1 })),
		call(queue, () => ({ cpu: cpu0, work, delay: 0 })),
	]);
	addSoftirqs(k, sys);
	const forbids = {
		"it is armed": ({ s }: { s: KernelState }) => s.timer[k.Timer.id(0)].base !== null,
		"it is queued": ({ s }: { s: KernelState }) => s.pool[cpu0].worklist.length > 0,
		"it stays pending": { end: ({ s }: { s: KernelState }) => s.work[work].pending },
	};
	expect(failures(observe(sys, { forbids }))).toEqual([]);
});

test("WQ10: who flushes does not wait for a work that was taken back", () => {
	const k = new Kernel({ cpus: 2, works: 1, preempt: "none" });
	const sys = k.system({ state: { flushed: bool } });
	const [cpu0, cpu1, work] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("work")];
	const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [step("runs", () => {})]);
	addWorkers(k, sys, { work_fn }, () => "work_fn");
	const flushed: Stmt<In<typeof sys>> = step("flushed", ({ s }) => {
		s.flushed = true;
	});
	const [queue, flush, disable] = [queue_work_on(k), flush_workqueue(k, [work]), disable_work_sync(k)];
	spawn(k, sys, "flusher", [call(queue, () => ({ cpu: cpu0, work })), call(flush), flushed], { boundTo: cpu0 });
	spawn(k, sys, "controller", [call(disable, () => ({ work }))], { boundTo: cpu1 });
	expect(failures(observe(sys, { forbids: { "it waits for ever": { end: ({ s }) => !s.flushed } } }))).toEqual([]);
});

test("WQ10: who disables a work twice enables it twice", () => {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "none" });
	const sys = k.system({ state: { disabled: bool, ran: bool, early: bool } });
	const [cpu0, work] = [k.Cpu.id(0), k.Work.add("work")];
	const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("runs", ({ s }) => {
			s.ran = true;
			s.early = s.disabled;
		}),
	]);
	addWorkers(k, sys, { work_fn }, () => "work_fn");
	const [disable, enable, queue] = [disable_work_sync(k), enable_work(k), queue_work_on(k)];
	const disabled = (yes: boolean): Stmt<In<typeof sys>> =>
		step(yes ? "disabled" : "enabled", ({ s }) => {
			s.disabled = yes;
		});
	spawn(k, sys, "controller", [
		call(disable, () => ({ work })),
		call(disable, () => ({ work })),
		disabled(true),
		call(enable, () => ({ work })),
		call(queue, () => ({ cpu: cpu0, work })),
		schedule(k),
		disabled(false),
		call(enable, () => ({ work })),
		call(queue, () => ({ cpu: cpu0, work })),
	]);
	const experiment = observe(sys, {
		allows: { "it runs": { end: ({ s }) => s.ran } },
		forbids: { "it runs while it is disabled": ({ s }) => s.early, "it never runs": { end: ({ s }) => !s.ran } },
	});
	expect(failures(experiment)).toEqual([]);
});

/** Somebody finds PENDING set; is the work queued, or does it run? */
const refused = (variant: Variant) => {
	const k = new Kernel({ cpus: 2, works: 1, preempt: "none", ...variant });
	const sys = k.system({ state: { enabled: bool, late: bool } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const work = k.Work.add("work");
	k.initial.push((s) => {
		s.work[work].disabled = 1;
	});
	const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [step("runs", () => {})]);
	addWorkers(k, sys, { work_fn }, () => "work_fn");
	const queue = queue_work_on(k);
	spawn(k, sys, "producer", [call(queue, () => ({ cpu: cpu1, work }))], { boundTo: cpu0 });
	spawn(
		k,
		sys,
		"controller",
		[
			call(enable_work(k), () => ({ work })),
			step("enabled", ({ s }) => {
				s.enabled = true;
			}),
		],
		{ boundTo: cpu1 },
	);
	const idle = (s: Parameters<(typeof k.initial)[number]>[0]) =>
		s.pool[cpu1].worklist.length === 0 && k.kworkers.every((id) => s.context[id].current_work === null);
	sys.property("window", {
		title: "queued where PENDING is clear",
		statement: "Whoever finds PENDING set finds the work queued, or about to be run.",
		invariant: ({ s, at }) => !(s.work[work].pending && idle(s) && !at(queue, ["__queue_work(cpu, work)"], () => true)),
	});
	const { system, ...rest } = observe(sys, {
		forbids: { "it stays pending": { end: ({ s }) => s.work[work].pending } },
	});
	return { system, ...rest, allows: ["window"] };
};

/** The work is queued on CPU 1, again and again, while CPU 0 cancels it. */
const cancelled = (preempt: Preempt) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, works: 1, preempt, ...variant });
	const sys = k.system({ state: { cancelled: bool, runs: bool, times: range(0, 2) } });
	const [cpu0, cpu1] = [k.Cpu.id(0), k.Cpu.id(1)];
	const work = k.Work.add("work");
	const work_fn = sys.routine("work_fn", { args: { work: k.Work } }, [
		step("starts", ({ s }) => {
			s.runs = true;
			s.times++;
		}),
		step("ends", ({ s }) => {
			s.runs = false;
		}),
	]);
	addWorkers(k, sys, { work_fn }, () => "work_fn");
	const queue = queue_work_on(k);
	const queues: Stmt<In<typeof sys>> = call(queue, () => ({ cpu: cpu1, work }));
	spawn(k, sys, "producer", [queues, schedule(k), queues], { boundTo: cpu1 });
	const cancel = cancel_work_sync(k);
	const after: Stmt<In<typeof sys>> = step("is cancelled", ({ s }) => {
		s.cancelled = true;
	});
	spawn(k, sys, "controller", [call(cancel, () => ({ work })), after], { boundTo: cpu0 });
	return observe(sys, {
		allows: {
			"it runs twice": { end: ({ s }) => s.times === 2 },
			"it never runs": { end: ({ s }) => s.times === 0 },
			"it is queued after that, and runs": ({ s }) => s.cancelled && s.runs,
		},
		forbids: {
			"it is queued while it is waited for": ({ s }) => s.work[work].disabled > 0 && s.pool[cpu1].worklist.length > 0,
			"it stays disabled, or pending": { end: ({ s }) => s.work[work].disabled > 0 || s.work[work].pending },
			"it is not cancelled": { end: ({ s }) => !s.cancelled },
		},
	});
};

litmus("WQ10", "a disabled work is not queued and does not run; enabling it owns PENDING for a moment", {
	NONE: queued("none"),
	FULL: queued("full"),
	"the window of enable_work()": refused,
	"cancel_work_sync(), NONE": cancelled("none"),
	"cancel_work_sync(), FULL": cancelled("full"),
});

test("WQ10: a work that is not disabled is enabled", () => {
	const k = new Kernel({ cpus: 1, works: 1, preempt: "none" });
	const sys = k.system();
	const work = k.Work.add("work");
	const enable: Stmt<In<typeof sys>> = call(enable_work(k), () => ({ work }));
	spawn(k, sys, "task", [call(disable_work_sync(k), () => ({ work })), enable, enable]);
	expect(failures(observe(sys, { reports: ["negative-count"] }))).toEqual([]);
});
