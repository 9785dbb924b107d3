import type { Expectations, Mutants } from "preempt";
import { expecting, holds, violated } from "./expected.ts";

// What the rules demand of models/csd-softirq.ts, found by hand.

const REASONS: Readonly<Record<string, string>> = {
	P1: "whoever finds the list empty raises the softirq on CPU 1, there or by the csd, and that takes the whole list (LL1, LL2, SQ4)",
	P4: "MQ6: between the add that finds the list empty and the take somebody holds the token",
	P6: "llist_reverse_order() turns each list that is taken round (LL3), and one take follows the other on CPU 1 (SQ3)",
	P18: "MQ6: who finds the list empty is alone, and the csd of the take before has been unlocked (IP3)",
};
const exact = holds("MQ6: llist_add() tells one adder alone that the list was empty (LL1)");

const expectations: Expectations = ({ design, idle }) => {
	const { verdicts, set } = expecting(REASONS);
	if (design !== "all-send") set(exact, "P4s");
	if (idle !== "halts") set(holds("the idle task runs what the functions that it has called have raised (IP4)"), "P19");
	if (idle === "polls-before-5.12") {
		set(violated("A7: the softirq that the idle task's flush has raised is left pending (IP4, SQ1)"), "P19");
		set(violated("A7: nothing on the idle CPU runs the softirq, for there is no tick here (SQ7)"), "P1");
	}
	if (design === "all-send")
		set(
			violated(
				"A8c: two adders on different CPUs find the csd unlocked, and both queue it (IP2): nothing serialises them",
			),
			"P18",
		);
	if (design === "sample-empty") {
		set(violated("B5e: the softirq takes the list between the look at it and the add"), "P1", "P4", "P4s");
		set(violated("two adders on different CPUs see the list empty, and both send the csd"), "P18");
	}
	if (design === "no-reverse") set(violated("A5: llist_del_all() gives the newest first (LL2)"), "P6");
	return verdicts;
};

export default expectations;

export const mutants: Mutants = {
	"first-sends": {
		scenario: { design: "sample-empty", idle: "halts", preempt: "full" },
		caughtBy: "P4",
		because: "whether the list is empty is looked at before the add",
	},
};
