// The thread for each CPU that ends bios in task context, on three CPUs, while one of them goes offline: the callback of
// the dead CPU beside the thread that has moved away. The code is that of bio-kthread.ts.
import { model } from "preempt";
import bioKthread from "./bio-kthread.ts";

export default model("bio-kthread-drain", {
	about:
		"bio completion by a SCHED_FIFO thread per CPU (RFC, 9 April 2026) on three CPUs, while one of them goes offline",
	axes: {
		design: [
			"as-posted",
			"no-dead-callback", // control: nobody drains the list of a dead CPU
		],
		preempt: ["none", "full"],
	},
	sizes: {
		cpus: { default: 3, min: 3, max: 3 },
		bios: { default: 2, min: 1, max: 3 },
	},
	build: (choice) => bioKthread.build({ ...choice, caller: "hardirq", hotplug: "down" }),
});
