// TS5, TS6: scheduling classes, bound threads.
import { expect, test } from "vitest";
import {
	addInterrupts,
	cond_resched,
	ifNeedResched,
	Kernel,
	kthread_create_on_cpu,
	type Preempt,
	preempt_disable,
	preempt_enable,
	schedule,
	wake_up_process,
} from "../../src/kernel/index.ts";
import { bool, type In, oneOf, type Stmt, step } from "../../src/lang/index.ts";
import { failures, litmus, observe, spawn, type Variant } from "./litmus.ts";

const places = ["plain code", "preemption off", "!need_resched()", "cond_resched()", "schedule()"] as const;
type Place = (typeof places)[number];
/** Where a task goes on although the thread waits, and where the thread comes in between. */
type Order = { readonly goesOn: readonly Place[]; readonly cut: readonly Place[] };

/** An interrupt wakes a thread of priority `second` while a task of priority `first` has their CPU. */
const overtaken =
	(preempt: Preempt, first: number, second: number, { goesOn, cut }: Order) =>
	(variant: Variant) => {
		const k = new Kernel({ cpus: 1, bios: 1, preempt, ...variant });
		const place = oneOf("elsewhere", ...places);
		const sys = k.system({ state: { at: place, due: bool, over: place, cut: place } });
		type Here = In<typeof sys>;
		const enter = (to: Place): Stmt<Here> =>
			step(`at = ${to}`, ({ s }) => {
				s.at = to;
				s.due = s.context[thread].on_rq;
			});
		const leave: Stmt<Here> = step("at = elsewhere", ({ s }) => {
			// What looks once, before this step, answers for what was due when it looked.
			const looks = s.at !== "plain code" && s.at !== "preemption off";
			if (s.context[thread].on_rq && (s.due || !looks)) s.over = s.at;
			s.at = "elsewhere";
			s.due = false;
		});
		const thread = spawn(
			k,
			sys,
			"thread",
			[
				step("thread", ({ s }) => {
					s.cut = s.at;
				}),
			],
			{ fifo: second, sleeps: "asleep", boundTo: k.Cpu.id(0) },
		);
		spawn(
			k,
			sys,
			"task",
			[
				...[enter("plain code"), leave],
				...[preempt_disable(k), enter("preemption off"), leave, preempt_enable(k)],
				...[enter("!need_resched()"), ifNeedResched(k, [], [leave])],
				...[enter("cond_resched()"), cond_resched(k), leave],
				...[enter("schedule()"), schedule(k), leave],
			],
			{ fifo: first, boundTo: k.Cpu.id(0) },
		);
		addInterrupts(k, sys, [
			step("wake_up_process(thread)", (c) => {
				wake_up_process(k, c, thread);
			}),
		]);
		type S = Pick<Here, "s">;
		const told = (expected: boolean) =>
			Object.fromEntries(
				places.flatMap((here) => [
					...(goesOn.includes(here) === expected ? [[`${here}: goes on`, ({ s }: S) => s.over === here] as const] : []),
					...(cut.includes(here) === expected ? [[`${here}: is cut`, ({ s }: S) => s.cut === here] as const] : []),
				]),
			);
		return observe(sys, { allows: told(true), forbids: told(false) });
	};

const all = places;
litmus("TS5", "SCHED_FIFO by priority before fair; a task that is not preemptible keeps its CPU all the same", {
	"fair, FIFO 1 wakes, NONE": overtaken("none", 0, 1, {
		goesOn: ["plain code", "preemption off"],
		cut: ["cond_resched()", "schedule()"],
	}),
	"fair, FIFO 1 wakes, FULL": overtaken("full", 0, 1, {
		goesOn: ["preemption off"],
		cut: ["plain code", "!need_resched()", "cond_resched()", "schedule()"],
	}),
	"FIFO 1, FIFO 50 wakes, RT": overtaken("rt", 1, 50, {
		goesOn: ["preemption off"],
		cut: ["plain code", "!need_resched()", "cond_resched()", "schedule()"],
	}),
	"FIFO 1, FIFO 50 wakes, NONE": overtaken("none", 1, 50, {
		goesOn: ["plain code", "preemption off"],
		cut: ["cond_resched()", "schedule()"],
	}),
	"FIFO 50, FIFO 1 wakes, FULL": overtaken("full", 50, 1, { goesOn: all, cut: [] }),
	"FIFO 1, FIFO 1 wakes, FULL": overtaken("full", 1, 1, { goesOn: all, cut: [] }),
	"FIFO 1, FIFO 1 wakes, NONE": overtaken("none", 1, 1, { goesOn: all, cut: [] }),
});

test("TS5: among fair tasks the choice is free", () => {
	const cut = all.filter((place) => place !== "preemption off");
	expect(failures(overtaken("full", 0, 0, { goesOn: all, cut })({}))).toEqual([]);
});

test.each(["none", "full"] as const)("TS5: a task of a higher class keeps nobody from another CPU, %s", (preempt) => {
	const k = new Kernel({ cpus: 2, preempt });
	const sys = k.system({ state: { meanwhile: bool } });
	const two = [step("one", () => {}), step("two", () => {})];
	const fifo = spawn(k, sys, "fifo", two, { fifo: 1, boundTo: k.Cpu.id(1) });
	const fair: Stmt<In<typeof sys>> = step("fair", ({ s }) => {
		s.meanwhile = s.context[fifo].on_rq;
	});
	spawn(k, sys, "fair", [fair], { boundTo: k.Cpu.id(0) });
	expect(failures(observe(sys, { allows: { "a fair one runs there": ({ s }) => s.meanwhile } }))).toEqual([]);
});

litmus("TS6", "kthread_create_on_cpu() makes a bound thread that the first wake-up starts", {
	"created, then woken": (variant) => {
		const k = new Kernel({ cpus: 2, preempt: "full", ...variant });
		const sys = k.system({ state: { woken: bool, early: bool, moved: bool, ran: bool } });
		const cpu1 = k.Cpu.id(1);
		const fn = sys.routine("threadfn", {}, [
			step("threadfn", ({ s, me }) => {
				s.ran = true;
				s.early = !s.woken;
				s.moved = me.cpu !== cpu1;
			}),
		]);
		const thread = kthread_create_on_cpu(k, sys, "kthread", fn, cpu1, { fifo: 1 });
		spawn(k, sys, "task", [
			step("wake_up_process(kthread)", (c) => {
				c.s.woken = wake_up_process(k, c, thread);
			}),
		]);
		return observe(sys, {
			allows: { "it runs": ({ s }) => s.ran },
			forbids: {
				"it runs before it is woken": ({ s }) => s.early,
				"it runs on another CPU": ({ s }) => s.moved,
				"it never runs": { end: ({ s }) => !s.ran },
			},
		});
	},
});
