import type { Expectations, Mutants } from "preempt";
import bioTask from "./bio-task.ts";
import { holds, vacuous, violated } from "./expected.ts";

// What the rules demand of models/bio-task-lock.ts, found by hand; rule ids are those of docs/linux.md. But for the lock
// of the end handler, a scenario of v4 is one of models/bio-task.ts; inline, nothing is queued, as there by tasks.

const expectations: Expectations = (scenario) => {
	const { design, caller, preempt } = scenario;
	const rt = preempt === "rt";
	if (design === "v4") {
		const verdicts = bioTask(scenario);
		if (verdicts.P14?.verdict !== "holds") return verdicts;
		const because =
			caller === "threaded-irq"
				? "the thread of an interrupt does not run while a task of its CPU holds the lock (LK1), or waits for it (LK2)"
				: "end handlers run in tasks alone: with the lock held nobody of that CPU comes in between (LK1), or he waits (LK2)";
		return { ...verdicts, P14: holds(because) };
	}
	const inline = bioTask({ ...scenario, design: "v4", caller: "task" });
	if (caller === "task") return inline;
	const P8 = violated("the end handler runs where the interrupt, or its thread, completes the I/O (BI6)");
	if (caller === "threaded-irq" || (rt && caller === "softirq")) return { ...inline, P8 };
	if (!rt) return { ...inline, P8, P14: violated("an interrupt spins on a lock that the task under it holds (LK1)") };
	const cut = vacuous("every path ends at the lock, where P15 is violated");
	return { ...inline, P8, P1: cut, P14: cut, P15: violated("spin_lock() in a hard interrupt sleeps on RT (LK2)") };
};

export default expectations;

export const mutants: Mutants = {
	v4: {
		scenario: { design: "inline", caller: "hardirq", preempt: "full" },
		caughtBy: "P14",
		because: "the gate of bio_endio() is dropped",
	},
};
