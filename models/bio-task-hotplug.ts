// RFC v4 of bio completion in task context, and scheduling only when the list was empty, while a CPU goes offline: the
// thread on v4 discusses only how the list of the dead CPU is drained. The code is that of bio-task.ts.
import { model } from "preempt";
import { buildBioTask } from "./bio-task.ts";

export default model("bio-task-hotplug", {
	about: "bio completion in task context (RFC v4) while a CPU goes offline, fails to, or comes back",
	axes: {
		design: [
			"v4", // as posted
			"was-empty", // Axboe: the work is scheduled only when the list was empty
			"no-dead", // v4 without the callback of the dead CPU
		],
		caller: ["hardirq", "softirq"],
		preempt: ["none", "full", "rt"],
		hotplug: ["down", "rollback", "downup"],
		probe: [
			"none",
			"cpus-read-lock", // the end handler takes cpu_hotplug_lock for reading
		],
	},
	sizes: {
		cpus: { default: 2, min: 2, max: 3 },
		bios: { default: 2, min: 1, max: 3 },
	},
	refuses: ({ design, caller, preempt, hotplug, probe }) => {
		if (caller === "hardirq" && preempt === "rt")
			return "on RT a hard interrupt may not take the local lock (LK4): bio-task has this";
		if (caller === "softirq" && preempt !== "rt")
			return "without RT, the caller hardirq has the same context of the list";
		if (caller === "softirq" && design !== "v4") return "on RT the designs differ as they do without: see hardirq";
		if (probe !== "none" && (design !== "v4" || preempt !== "full" || hotplug !== "down"))
			return "what the lock is to the callback of the dead CPU, v4/hardirq/full/down tells";
		return undefined;
	},
	build: ({ design, ...choice }) =>
		buildBioTask({ ...choice, design: design === "no-dead" ? "v4" : design, drains: design !== "no-dead" }),
});
