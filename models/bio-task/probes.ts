// What end handlers need of others: a lock, CPU hotplug to end, or that it waits for them; and which combinations of the axes are verified.
import { type In, type Stmt, step } from "preempt";
import {
	addTask,
	complete_all,
	completion,
	cpuhp_setup_state,
	cpus_read_lock,
	cpus_read_unlock,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	spin_lock,
	spin_unlock,
	spinlock,
	wait_for_completion,
} from "preempt/linux";

export type Probe = "none" | "need-lock" | "cpus-read-lock" | "teardown-waits";

/**
 * What the end handler does; and who else there is: a task that holds the lock that it takes, or the callback that waits
 * for bio0, which comes after CPUHP_AP_ONLINE_DYN.
 */
export function probes<S extends KernelState>(
	k: Kernel,
	sys: LinuxSystem<S, KernelEventTypes>,
	probe: Probe,
): Stmt<In<LinuxSystem<S, KernelEventTypes>>, string>[] {
	if (probe === "none") return [];
	if (probe === "need-lock") return needLock(k, sys);
	if (probe === "cpus-read-lock") return [cpus_read_lock(k), cpus_read_unlock(k)];
	const bio0 = k.Bio.id(0);
	const isDone = completion(k, "bio0_is_done", k.Bio.member(bio0));
	cpuhp_setup_state(k, sys, "CPUHP_AP_BLK_MQ_ONLINE", {
		teardown: () => [
			step("kmalloc(GFP_KERNEL) /* needs what bio0 writes back */", () => {}),
			wait_for_completion(k, "bio0_is_done", () => isDone),
		],
	});
	return [
		step("complete_all(&bio0_is_done)", (c) => {
			if (c.s.bio[bio0].phase === "done") complete_all(k, c, isDone);
		}),
	];
}

/** A lock that no one takes with interrupts off. */
function needLock<S extends KernelState>(
	k: Kernel,
	sys: LinuxSystem<S, KernelEventTypes>,
): Stmt<In<LinuxSystem<S, KernelEventTypes>>, string>[] {
	type Here = In<LinuxSystem<S, KernelEventTypes>>;
	const xaLock = spinlock(k, "xa_lock");
	const lock = spin_lock(k, "mapping->i_pages.xa_lock", () => xaLock);
	const unlock = spin_unlock<Here>(k, "mapping->i_pages.xa_lock", () => xaLock);
	addTask(k, sys, "task", sys.routine("filemap_add_folio", {}, [lock, unlock]), { sleeps: true });
	return [lock, unlock];
}

interface Choice {
	readonly design: string;
	readonly caller: string;
	readonly preempt: string;
	readonly hotplug: string;
	readonly probe?: string;
}

/** Why a scenario makes no sense. */
export function refused({ design, hotplug, probe = "none" }: Choice): string | undefined {
	if (probe !== "none" && design !== "merged") return "the probes are of the design as merged";
	if (hotplug !== "off") return undefined;
	if (probe !== "none") return "the probes ask what CPU hotplug and end handlers do to each other: no CPU goes";
	return design === "merged" ? undefined : "the mutants are of callbacks of CPU hotplug: no CPU goes";
}

/** Why a scenario is too much for all to be verified. */
export function leftOut({ design, caller, preempt, probe = "none" }: Choice): string | undefined {
	const both = preempt === "none" || preempt === "full";
	if (probe !== "none" && !(caller === "hardirq" && both))
		return "up to 500,000 states: the probes are verified in hard interrupts, under NONE and FULL";
	if (design !== "merged" && (caller === "rcu-reader" || !both))
		return "up to 500,000 states: the mutants are verified from all other callers, under NONE and FULL";
	return undefined;
}
