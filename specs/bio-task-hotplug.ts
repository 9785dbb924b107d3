import type { Expectations, Mutants } from "preempt";
import { expecting, vacuous, violated } from "./expected.ts";

// What the rules demand of models/bio-task-hotplug.ts, found by hand; rule ids are those of docs/linux.md, B7 and B9 the
// designs as docs/findings.md tells them.

const REASONS: Readonly<Record<string, string>> = {
	P1: "what the workers leave behind on CPU 1 is drained when it is dead (HP2)",
	P2: "a bio is on one list or in one hand at a time, and each end is called once (BI2)",
	P4: "the callback of the dead CPU is ahead where nobody else is (HP2)",
	P5k: "adding and choosing the CPU happen on one CPU (SQ9a, MG1); a worker that has lost its CPU has only the other one to go to, or is not preempted between its look and the scheduling (PR2)",
	P5h: "a worker that has lost its CPU takes the list of the CPU that it has come to, and on a NONE kernel ends it there (PR2, WQ9)",
	P6: "no worker that holds bios is overtaken: on a NONE kernel it is not preempted (PR2), and else only the callback of the dead CPU would overtake it",
	P7: "workers and the control task are tasks (WQ6, HP1)",
	P8: "they run with preemption, interrupts and bottom halves on (BI6)",
	P10: "B7.5: every access is on the list's own CPU under its local lock, or to the list of a dead CPU, for nobody reaches a batch but through this_cpu_ptr() (MG5)",
	P14: "nobody waits for what waits for it",
	P15: "nothing here sleeps where it may not (PR1)",
	P16: "end handlers here end no other bio",
	P20: "a list is taken under the lock of its CPU, by one worker at a time: with two bios no second comes while the first holds one, nor, on a NONE kernel, does the callback of the dead CPU (PR2)",
	P5d: "as P5h",
	P17: "the callback of the dead CPU takes all, and nobody on it adds any more (HP1, HP4)",
};

const expectations: Expectations = ({ design, preempt, hotplug, probe }) => {
	const preemptive = preempt === "full" || preempt === "rt";
	const { verdicts, set } = expecting(REASONS);
	set(violated("B7.4: a worker that has lost its CPU (WQ9) reads the CPU's number with preemption on (MG4)"), "P9");
	if (preemptive) {
		set(
			violated(
				"B7.1: a worker takes the list of CPU 1 there, is preempted, and goes on with it elsewhere (PR2, WQ9, HP6)",
			),
			"P5h",
			"P5d",
		);
		if (hotplug !== "down")
			set(
				violated(
					"B7.3: between its look at the list of CPU 0 and smp_processor_id() the worker is preempted, and bound to CPU 1 again (WQ9)",
				),
				"P5k",
			);
		if (hotplug !== "rollback" && design !== "no-dead")
			set(
				violated("a worker that holds bios of CPU 1 is preempted, and overtaken by the callback of the dead CPU"),
				"P6",
				"P20",
			);
	}
	if (hotplug === "rollback") {
		set(
			violated(
				"B7.2: after WQ9 the work of CPU 1 runs on CPU 0 and takes the list of that; then the way down fails (HP8), and nobody takes that of CPU 1",
			),
			"P1",
			"P4",
		);
		set(vacuous("no CPU is offline: the way down fails (HP8)"), "P17");
	}
	if (hotplug === "downup")
		set(
			violated(
				"CPU 1 takes interrupts again before its workers are bound to it (HP10, WQ9): the work runs on CPU 0 and takes the list of that, and no callback comes any more",
			),
			"P1",
			"P4",
		);
	if (design === "no-dead" && hotplug === "down")
		set(violated("B9: what is left on the list of the dead CPU stays there (HP9)"), "P1", "P4", "P17");
	if (design === "no-dead" && hotplug === "downup")
		set(vacuous("nothing drains, and in every terminal state the CPU is back"), "P17");
	if (probe === "cpus-read-lock")
		set(
			violated(
				"B7.6: the callback of the dead CPU runs under cpu_hotplug_lock, and so does the end handler that it calls, which waits for that lock (HP1)",
			),
			"P1",
			"P14",
			"P17",
		);
	return verdicts;
};

export default expectations;

/** No design holds anywhere here, so that there is nothing to break. */
export const mutants: Mutants = {};
