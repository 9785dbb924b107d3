import type { Expectations, Mutants } from "preempt";
import { expecting, vacuous, violated } from "./expected.ts";

// What the rules demand of models/bio-task-v5-hotplug.ts, found by hand; rule ids are those of docs/linux.md, B5 and B9
// the designs as docs/findings.md tells them.

export const REASONS: Readonly<Record<string, string>> = {
	P1: "the timer of a dead CPU moves (TM4), its work is queued on the dead CPU's pool (DW2), whose workers run anywhere (WQ9) and take the list that the work is in",
	P2: "llist_del_all() gives a bio to one taker alone (LL2), and each end is called once (BI2)",
	P4: "PENDING set is a worker still to come, on whatever CPU (WQ9, DW2, TM4)",
	P5k: "the work is queued on the batch's own CPU, whichever CPU the adder has come to (DW2)",
	P6: "the chain is turned round (LL3), and who takes from a list ends what it has taken before another takes",
	P7: "workers and the control task are tasks (WQ6, HP1)",
	P8: "they run with preemption, interrupts and bottom halves on (BI6)",
	P9: "interrupt contexts and disabled interrupts are exempt (MG4)",
	P14: "there are no locks, and every sleeper is woken (WQ3)",
	P15: "nothing here sleeps where it may not (PR1)",
	P16: "end handlers here end no other bio",
	P20: "a work item does not run concurrently with itself (WQ2, WQ4), and on a NONE kernel not with the callback of the dead CPU (PR2)",
	P17: "the callback of the dead CPU takes all, and nobody on it adds any more (HP1, HP4)",
};

export const UNBOUND =
	"after WQ9 the work of CPU 1 runs on another CPU, and container_of() takes the list of CPU 1 from there";

const expectations: Expectations = ({ design, preempt, hotplug }) => {
	const { verdicts, set } = expecting(
		design === "no-delay"
			? { ...REASONS, P24: "there is no delay: no timer is armed (DW1)" }
			: {
					...REASONS,
					P24: "each timer that is armed falls due once before its work runs (TM1, DW2); that of a list which the callback of the dead CPU has ended, armed elsewhere (TM4), the next adder arms anew (DW3)",
				},
	);
	set(violated(UNBOUND), "P5h", "P5d");
	if (preempt === "full" && hotplug !== "rollback" && design !== "no-dead")
		set(
			violated(
				"a worker that has lost its CPU and holds bios is preempted (PR2), while the callback of the dead CPU takes later ones",
			),
			"P6",
			"P20",
		);
	if (hotplug === "rollback") set(vacuous("no CPU is offline: the way down fails (HP8)"), "P17");
	if (design === "no-dead" && hotplug === "downup")
		set(vacuous("nothing drains, and in every terminal state the CPU is back"), "P17");
	if (design === "no-dead" && hotplug !== "rollback")
		set(violated("a timer that was due on the dead CPU has to fall due once more where it is moved to (TM4)"), "P24");
	return verdicts;
};

export default expectations;

/** No design holds anywhere here, so that there is nothing to break. */
export const mutants: Mutants = {};
