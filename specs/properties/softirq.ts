import type { Kernel } from "preempt/linux";
import type { Sys } from "../catalogue.ts";

/** On kernels with softirqs. */
export function P12(k: Kernel, sys: Sys): void {
	sys.property("P12", {
		title: "completing wakes no ksoftirqd",
		statement:
			"No completion wakes ksoftirqd: neither what raises the BLOCK softirq, nor the end of the interrupt that did. What a softirq leaves to ksoftirqd at its limits does not count.",
		on: {
			ksoftirqd_woken: ({ s }, cpu) => {
				const thread = k.ksoftirqd[cpu];
				if (!s.cpu[cpu].block_pending || thread === undefined) return undefined;
				return (
					s.context[thread].on_rq ||
					`${k.Context.nameOf(thread)} was asleep and is woken: the softirq of CPU ${cpu} waits for a SCHED_OTHER thread instead of running right away`
				);
			},
			end_io: () => true,
			rq_complete: () => true,
		},
	});
}
