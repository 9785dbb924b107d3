import type { Expectations, Mutants } from "preempt";
import { expecting, vacuous, violated } from "./expected.ts";

// What the rules demand of models/bio-layers.ts, found by hand; rule ids are those of docs/linux.md.

const expectations: Expectations = ({ design, layers }) => {
	const { verdicts, set } = expecting({
		P1: "each handler ends the bio above, or leaves it to what runs later",
		P2: "each bio is ended by the handler below it alone",
		P7: "the work function runs in task context (WQ4)",
		P16: "a handler that defers ends no other on its stack, and bio_endio() goes up a chain without recursion (BI2)",
	});
	if (design === "on-stack" || design === "chained") set(vacuous("nothing is deferred"), "P7");
	if (design === "on-stack" && Number(layers) > 2) {
		set(violated("a handler that calls bio_endio() nests one deeper for each layer (BI2)"), "P16");
		set(vacuous("every path ends at the handler that nests too deep"), "P1");
	}
	if (design === "in-timer") set(violated("timers expire in a softirq (TM2)"), "P7");
	return verdicts;
};

export default expectations;

const full = (design: string) => ({ design, preempt: "full" });
export const mutants: Mutants = {
	chained: { scenario: full("on-stack"), caughtBy: "P16", because: "each layer ends the one above by itself" },
	deferred: { scenario: full("in-timer"), caughtBy: "P7", because: "a timer is no task" },
};
