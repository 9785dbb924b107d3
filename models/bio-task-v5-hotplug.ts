// v5 of bio completion in task context while a CPU goes offline. The code is that of bio-task-v5.ts.
import { model } from "preempt";
import { buildBioTaskV5 } from "./bio-task-v5.ts";

export default model("bio-task-v5-hotplug", {
	about: "bio completion in task context (v5) while a CPU goes offline, fails to, or comes back",
	axes: {
		design: [
			"v5", // as posted
			"no-delay", // without the delay
			"no-dead", // without the callback of the dead CPU
		],
		caller: ["hardirq"],
		preempt: ["none", "full"],
		hotplug: ["down", "rollback", "downup"],
	},
	sizes: {
		cpus: { default: 2, min: 2, max: 3 },
		bios: { default: 2, min: 1, max: 3 },
	},
	build: buildBioTaskV5,
});
