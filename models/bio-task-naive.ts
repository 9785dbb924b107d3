// v5's queueing function called from where it was not meant to be: a preemptible task, or an RCU reader that the later
// gate admits. Between its statements the CPU whose batch it has chosen goes offline. The code is that of
// bio-task-v5.ts.
import { model } from "preempt";
import { buildBioTaskV5 } from "./bio-task-v5.ts";

export default model("bio-task-naive", {
	about: "v5's queueing function in preemptible code, while the CPU that it has chosen goes offline",
	axes: {
		design: [
			"v5", // as posted
			"no-delay", // without the delay
			"irqs-off", // the batch is chosen and added to with interrupts off
			"irqs-off-queue", // the same, with queue_delayed_work_on()
		],
		caller: ["direct", "rcu-reader"],
		preempt: ["full"],
		hotplug: ["down", "downup"],
	},
	sizes: {
		cpus: { default: 2, min: 2, max: 3 },
		bios: { default: 1, min: 1, max: 2 },
	},
	build: buildBioTaskV5,
});
