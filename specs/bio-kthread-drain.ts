import type { Expectations, Mutants } from "preempt";
import bioKthread from "./bio-kthread.ts";
import { holds, violated } from "./expected.ts";

// What the rules demand of models/bio-kthread-drain.ts, found by hand; rule ids are those of docs/linux.md, C1 the design
// as docs/findings.md tells it. But for the drain of the dead CPU it is as on two CPUs.

const expectations: Expectations = (scenario) => {
	const { design, preempt } = scenario;
	const verdicts = bioKthread({ ...scenario, caller: "hardirq", hotplug: "down" });
	if (design !== "as-posted") return verdicts;
	const P6andP20 =
		preempt === "full"
			? violated(
					"C1: the thread has moved to CPU 2 and is preempted there with bios in its hands, so that CPU 1 may die (HP4); the drain on CPU 0 is another taker of the list, and ends later bios beside it",
				)
			: holds(
					"C1: CPU 1 dies, and is drained, only when the thread on CPU 2 has ended what it took and sleeps (HP4, PR2)",
				);
	return { ...verdicts, P6: P6andP20, P20: P6andP20 };
};

export default expectations;

/** No design holds anywhere here, so that there is nothing to break. */
export const mutants: Mutants = {};
