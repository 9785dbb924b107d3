import type { Expectations, Mutants } from "preempt";
import { REASONS, UNBOUND } from "./bio-task-v5-hotplug.ts";
import { expecting, violated } from "./expected.ts";

// What the rules demand of models/bio-task-naive.ts, found by hand; rule ids are those of docs/linux.md, B11 the
// designs as docs/findings.md tells them.

const expectations: Expectations = ({ design, caller, hotplug }) => {
	const guarded = String(design).startsWith("irqs-off");
	const { verdicts, set } = expecting({
		...REASONS,
		P9: "the CPU is read with interrupts off (MG4)",
		P24: "the timer falls due once at most, for there is one bio (TM1)",
	});
	set(violated(UNBOUND), "P5h", "P5d");
	if (!guarded) set(violated("this_cpu_ptr() in a task with preemption, interrupts and migration on (MG4)"), "P9");
	// An RCU reader is waited for before the CPU goes (HP6); with interrupts off the add comes before it is dead (HP4).
	if (caller !== "direct" || guarded) return verdicts;
	set(violated("B11: the batch of CPU 1 is chosen, CPU 1 dies and is drained, and then the bio is added to it"), "P17");
	if (design === "v5" && hotplug === "down")
		set(
			violated("B11: the timer is armed on the base of a CPU that is offline (TM3), after its timers were moved (TM4)"),
			"P1",
			"P4",
			"P24",
		);
	return verdicts;
};

export default expectations;

/** No design holds anywhere here, so that there is nothing to break. */
export const mutants: Mutants = {};
