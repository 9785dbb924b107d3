import type { Expectations, Mutants } from "preempt";
import { expecting, violated } from "./expected.ts";

// What the rules demand of models/work-pending.ts, found by hand; rule ids are those of docs/linux.md, F3 the pattern.

const expectations: Expectations = ({ design }) => {
	const { verdicts, set } = expecting({
		P1: "who adds queues the work afterwards, PENDING is cleared before the function takes all (WQ4), and a set PENDING is a run still to come (WQ1)",
		P2: "the work does not run concurrently with itself (WQ2)",
		P4: "as P1: PENDING, or an adder that is to set it, or a function that is to take the list",
	});
	if (design === "queue-first" || design === "sample-pending")
		set(
			violated(
				design === "queue-first"
					? "the work takes the list between the queueing and the add, on another CPU or after a preemption"
					: "B4 (ii): the work clears PENDING and takes the list between the look and the add, on another CPU or after a preemption",
			),
			"P1",
			"P4",
		);
	return verdicts;
};

export default expectations;

const full = (design: string) => ({ design, preempt: "full" });
export const mutants: Mutants = {
	always: { scenario: full("queue-first"), caughtBy: "P4", because: "the work is queued before the add" },
	"was-empty": { scenario: full("sample-pending"), caughtBy: "P4", because: "PENDING is looked at, before the add" },
};
