// Who ends bios, and in which context: what stands around the code of the patch.
import { anyOf, call, forget, type In, ifdef, leave, loop, type Routine, type Stmt, step, waitUntil } from "preempt";
import {
	addInterrupts,
	addSoftirqs,
	addTask,
	addThreadedInterrupts,
	anyNoted,
	completeInSoftirq,
	cpuhp_setup_state,
	type Kernel,
	type KernelEventTypes,
	type KernelState,
	type LinuxSystem,
	rcu_read_lock,
	rcu_read_unlock,
	takeNoted,
	type WithBio,
} from "preempt/linux";

/** `task` goes through the gate of bio_endio(), `direct` calls the queueing function itself. */
export const CALLERS = ["hardirq", "softirq", "threaded-irq", "task", "direct"] as const;
/**
 * `rcu-reader` is a task that ends the bio between rcu_read_lock() and rcu_read_unlock(). `ksoftirqd` on RT: a hard interrupt raises the softirq, as those of IPIs do, and so leaves it to ksoftirqd. In
 * `softirq` the interrupt's thread raises it, and serves it.
 */
export type Caller = (typeof CALLERS)[number] | "ksoftirqd" | "rcu-reader";

type TakesBio<S extends KernelState> = Routine<WithBio, unknown, In<LinuxSystem<S, KernelEventTypes>>, string>;

/** Ends each bio once: by `endio`, or `direct`ly by `queue`. Delayed works are declared before. */
export function addCallers<S extends KernelState>(
	k: Kernel,
	sys: LinuxSystem<S, KernelEventTypes>,
	caller: Caller,
	endio: TakesBio<S>,
	queue: TakesBio<S>,
): void {
	const end: Stmt<In<typeof sys, WithBio>> = call(endio, ({ f }) => ({ bio: f.bio }));

	/** The softirq of the device driver: ends every bio that was reported on its CPU. */
	const blk_done_softirq = sys.routine("blk_done_softirq", { locals: { bio: k.Bio } }, [
		loop([
			takeNoted(
				k,
				"completing",
				[],
				[waitUntil("/* done list empty */", (c) => !anyNoted(k, "completing")(c)), leave()],
			),
			end,
			forget("bio"),
		]),
	]);

	const blk_softirq_cpu_dead = sys.routine("blk_softirq_cpu_dead", { args: { cpu: k.Cpu }, locals: { bio: k.Bio } }, [
		loop([
			anyOf(
				k.Bio,
				(bio) => [
					waitUntil(
						`bio = ${k.Bio.nameOf(bio)} /* noted on the dead CPU */`,
						({ s, f }) => s.bio[bio].phase === "completing" && s.bio[bio].cpu === f.cpu,
						({ s, f }) => {
							f.bio = bio;
							s.bio[bio].phase = "hw_done";
							s.bio[bio].cpu = null;
						},
					),
				],
				[
					waitUntil("/* done list empty */", ({ s, f }) =>
						k.Bio.all.every((bio) => s.bio[bio].phase !== "completing" || s.bio[bio].cpu !== f.cpu),
					),
					leave(),
				],
			),
			end,
			forget("bio"),
		]),
	]);

	/** A task that completes the I/O of one bio. One that completes several is like several in a row. */
	const complete_io = sys.routine("complete_io", { args: { bio: k.Bio } }, [
		step("/* the I/O of bio is done */", ({ s, f }) => (s.bio[f.bio].phase = "hw_done")),
		ifdef(caller === "rcu-reader", [rcu_read_lock(k)]),
		ifdef(caller === "direct", [call(queue, ({ f }) => ({ bio: f.bio }))], [end]),
		ifdef(caller === "rcu-reader", [rcu_read_unlock(k)]),
	]);

	if (k.Timer.count > 0 && caller !== "softirq" && caller !== "ksoftirqd") addSoftirqs(k, sys);
	switch (caller) {
		case "hardirq":
			addInterrupts(k, sys, [end]);
			break;
		case "threaded-irq":
			addThreadedInterrupts(k, sys, [end]);
			break;
		case "softirq":
		case "ksoftirqd": {
			const action: Stmt<In<typeof sys>>[] = [call(blk_done_softirq)];
			if (k.rt && caller === "softirq") addThreadedInterrupts(k, sys, [completeInSoftirq(k)], action);
			else addInterrupts(k, sys, [completeInSoftirq(k)]);
			addSoftirqs(k, sys, action);
			// What the softirq of a dead CPU has left (SQ8) is ended by the control task.
			cpuhp_setup_state(k, sys, "CPUHP_BLOCK_SOFTIRQ_DEAD", {
				teardown: (cpu) => [call(blk_softirq_cpu_dead, () => ({ cpu }))],
			});
			break;
		}
		default:
			for (const bio of k.Bio.all)
				addTask(k, sys, `task${bio}`, complete_io, {
					args: { bio },
					sleeps: true,
					cpu: k.Cpu.id(bio % k.Cpu.count),
				});
	}
}
