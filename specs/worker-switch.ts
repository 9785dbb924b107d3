import type { EventTypes } from "preempt";
import type { Kernel, KernelState, LinuxSystem } from "preempt/linux";
import { P1, P2, P5h, P6, P7, P8, seen } from "./catalogue.ts";
import { P14, P15 } from "./properties/contexts.ts";

/** The properties of work that goes to a CPU's thread or, where there is none, to a workqueue (C7). */
export function workerSwitchProperties<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	system: LinuxSystem<S, T>,
): void {
	const sys = seen(system);
	P1(k, sys, []);
	P2(k, sys);
	P5h(k, sys);
	P6(k, sys);
	P7(k, sys);
	P8(k, sys);
	sys.property("P11", {
		title: "nothing is used after it is freed",
		statement: "Nobody queues work on a kthread_worker that has been destroyed.",
		raised: true,
		on: { queued: () => true },
	});
	P14(k, sys);
	P15(k, sys);
}
