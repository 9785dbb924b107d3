import type { Id } from "preempt";
import type { Kernel } from "preempt/linux";
import type { Sys } from "../catalogue.ts";

/** `workers`: the threads that process what is completed; `completions`: of so many objects. */
export function P13(_k: Kernel, sys: Sys, workers: readonly Id<"context">[], completions: number): void {
	sys.cost("P13", {
		title: "wake-ups of workers",
		statement: "The most wake-ups of worker threads that any run has; each is a context switch caused by completing.",
		on: { woken: (_, task) => Number(workers.includes(task)) },
		per: { count: completions, what: "completion" },
	});
}
