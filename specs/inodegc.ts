import type { Expectations, Mutants } from "preempt";
import { expecting, violated } from "./expected.ts";

// What the rules demand of models/inodegc.ts, found by hand; rule ids are those of docs/linux.md, F1 the design as
// docs/findings.md tells it.

const expectations: Expectations = ({ design, preempt }) => {
	const { verdicts, set } = expecting({
		P1: "every add arms the work (DW3), which takes all when it runs (LL2), the bit set or not",
		P5h: "with preemption off the list, the work and the CPU are of one CPU (MG3), to which the worker is bound (WQ6)",
		"F1-lists": "a list with something on it has its bit set, and so is found by the stop",
		"F1-works": "what is queued is flushed, and an armed timer of a list with something on it is taken back (DW3)",
	});
	set(violated("by design: llist_del_all() gives the newest first (LL2), and nobody turns the chain round"), "P6");
	const preemptive = preempt === "full" || preempt === "rt";
	const bitIsLost = design === "no-bit" || (design === "xfs" && preemptive);
	if (bitIsLost)
		set(
			violated(
				design === "no-bit"
					? "nobody sets the bit that the stop looks for"
					: "F1: the worker is preempted after it has taken the list (PR2); a task adds to it and finds the bit set; then the worker clears the bit",
			),
			"F1-lists",
			"F1-works",
		);
	if (design === "clear-first" && preemptive)
		set(
			violated(
				"F1: a task adds before the worker takes the list, and arms the work after: the stop finds the list empty and does not wait for the timer",
			),
			"F1-works",
		);
	return verdicts;
};

export default expectations;

/** No design holds anywhere here, so that there is nothing to break. */
export const mutants: Mutants = {};
