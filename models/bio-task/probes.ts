// What CPU hotplug and end handlers may do to each other, and which combinations of the axes are asked for.
import { type In, type Stmt, step } from "preempt";
import {
	cpuhp_setup_state,
	cpus_read_lock,
	cpus_read_unlock,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	wait_event,
	wake_up_process,
} from "preempt/linux";

export type Probe = "none" | "cpus-read-lock" | "teardown-waits";

/** What the end handler does; and the callback that waits for bio0, which comes after CPUHP_AP_ONLINE_DYN. */
export function probes<S extends KernelState>(
	k: Kernel,
	sys: LinuxSystem<S, KernelEventTypes>,
	probe: Probe,
): Stmt<In<LinuxSystem<S, KernelEventTypes>>, string>[] {
	if (probe === "none") return [];
	if (probe === "cpus-read-lock") return [cpus_read_lock(k), cpus_read_unlock(k)];
	const bio0 = k.Bio.id(0);
	const isWaiting = (s: KernelState, id: (typeof k.tasks)[number]): boolean =>
		k.Context.nameOf(id).startsWith("cpuhp/") && s.context[id].state === "INTERRUPTIBLE" && isDying(s);
	const isDying = (s: KernelState): boolean => k.Cpu.all.some((c) => s.cpu[c].dying);
	cpuhp_setup_state(k, sys, "CPUHP_AP_BLK_MQ_ONLINE", {
		teardown: () => [
			step("kmalloc(GFP_KERNEL) /* needs what bio0 writes back */", () => {}),
			wait_event(k, "wait_for_completion(&bio0_is_done)", ({ s }) => s.bio[bio0].phase === "done"),
		],
	});
	return [
		step("complete(&bio0_is_done)", (c) => {
			for (const id of k.tasks) if (isWaiting(c.s, id)) wake_up_process(k, c, id);
		}),
	];
}

interface Choice {
	readonly design: string;
	readonly caller: string;
	readonly preempt: string;
	readonly hotplug: string;
	readonly probe?: string;
}

/** Why a scenario would tell nothing that another does not tell. */
export function unasked({ design, caller, preempt, hotplug, probe = "none" }: Choice): string | undefined {
	const ofTask = ["task", "direct", "rcu-reader"].includes(caller);
	if (hotplug === "off") {
		if (probe !== "none") return "the probes ask what CPU hotplug and end handlers do to each other: no CPU goes";
		if (design.includes("-step") || design === "check-first")
			return "the mutants are of callbacks of CPU hotplug: no CPU goes";
		return undefined;
	}
	if (preempt === "voluntary")
		return "no statement here might sleep, so that VOLUNTARY has the switch points of NONE (PR2)";
	if (preempt === "rt" && ofTask) return "no statement of a task here is another on RT: see full";
	const asked = caller === "hardirq" && (preempt === "none" || preempt === "full");
	if (design !== "merged" && !asked) return "the mutants are told by the caller hardirq";
	if (probe !== "none" && !(asked && design === "merged"))
		return "the probes are told by the design as merged and the caller hardirq";
	return undefined;
}
