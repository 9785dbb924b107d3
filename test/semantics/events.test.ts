// What the library tells properties, event by event: a property of what is not told holds of everything.
import { expect, test } from "vitest";
import {
	add_timer_on,
	addBhWorkers,
	addGracePeriods,
	addHardirqs,
	addSoftirqs,
	addWorkers,
	bi_end_io,
	bio_endio,
	irq_work,
	irq_work_queue,
	irq_work_queue_remote,
	irqWorkInterrupts,
	irqWorks,
	Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	local_bh_disable,
	local_bh_enable,
	might_sleep,
	type Options,
	queue_work,
	smpCalls,
	synchronize_rcu,
	timer_setup,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { call, type In, type Stmt, step } from "../../src/lang/index.ts";
import { failures, observe, spawn } from "./litmus.ts";

type Sys = LinuxSystem<KernelState, KernelEventTypes>;
/** What a task does that is told; and what that needs. */
type Doing = (k: Kernel, sys: Sys) => readonly Stmt<In<Sys>, string>[];

/** Raises an irq_work, on another CPU or here. */
const raises =
	(remote: boolean): Doing =>
	(k, sys) => {
		const work = irq_work(k, "work");
		const func = sys.routine("work_func", { args: { work: k.CallNode } }, [step("work_func()", () => {})]);
		const works = irqWorks(k, { func }, () => "func");
		const smp = smpCalls(k, {}, () => "", works);
		const target = { work, cpu: k.Cpu.id(1) };
		const raise = remote
			? call<In<Sys>, typeof target, unknown, string>(irq_work_queue_remote(k), () => target)
			: call<In<Sys>, { work: typeof work }, unknown, string>(irq_work_queue(k), () => ({ work }));
		addHardirqs(k, sys, [smp.interrupts, ...irqWorkInterrupts(k, works)]);
		return [raise];
	};

const doings: readonly [event: keyof KernelEventTypes, what: string, options: Partial<Options>, Doing][] = [
	[
		"woken",
		"by wake_up_process()",
		{},
		(k, sys) => {
			const sleeper = spawn(k, sys, "sleeper", [], { sleeps: "asleep" });
			return [step("wake_up_process(sleeper)", (c) => void wake_up_process(k, c, sleeper))];
		},
	],
	[
		"woken",
		"at the end of a wait",
		{},
		(k, sys) => {
			addGracePeriods(k, sys);
			return [synchronize_rcu(k)];
		},
	],
	[
		"armed",
		"by queue_work()",
		{ works: 1 },
		(k, sys) => {
			const work = k.Work.add("work");
			const fn = sys.routine("fn", { args: { work: k.Work } }, [step("fn", () => {})]);
			addWorkers(k, sys, { fn }, () => "fn");
			return [call<In<Sys>, { work: typeof work }, unknown, string>(queue_work(k), () => ({ work }))];
		},
	],
	[
		"armed",
		"by queue_work() of a work of WQ_BH",
		{ works: 1 },
		(k, sys) => {
			const work = k.Work.add("work");
			const fn = sys.routine("fn", { args: { work: k.Work } }, [step("fn", () => {})]);
			addBhWorkers(k, sys, [work], { fn }, () => "fn");
			addSoftirqs(k, sys);
			return [call<In<Sys>, { work: typeof work }, unknown, string>(queue_work(k), () => ({ work }))];
		},
	],
	["call_queued", "by irq_work_queue()", {}, raises(false)],
	["remote_raise", "by irq_work_queue_remote()", {}, raises(true)],
	[
		"ticked",
		"where a timer is armed",
		{},
		(k, sys) => {
			const timer = timer_setup(k, sys, "timer", []);
			addSoftirqs(k, sys);
			return [step("add_timer_on(timer, 0)", ({ s }) => add_timer_on(k, s, timer, k.Cpu.id(0)))];
		},
	],
	["may_sleep", "by might_sleep()", {}, (k) => [might_sleep(k)]],
	["may_sleep", "by local_bh_disable()", {}, (k) => [local_bh_disable(k), local_bh_enable(k)]],
	["end_io", "by bio_endio()", { bios: 1 }, (k) => [call(bio_endio(k, bi_end_io(k)), () => ({ bio: k.Bio.id(0) }))]],
];

/** A property that any such event breaks. */
function tells(sys: Sys, event: keyof KernelEventTypes): string[] {
	sys.property(event, { title: event, statement: "It does not happen.", on: { [event]: () => false } });
	return failures(observe(sys, { reports: [event] }));
}

test.each(doings)("%s is told %s", (event, _, options, doing) => {
	const k = new Kernel({ cpus: 2, preempt: "none", ...options });
	const sys = k.system();
	spawn(k, sys, "task", doing(k, sys), { boundTo: k.Cpu.id(0) });
	expect(tells(sys, event)).toEqual([]);
});
