import type { Expectations, Mutants } from "preempt";
import { expecting, vacuous, violated } from "./expected.ts";

// What the rules demand of models/bio-task-v6.ts, found by hand; rule ids are those of docs/linux.md, B8 the design as
// docs/findings.md tells it.

const REASONS: Readonly<Record<string, string>> = {
	P1: "whoever finds the list empty queues the work, PENDING is cleared before the worker takes all (WQ4), and the timer fires at the next tick (TM1, DW2)",
	P2: "a bio is in one hand at a time: on a NONE kernel with two CPUs the worker and the callback of the dead CPU take turns (PR2); each end is called once (BI2)",
	P4: "PENDING set is a worker still to come, and while the CPU is dying its callback is (DW1, HP2)",
	P5k: "the work is queued on the batch's own CPU (DW2)",
	P5h: "the worker is bound to the CPU of the batch that its work is in (WQ6)",
	P6: "the list is first in, first out (BL1), and one worker at a time takes from it (WQ2)",
	P7: "workers and the control task are tasks (WQ6, HP1)",
	P8: "they run with preemption, interrupts and bottom halves on (BI6)",
	P9: "the CPU is read with interrupts off (MG4)",
	P10: "every access is on the list's own CPU under its local lock (LK3)",
	P14: "nobody waits for what waits for it",
	P15: "nothing here sleeps where it may not (PR1)",
	P16: "end handlers here end no other bio",
	P20: "a work item does not run concurrently with itself (WQ2, WQ4), and on a NONE kernel not with the callback of the dead CPU (PR2)",
	P24: "the timer falls due once before the work runs (TM1, DW2)",
};

const expectations: Expectations = ({ design, preempt, hotplug, handler }) => {
	if (design === "unlocked") return unlocked();
	if (hotplug === "off") return expecting(REASONS).verdicts;
	const { verdicts, set } = expecting({
		...REASONS,
		P17: "the callback of the dead CPU takes all that can be reached, and nobody on it adds any more (HP1, HP4)",
	});
	set(
		violated("after WQ9 the work of CPU 1 runs on another CPU, and container_of() takes the list of CPU 1 from there"),
		"P5h",
		"P5d",
		"P10",
	);
	set(
		violated(
			"B8 (i): the worker holds the lock of its own CPU (LK3), and CPU 1 adds between its words (BL1): what is added is forgotten",
		),
		"P1",
	);
	if (handler === "free")
		set(
			violated(
				"B8 (ii): CPU 1 reads the tail, the worker takes and ends that bio, and CPU 1 links the next one to it (BL1, BI4)",
			),
			"P11",
		);
	if (hotplug === "rollback") {
		set(vacuous("no CPU is offline: the way down fails (HP8)"), "P17");
		set(
			violated(
				"B8: CPU 1 finds the list not empty, the worker takes all and looks again, and then CPU 1 links the bio: nobody is told",
			),
			"P4",
		);
	} else if (preempt === "full") {
		set(
			violated("a worker that holds bios is preempted, and overtaken by the callback of the dead CPU (PR2)"),
			"P6",
			"P20",
		);
		set(
			violated(
				"the callback of the dead CPU is preempted in its pop, which no lock protects, and the worker takes and ends the bio that it has found (BL1, PR2)",
			),
			"P2",
		);
	}
	return verdicts;
};

export default expectations;

/** The list is looked at once more when all are ended: then it may be empty. */
function unlocked() {
	const { verdicts, set } = expecting(REASONS);
	set(violated("the worker changes the list without the lock (LK3), while an interrupt may add to it"), "P10");
	set(
		violated("what an interrupt adds after the empty head was read, and before it is cleared, is forgotten (BL1)"),
		"P1",
	);
	return verdicts;
}

export const mutants: Mutants = {
	v6: {
		scenario: { design: "unlocked", caller: "hardirq", preempt: "full", hotplug: "off", handler: "nop" },
		caughtBy: "P10",
		because: "the work function does not take the lock",
	},
};
