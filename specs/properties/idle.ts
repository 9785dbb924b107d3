import type { Kernel } from "preempt/linux";
import type { Sys } from "../catalogue.ts";

/** On kernels with idle tasks (SQ7). */
export function P19(_k: Kernel, sys: Sys): void {
	sys.property("P19", {
		title: "no CPU goes idle with softirqs pending",
		statement: "An idle CPU never reaches the check that stops its tick with a softirq pending.",
		on: {
			tick_stop: (_, cpu, pending) =>
				!pending || `NOHZ tick-stop error: local softirq work is pending on CPU ${cpu}, which goes idle`,
		},
	});
}
