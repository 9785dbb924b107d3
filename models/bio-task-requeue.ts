// RFC v4 of bio completion in task context on three CPUs, while one of them goes offline: a worker that has lost its CPU
// looks at a list on one, and schedules the list's work on another. The code is that of bio-task.ts.
import { model } from "preempt";
import { buildBioTask } from "./bio-task.ts";

export default model("bio-task-requeue", {
	about: "bio completion in task context (RFC v4) on three CPUs, while one of them goes offline, or fails to",
	axes: {
		design: [
			"v4", // as posted
			"was-empty", // Axboe: the work is scheduled only when the list was empty
		],
		caller: [
			"hardirq",
			"ksoftirqd", // on RT
		],
		preempt: ["none", "full", "rt"],
		hotplug: ["down", "rollback"],
		bios: [2, 3],
	},
	sizes: { cpus: { default: 3, min: 3, max: 3 } },
	refuses: ({ caller, preempt }) => {
		if (caller === "hardirq" && preempt === "rt")
			return "on RT a hard interrupt may not take the local lock (LK4): bio-task has this";
		if (caller === "ksoftirqd" && preempt !== "rt")
			return "without RT, the caller hardirq has the same context of the list";
		return undefined;
	},
	leavesOut: ({ design, caller, hotplug, bios }) => {
		if (caller === "ksoftirqd" && bios === 3) return "two bios show it, and with three there are 134 million states";
		if (caller === "ksoftirqd" && hotplug === "rollback")
			return "5.8 million states; a rollback needs no third CPU: bio-task-hotplug has it";
		if (design === "was-empty" && (caller === "ksoftirqd" || bios === 3))
			return "up to 1.8 million states: with two bios from hard interrupts it does as v4";
		return undefined;
	},
	build: buildBioTask,
});
