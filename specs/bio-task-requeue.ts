import type { Expectations, Mutants } from "preempt";
import bioTaskHotplug from "./bio-task-hotplug.ts";
import { violated } from "./expected.ts";

// What the rules demand of models/bio-task-requeue.ts, found by hand; rule ids are those of docs/linux.md, B7 the design
// as docs/findings.md tells it. What two CPUs show is violated here, too; a third gives the worker one more to go to.

const expectations: Expectations = (scenario) => {
	const { caller, preempt, hotplug, bios } = scenario;
	const verdicts = bioTaskHotplug({ ...scenario, probe: "none" });
	if (preempt === "none") return verdicts;
	const P5k = violated(
		"B7.3: between its look at the list of CPU 0 and smp_processor_id() the worker is preempted, and goes on on CPU 2 (WQ9)",
	);
	// One bio brings the worker to CPU 0. What it sees there was added after it had taken the list, and CPU 0's own worker
	// drains it before a third comes. An adder in ksoftirqd may be preempted before it queues (SQ9, TS5), and needs no third.
	const overtaken =
		hotplug === "rollback" && bios === 3
			? violated(
					"B7.1: a worker that has come to CPU 0 (WQ9) takes the list there and is preempted; with a third bio the work of CPU 0 runs beside it (WQ1)",
				)
			: undefined;
	const beside = overtaken && { P6: overtaken, P20: overtaken };
	const strands = hotplug === "down" && (bios === 3 || caller === "ksoftirqd");
	if (!strands) return { ...verdicts, P5k, ...beside };
	const stranded = violated(
		"B7.3: the work of CPU 0 is pending on CPU 2, where it takes the list of that (WQ2): who adds on CPU 0 meanwhile finds it PENDING, and queues nothing (WQ1)",
	);
	return { ...verdicts, P5k, P1: stranded, P4: stranded };
};

export default expectations;

/** No design holds anywhere here but for its splat, so that there is nothing to break. */
export const mutants: Mutants = {};
