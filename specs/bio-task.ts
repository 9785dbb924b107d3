import type { Expectations, Expected, Mutants } from "preempt";
import { atMost, holds, vacuous, violated } from "./expected.ts";

// What the rules demand of models/bio-task.ts, found by hand; rule ids are those of docs/linux.md, B0 to B4 the
// designs as docs/findings.md tells them.

/** Designs whose queueing function reads the CPU number, or lets the workqueue read it, after the list is unlocked. */
const READS_CPU_LATE = [
	"v4",
	"schedule-work",
	"was-empty",
	"axboe-loop",
	"wilcox-loop",
	"take-once",
	"bounded-batch",
	"container-of",
];
const ALL = ["P1", "P2", "P4", "P5k", "P5h", "P6", "P7", "P8", "P9", "P10", "P12", "P14", "P15", "P16", "P20"];
/** Those that say something only of bios that are queued. */
const OF_QUEUED = ["P4", "P5k", "P5h", "P6", "P7", "P9", "P10", "P20"];

const expectations: Expectations = ({ design, caller, preempt, bios }) => {
	const rt = preempt === "rt";
	// LAZY lets any task be moved at any time, for the stopper is of a higher class (PR2, TS5).
	const preemptive = preempt === "full" || preempt === "lazy" || rt;
	if (rt && caller === "hardirq") return cutAtTheLock(design === "sample-pending");
	if (rt && design === "get-cpu" && (caller === "softirq" || caller === "direct")) return cutAfterGetCpu;
	const verdicts = Object.fromEntries(ALL.map((id) => [id, holds(REASONS[id] as string)]));
	const set = (expected: Expected, ...ids: readonly string[]) =>
		Object.assign(verdicts, Object.fromEntries(ids.map((id) => [id, expected])));

	set(
		atMost(Number(bios), "each bio may find the worker asleep once more (TS2), and none wakes it twice (WQ1, WQ3)"),
		"P13",
	);
	if (caller === "task" || caller === "threaded-irq") {
		set(atMost(0, "nothing is queued"), "P13");
		set(
			vacuous("in_task() is true here (CX3, SQ10), so the gate ends the bio inline and nothing is queued (BI5)"),
			...OF_QUEUED,
		);
		if (caller === "threaded-irq")
			set(
				violated(
					"in_task() is true in a forced-threaded handler, which runs with bottom halves off, and on !RT with interrupts off (SQ10): the end handler may not sleep there (BI6)",
				),
				"P8",
			);
		return verdicts;
	}

	if (design === "pop-shared")
		set(
			violated(
				"B4h: the worker takes the list to its own copy, and then pops from the shared one, without the lock: what it took is ended by nobody, what comes meanwhile is ended before it",
			),
			"P1",
			"P6",
			"P10",
		);
	if (String(design).endsWith("-unlocked"))
		set(violated("the worker changes the list without the lock (LK3), while an interrupt may add to it"), "P10");
	if (design === "axboe-loop-unlocked")
		set(
			violated(
				"the loop takes once more at its end: what an interrupt adds between the copy of the empty list and its initialisation is forgotten (BL1)",
			),
			"P1",
		);
	if (design === "bounded-batch")
		set(
			violated(
				"B4 (iii): what exceeds the bounded batch stays on the list; later adders find it non-empty and do not schedule",
			),
			"P1",
			"P4",
		);
	if (caller !== "direct") return verdicts;

	if ((READS_CPU_LATE.includes(design as string) && design !== "schedule-work") || design === "sample-pending")
		set(violated("smp_processor_id() in a task with preemption, interrupts and migration on (MG4)"), "P9");
	if (preemptive && design === "sample-pending")
		set(
			violated(
				"B4 (ii): between the look at PENDING and the add the worker can run (PR2): it clears PENDING, takes the list and ends, and nobody is scheduled for what is added after",
			),
			"P1",
			"P4",
		);
	if (!preemptive || !READS_CPU_LATE.includes(design as string)) return verdicts;

	set(
		violated(
			"B1: between adding and scheduling the task can be preempted (PR2) and moved (MG1), so that the work is queued on another CPU than the list",
		),
		"P5k",
	);
	if (design === "container-of") {
		set(violated("the worker ends on its own CPU what it takes from the list of another"), "P5h");
		set(
			violated("the local lock is that of the executing CPU (LK3, LK4): it does not protect the batch of another"),
			"P10",
		);
		set(
			violated(
				"worker and adder change head and tail of one list at the same time (BL1): a bio added between the worker's words is forgotten",
			),
			"P1",
		);
	} else
		set(
			violated("B1: the worker takes the list of the CPU it runs on, and nobody is left to take the other"),
			"P1",
			"P4",
		);
	return verdicts;
};

export default expectations;

const changed = (design: string, caller: string, caughtBy: string, because: string) => ({
	scenario: { design, caller, preempt: "full" },
	caughtBy,
	because,
});
const unlocked = (design: string) =>
	changed(`${design}-unlocked`, "hardirq", "P10", "the work function does not take the lock");
const unguarded = (because: string) => changed("v4", "direct", "P4", because);

export const mutants: Mutants = {
	v4: changed("pop-shared", "hardirq", "P1", "the list that is emptied is the shared one, not the one taken"),
	"schedule-work": unlocked("schedule-work"),
	"was-empty": unlocked("was-empty"),
	"axboe-loop": unlocked("axboe-loop"),
	"wilcox-loop": unlocked("wilcox-loop"),
	"container-of": unlocked("container-of"),
	"take-once": changed("bounded-batch", "hardirq", "P4", "what is taken once is not the whole list"),
	"stored-cpu": [
		unguarded("the CPU number is read in place of the batch's CPU"),
		changed("sample-pending", "direct", "P1", "whether PENDING is set is looked at before the add"),
	],
	"get-cpu": unguarded("get_cpu() is dropped"),
	"migrate-disable": unguarded("migrate_disable() is dropped"),
	"held-lock": unguarded("the work is scheduled after the lock is dropped"),
};

const REASONS: Readonly<Record<string, string>> = {
	P1: "an adder schedules after it has added, PENDING is cleared before the worker takes (WQ4), and the worker looks again or was scheduled again",
	P2: "a bio is on one list or in one hand at a time, and each end is called once (BI2)",
	P4: "a context with in_task() false cannot move between adding and scheduling (SQ9a, MG1), and a set PENDING is a worker still to come (WQ1, WQ4)",
	P5k: "adding and choosing the CPU happen on one CPU (SQ9a, MG1, MG2, MG3)",
	P5h: "each worker is bound (WQ6) and takes its own CPU's list",
	P6: "the list is first in, first out (BL1), and one worker at a time takes from it (WQ2)",
	P7: "the worker is a task (WQ6)",
	P8: "worker and completing task run with preemption, interrupts and bottom halves on (BI6)",
	P9: "interrupt contexts, disabled interrupts, migrate_disable and bound workers are exempt (MG4)",
	P10: "every access is on the list's own CPU under its local lock (LK3, LK4)",
	P12: "the BLOCK softirq is raised in interrupts and with bottom halves off (SQ1), and the end of an interrupt runs it (SQ2)",
	P14: "no lock is held while another is awaited, and every sleeper is woken (WQ3)",
	P15: "tasks sleep only where nothing is disabled (PR1); sleeping locks are taken by tasks that may (LK2)",
	P16: "end handlers here end no other bio",
	P20: "a work item does not run concurrently with itself (WQ2, WQ4)",
};

/** RT: the local lock is a sleeping lock, which a hard interrupt may not take (LK4); every path ends there. */
function cutAtTheLock(readsCpuFirst: boolean): Readonly<Record<string, Expected>> {
	return {
		...Object.fromEntries(ALL.map((id) => [id, vacuous("every path ends at the lock, where P15 is violated")])),
		P13: atMost(0, "nothing is queued"),
		P15: violated("local_lock_irqsave() is a sleeping lock on RT, taken here in a hard interrupt (LK4)"),
		...(readsCpuFirst ? { P9: holds("the CPU number is read in a hard interrupt (MG4)") } : {}),
	};
}

const cutAfterGetCpu: Readonly<Record<string, Expected>> = {
	...Object.fromEntries(ALL.map((id) => [id, vacuous("every path ends at the lock, where P15 is violated")])),
	P13: atMost(0, "nothing is queued"),
	P15: violated("get_cpu() disables preemption, and local_lock_irqsave() is a sleeping lock on RT (MG3, LK2)"),
};
