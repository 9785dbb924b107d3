import type { Expectations, Mutants } from "preempt";
import { atMost, expecting, vacuous, violated } from "./expected.ts";

// What the rules demand of models/bio-task-v5.ts, found by hand; rule ids are those of docs/linux.md, B5 the designs as
// docs/findings.md tells them.

const REASONS: Readonly<Record<string, string>> = {
	P1: "whoever finds the list empty queues the work (LL1), PENDING is cleared before the worker takes all (WQ4, LL2), and the timer fires at the next tick (TM1, DW2)",
	P2: "llist_del_all() gives a bio to one taker alone (LL2), and each end is called once (BI2)",
	P4: "the list is empty or its first adder has PENDING set, or is to set it, or the worker looks at it again (LL1, DW1, WQ4)",
	P5k: "the work is queued on the batch's own CPU, whichever CPU the adder has come to (DW2)",
	P5h: "the worker is bound (WQ6) to the CPU of the batch that its work is in",
	P6: "the chain is turned round (LL3), and one worker at a time takes from a list (WQ2)",
	P7: "the worker is a task (WQ6)",
	P8: "worker and completing task run with preemption, interrupts and bottom halves on (BI6)",
	P9: "interrupt contexts are exempt (MG4)",
	P12: "the BLOCK softirq is raised in interrupts and with bottom halves off (SQ1), and the end of an interrupt runs it (SQ2)",
	P14: "there are no locks, and every sleeper is woken (WQ3)",
	P15: "nothing here sleeps where it may not (PR1)",
	P16: "end handlers here end no other bio",
	P20: "a work item does not run concurrently with itself (WQ2, WQ4)",
	P24: "the first adder arms the timer before the next tick can find the bio twice (TM1, DW1)",
};
/** Those that say something only of bios that are queued. */
const OF_QUEUED = ["P4", "P5k", "P5h", "P6", "P7", "P9", "P20"];

const expectations: Expectations = ({ design, caller, preempt, bios }) => {
	const preemptive = preempt === "full" || preempt === "rt";
	const { verdicts, set } = expecting(REASONS);
	set(
		atMost(
			Number(bios),
			"each bio may find the worker asleep once more (TS2): the delay spares no wake-up where a tick passes between any two",
		),
		"P13",
	);
	if (caller === "task" || caller === "threaded-irq") {
		set(
			vacuous("in_task() is true here (CX3, SQ10), so the gate ends the bio inline and nothing is queued (BI5)"),
			...OF_QUEUED,
		);
		set(atMost(0, "nothing is queued"), "P13");
		if (caller === "threaded-irq")
			set(
				violated(
					"in_task() is true in a forced-threaded handler, which runs with bottom halves off, and on !RT with interrupts off (SQ10): the end handler may not sleep there (BI6)",
				),
				"P8",
			);
		return verdicts;
	}
	if (caller === "ksoftirqd")
		set(violated("on RT the end of the hard interrupt that raised the softirq wakes ksoftirqd (SQ2)"), "P12");
	if (caller === "direct")
		set(violated("this_cpu_ptr() in a task with preemption, interrupts and migration on (MG4)"), "P9");
	if (String(design).endsWith("no-reverse"))
		set(violated("B5a: llist_del_all() gives the newest first (LL2), and nothing turns the chain round (LL3)"), "P6");
	if (design === "mod-always")
		set(
			violated("B5b: each add takes the timer off its base and arms it anew (DW3), so that it is late by a tick"),
			"P24",
		);
	const overtaken = (caller === "direct" && preemptive) || caller === "ksoftirqd";
	if (design === "sample-empty" && overtaken) {
		set(
			violated(
				"B5e: the worker takes the list between the look at it and the add, for the adder can be preempted by a fair thread there (PR2, SQ9): nobody queues the work for what is added then",
			),
			"P1",
			"P4",
		);
		// In ksoftirqd adders come one after the other.
		if (caller === "direct")
			set(
				violated("B5e: two adders find the list empty, and the second arms the timer anew (DW3), a tick late"),
				"P24",
			);
	}
	return verdicts;
};

export default expectations;

const changed = (design: string, caller: string, caughtBy: string, because: string) => ({
	scenario: { design, caller, preempt: "full" },
	caughtBy,
	because,
});
const unreversed = (design: string) => changed(design, "hardirq", "P6", "llist_reverse_order() is dropped");

export const mutants: Mutants = {
	v5: [
		unreversed("no-reverse"),
		changed("sample-empty", "direct", "P4", "whether the list is empty is looked at before the add"),
		changed("mod-always", "hardirq", "P24", "the test of what llist_add() returned is dropped"),
	],
	"no-delay": unreversed("no-delay-no-reverse"),
	"queue-delayed": unreversed("queue-delayed-no-reverse"),
};
