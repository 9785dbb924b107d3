// What bio completion in task context is wanted for: an end handler that takes a lock which tasks take with interrupts on.
// "The i_pages lock need not be irq-safe" any more (Wilcox on RFC v4). The code is that of bio-task.ts.
import { model } from "preempt";
import { CALLERS } from "./bio-task/callers.ts";
import { buildBioTask } from "./bio-task.ts";

export default model("bio-task-lock", {
	about: "bio completion in task context (RFC v4), of an end handler that takes a lock which is not safe in interrupts",
	axes: {
		design: [
			"v4",
			"inline", // mutant: without the gate of bio_endio(), the end handler runs where the I/O completes
		],
		caller: CALLERS.filter((caller) => caller !== "direct"),
		preempt: ["none", "voluntary", "full", "rt"],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 3 },
		bios: { default: 2, min: 1, max: 3 },
	},
	build: ({ design, ...choice }) =>
		buildBioTask({ ...choice, design: "v4", probe: "need-lock", defers: design === "v4" }),
});
