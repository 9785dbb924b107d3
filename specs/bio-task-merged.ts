import type { Expectations, Mutants } from "preempt";
import { expecting, holds, vacuous, violated } from "./expected.ts";

// What the rules demand of models/bio-task-merged.ts, found by hand; rule ids are those of docs/linux.md, B10 the design
// as docs/findings.md tells it.

const REASONS: Readonly<Record<string, string>> = {
	P1: "whoever finds the list empty queues the work; where it is disabled (WQ10), the callback of the dead CPU or of its return looks at the list",
	P2: "a bio is on one list or in one hand at a time, and each end is called once (BI2)",
	P4: "PENDING is cleared before the worker takes all (WQ4); while the work is disabled, a callback that looks at the list is ahead (WQ10, HP2)",
	P5k: "the work is queued on the batch's own CPU, whichever CPU the adder has come to (WQ1)",
	P5h: "the work is disabled before its workers lose their CPU (WQ9, WQ10, HP2)",
	P6: "the list is first in, first out (BL1), and one worker at a time takes from it (WQ2)",
	P7: "the worker and the control task are tasks (WQ6, HP1)",
	P8: "bio_in_atomic() defers wherever preemptible() is false, and in RCU readers (BI5, BI6)",
	P9: "the CPU is read with interrupts off (MG4)",
	P10: "every access is on the list's own CPU with interrupts off, or to the list of a dead CPU (IR1, HP1)",
	P14: "nobody waits for what waits for it",
	P15: "nothing here sleeps where it may not (PR1)",
	P16: "end handlers here end no other bio",
	P20: "a work item does not run concurrently with itself (WQ2, WQ4), nor with the callback of a dead CPU (WQ10)",
};
const OF_HOTPLUG: Readonly<Record<string, string>> = {
	P5d: "as P5h",
	P17: "the callback of the dead CPU takes all, and nobody on it adds any more (HP1, HP4)",
};
/** Those that say something only of bios that are queued. */
const OF_QUEUED = ["P4", "P5k", "P5h", "P6", "P7", "P9", "P20"];

const expectations: Expectations = ({ design, caller, preempt, hotplug, probe }) => {
	const goes = hotplug !== "off";
	const { verdicts, set } = expecting(goes ? { ...REASONS, ...OF_HOTPLUG } : REASONS);
	const preemptive = preempt === "full" || preempt === "rt";
	const drains = design !== "no-dead-step";
	if (hotplug === "rollback") set(vacuous("no CPU is offline: the way down fails (HP8)"), "P17");
	if (!drains && hotplug === "downup")
		set(vacuous("nothing drains, and in every terminal state the CPU is back"), "P17");
	if (caller === "task" && preemptive) {
		set(
			vacuous("a preemptible task ends the bio inline (BI5), and nothing is queued"),
			...OF_QUEUED,
			...(goes ? ["P5d"] : []),
			// The callbacks of the dead CPU and of its return look at lists.
			...(goes && (drains || hotplug !== "down") ? [] : ["P10"]),
		);
		return verdicts;
	}
	// Tasks do not run on a CPU that is not active yet (HP6); the thread of an interrupt preempts cpuhp/1 or comes later.
	const addsMeanwhile = caller === "hardirq" || caller === "softirq" || (caller === "threaded-irq" && preemptive);
	if (design === "check-first" && hotplug !== "down" && addsMeanwhile)
		set(
			violated(
				"what is added between the look and enable_work() is refused (WQ10) and seen by nobody; while enable_work() owns PENDING, so is what comes then",
			),
			"P1",
			"P4",
		);
	if (design === "no-down-step") {
		set(violated("after WQ9 the workers run on another CPU, and take the list from there"), "P5h", "P5d", "P10");
		if (addsWhileUnbound(caller, preempt, hotplug)) {
			set(
				violated(
					"as in v6 (B8): the worker turns off its own CPU's interrupts (IR1), and CPU 1 adds between its words (BL1): what is added is forgotten",
				),
				"P1",
			);
		}
		set(
			holds(
				"what CPU 1 links when the worker has looked for the last time is found by the callback of the dead CPU, or of its return, which comes when the workers have their CPU again (HP2, WQ9)",
			),
			"P4",
		);
		if (hotplug !== "rollback" && preemptive) {
			set(
				violated("a worker that holds bios is preempted, and overtaken by the callback of the dead CPU (PR2)"),
				"P6",
				"P20",
			);
			set(
				violated(
					"the callback of the dead CPU is preempted in its pop, and the worker takes and ends the bio that it has found (BL1, PR2)",
				),
				"P2",
			);
		}
	}
	if (!drains && hotplug === "down")
		set(
			violated(
				"what is on the list when disable_work_sync() takes back its work (WQ10), or is added after, waits for the CPU to come back (HP9)",
			),
			"P1",
			"P4",
			"P17",
		);
	if (probe === "cpus-read-lock") {
		set(
			violated(
				"disable_work_sync(), under cpu_hotplug_lock, waits for the work function, whose end handler waits for that lock (WQ10, HP1)",
			),
			"P1",
			"P14",
		);
		if (hotplug !== "rollback") set(violated("so does the callback of the dead CPU itself"), "P17");
	}
	if (probe === "teardown-waits")
		set(
			violated(
				"bio0 is added after the work was disabled (HP10): it is ended when the CPU is dead, or stays, and the callback in between waits for it",
			),
			"P1",
			"P14",
		);
	return verdicts;
};

export default expectations;

/**
 * Whether CPU 1 may add to its list while its workers are unbound. Tasks do not run there before it is active, threads of
 * interrupts not while it is dying (HP6), nor under NONE before cpuhp/1 sleeps, which it does if the CPU was down, and while
 * a worker that runs elsewhere is being moved (WQ9).
 */
function addsWhileUnbound(caller: unknown, preempt: unknown, hotplug: unknown): boolean {
	const inThread = caller === "threaded-irq" || (caller === "softirq" && preempt === "rt");
	if (inThread) return hotplug !== "down";
	return caller === "hardirq" || caller === "softirq";
}

const changed = (design: string, hotplug: string, caughtBy: string, because: string) => ({
	scenario: { design, caller: "hardirq", preempt: "full", hotplug, probe: "none" },
	caughtBy,
	because,
});
export const mutants: Mutants = {
	merged: [
		changed("check-first", "rollback", "P1", "the way up looks at the list before it enables the work"),
		changed("no-down-step", "down", "P10", "the work is not disabled on the way down"),
		changed("no-dead-step", "down", "P17", "nobody drains the list of the dead CPU"),
	],
};
