// TS1–TS4: sleeping and waking.
import { expect, test } from "vitest";
import {
	addInterrupts,
	addSoftirqs,
	addTask,
	completeInSoftirq,
	cond_resched,
	Kernel,
	type KernelState,
	schedule,
	set_current_state,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { again, bool, call, type In, loop, oneOf, range, type Stmt, step, when } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

litmus("TS1", "schedule() takes a task off the run queue unless its state is RUNNING", {
	"two tasks": (variant) => {
		const k = new Kernel({ cpus: 1, preempt: "none", ...variant });
		const sys = k.system({ state: { runningEnds: bool, sleeperEnds: bool } });
		spawn(k, sys, "running", [
			schedule(k),
			step("running ends", ({ s }) => {
				s.runningEnds = true;
			}),
		]);
		spawn(
			k,
			sys,
			"sleeper",
			[
				set_current_state("UNINTERRUPTIBLE"),
				schedule(k),
				step("sleeper ends", ({ s }) => {
					s.sleeperEnds = true;
				}),
			],
			{ sleeps: true },
		);
		return observe(sys, {
			allows: { "only the one that is RUNNING goes on": { end: ({ s }) => s.runningEnds && !s.sleeperEnds } },
			forbids: { "it does not": { end: ({ s }) => !s.runningEnds }, "the other does": ({ s }) => s.sleeperEnds },
		});
	},
});

test("TS1: a SCHED_FIFO task that goes to sleep leaves its CPU to others", () => {
	const k = new Kernel({ cpus: 1, preempt: "none" });
	const sys = k.system({ state: { meanwhile: bool } });
	const sleeps = [set_current_state("UNINTERRUPTIBLE"), schedule(k)];
	const sleeper = spawn(k, sys, "sleeper", sleeps, { fifo: 1, boundTo: k.Cpu.id(0), sleeps: true });
	spawn(k, sys, "other", [
		step("other", ({ s }) => {
			s.meanwhile = !s.context[sleeper].on_rq;
		}),
	]);
	const asleep = ({ s }: { s: KernelState }) => !s.context[sleeper].on_rq && s.cpu[k.Cpu.id(0)].curr === sleeper;
	const experiment = observe(sys, {
		allows: { "another has it": ({ s }) => s.meanwhile },
		forbids: { "it has its CPU, asleep": asleep },
	});
	expect(failures(experiment)).toEqual([]);
});

test("PR1: to sleep in a softirq is an error", () => {
	const k = new Kernel({ cpus: 1, bios: 1, preempt: "full" });
	const sys = k.system();
	addInterrupts(k, sys, [completeInSoftirq(k)]);
	addSoftirqs(k, sys, [schedule(k)]);
	expect(failures(observe(sys, { reports: ["P15"] }))).toEqual([]);
});

litmus("TS2", "wake_up_process() makes a sleeping task runnable, from any context; a RUNNING one is left as it is", {
	"a waker before, during and after": (variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt: "full", ...variant });
		const sys = k.system({ state: { woke: oneOf("not yet", "nobody", "the sleeper"), ends: bool } });
		const sleeper = spawn(
			k,
			sys,
			"sleeper",
			[
				step("runs", () => {}),
				set_current_state("INTERRUPTIBLE"),
				schedule(k),
				step("ends", ({ s }) => {
					s.ends = true;
				}),
			],
			{ sleeps: true },
		);
		addInterrupts(k, sys, [
			step("wake_up_process(sleeper)", (c) => {
				c.s.woke = wake_up_process(k, c, sleeper) ? "the sleeper" : "nobody";
			}),
		]);
		return observe(sys, {
			allows: {
				"it was RUNNING, and sleeps for ever after": { end: ({ s }) => s.woke === "nobody" && !s.ends },
				"it slept, and goes on": { end: ({ s }) => s.woke === "the sleeper" && s.ends },
			},
			forbids: {
				"it is woken and does not go on": { end: ({ s }) => s.woke === "the sleeper" && !s.ends },
				"it goes on before it is woken": ({ s }) => s.ends && s.woke !== "the sleeper",
			},
		});
	},
});

/** C2: a kernel thread that waits for items, and a producer that adds one and wakes it if the list was empty. */
const waiting = (fifo: number, setsFirst: boolean) => (variant: Variant) => {
	const k = new Kernel({ cpus: 2, bios: 2, preempt: "full", ...variant });
	const sys = k.system({ state: { items: range(0, 2), taken: range(0, 2) } });
	type Here = In<typeof sys>;
	const take: Stmt<Here> = when("if (!list_empty(list)) take all", ({ s }) => s.items > 0, [
		set_current_state("RUNNING"),
		step("take all", ({ s }) => {
			s.taken += s.items;
			s.items = 0;
		}),
		again(),
	]);
	const thread = sys.routine("kthread", {}, [
		loop([
			...(setsFirst ? [set_current_state("INTERRUPTIBLE")] : []),
			take,
			...(setsFirst ? [] : [set_current_state("INTERRUPTIBLE")]),
			schedule(k),
		]),
	]);
	const worker = addTask(k, sys, "kthread", thread, { fifo, boundTo: k.Cpu.id(0), sleeps: "asleep" });
	const queue = sys.routine("queue", { locals: { was_empty: bool } }, [
		step("was_empty = list_empty(list); add", ({ s, f }) => {
			f.was_empty = s.items === 0;
			s.items++;
		}),
		when(
			({ f }) => f.was_empty,
			[
				step("wake_up_process(kthread)", (c) => {
					wake_up_process(k, c, worker);
				}),
			],
		),
	]);
	addInterrupts(k, sys, [call(queue)]);
	const lost = { "an item is left": { end: ({ s }: Pick<Here, "s">) => s.items > 0 } };
	return observe(sys, {
		allows: { "both items are taken": { end: ({ s }) => s.taken === 2 }, ...(setsFirst ? {} : lost) },
		forbids: setsFirst ? lost : {},
	});
};

litmus("TS3", "no wake-up is lost if the waiter sets its state before it tests", {
	"set, then test: fair": waiting(0, true),
	"set, then test: SCHED_FIFO": waiting(1, true),
});

test.each([0, 1])("TS3: the other way round it can be lost, with priority %i", (fifo) => {
	expect(failures(waiting(fifo, false)({}))).toEqual([]);
});

litmus("TS4", "a task that is preempted with another state than RUNNING stays on the run queue", {
	FULL: (variant) => {
		const k = new Kernel({ cpus: 1, preempt: "full", ...variant });
		const sys = k.system({ state: { between: bool, ends: bool } });
		const task = spawn(
			k,
			sys,
			"task",
			[
				set_current_state("INTERRUPTIBLE"),
				set_current_state("RUNNING"),
				step("ends", ({ s }) => {
					s.ends = true;
				}),
			],
			{ sleeps: true },
		);
		spawn(k, sys, "other", [
			step("other task", ({ s }) => {
				s.between = s.context[task].state === "INTERRUPTIBLE";
			}),
		]);
		return observe(sys, {
			allows: { "it is preempted with state INTERRUPTIBLE": ({ s }) => s.between },
			forbids: { "it never ends": { end: ({ s }) => !s.ends } },
		});
	},
	"at cond_resched()": (variant) => {
		const k = new Kernel({ cpus: 1, preempt: "none", ...variant });
		const sys = k.system({ state: { ends: bool } });
		spawn(
			k,
			sys,
			"task",
			[
				set_current_state("INTERRUPTIBLE"),
				cond_resched(k),
				set_current_state("RUNNING"),
				step("ends", ({ s }) => {
					s.ends = true;
				}),
			],
			{ sleeps: true },
		);
		return observe(sys, { forbids: { "it never ends": { end: ({ s }) => !s.ends } } });
	},
});
