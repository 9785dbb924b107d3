import { type Id, type IdMask, type IdSet, list, must, perId, record } from "preempt";
import type { Kernel, KernelEventTypes, KernelState, LinuxSystem } from "preempt/linux";
import { outOfTurn } from "preempt/specs";

type WithGc = KernelState & {
	readonly gc: { readonly [C in Id<"cpu">]: { first: Id<"inode"> | null } };
	readonly i_gclist: { readonly [I in Id<"inode">]: { cpu: Id<"cpu"> | null; inactive: boolean } };
	readonly mount: { readonly cpumask: IdMask<"cpu">; stopped: boolean };
};

type GcEvents = {
	readonly gc_queued: readonly [IdSet<"inode">, IdSet<"cpu">];
	readonly inactivated: readonly [IdSet<"inode">, IdSet<"cpu">];
};

/** What is asked of inode garbage collection, as the catalogue asks it of bios, and F1 of its own. */
export function inodegcProperties<S extends WithGc, T extends KernelEventTypes & GcEvents>(
	k: Kernel,
	system: LinuxSystem<S, T>,
	Inode: IdSet<"inode">,
): void {
	const sys = system as unknown as LinuxSystem<WithGc, GcEvents>;
	const waiting = (s: WithGc): Id<"cpu">[] => k.Cpu.all.filter((c) => s.gc[c].first !== null);
	const pending = (s: WithGc): Id<"work">[] => k.Work.all.filter((w) => s.work[w].pending);
	sys
		.property("P1", {
			title: "no inode is lost",
			statement: "In every terminal state, each inode is inactive.",
			terminal: ({ s }) => Inode.all.every((ip) => s.i_gclist[ip].inactive),
			explain: ({ s }) =>
				Inode.all.filter((ip) => !s.i_gclist[ip].inactive).map((ip) => `${Inode.nameOf(ip)} is not inactivated`),
		})
		.property("P5h", {
			title: "queued on CPU X is processed on CPU X",
			statement: "An inode queued on list c is inactivated on CPU c.",
			on: {
				inactivated: ({ s }, ip, cpu) => {
					const list = s.i_gclist[ip].cpu;
					return list === cpu || `${Inode.nameOf(ip)} was queued on CPU ${list}, and is inactivated on CPU ${cpu}`;
				},
			},
		})
		.property("P6", {
			title: "first in, first out on each CPU's list",
			statement: "Inodes queued on one list are inactivated in the order in which they were queued.",
			ghost: { order: perId(k.Cpu, record({ queue: list(Inode, Inode.count) })) },
			on: {
				gc_queued: ({ g }, ip, cpu) => {
					g.order[cpu].queue.push(ip);
					return undefined;
				},
				inactivated: ({ s, g }, ip) => {
					const cpu = must(s.i_gclist[ip].cpu);
					return outOfTurn(Inode, g.order[cpu].queue, ip, `was queued on CPU ${cpu}`) ?? true;
				},
			},
		})
		.property("F1-lists", {
			title: "after the stop nothing is queued",
			statement: "When xfs_inodegc_stop() has returned, the lists of all CPUs are empty.",
			antecedent: ({ s }) => s.mount.stopped,
			invariant: ({ s }) => !s.mount.stopped || waiting(s).length === 0,
			explain: ({ s }) =>
				waiting(s).map(
					(c) =>
						`the list of CPU ${c} is not empty, and its bit in the mask is ${s.mount.cpumask.has(c) ? "set" : "clear: xfs_inodegc_queue_all() skips it"}`,
				),
		})
		.property("F1-works", {
			title: "after the stop no work is to come",
			statement: "When xfs_inodegc_stop() has returned, no work is queued and no timer is armed.",
			antecedent: ({ s }) => s.mount.stopped,
			invariant: ({ s }) => !s.mount.stopped || pending(s).length === 0,
			explain: ({ s }) =>
				pending(s).map((w) => {
					const isArmed = s.timer[must(k.workTimers.get(w) ?? null)].base !== null;
					const what = isArmed ? "its timer is armed" : "it is queued, by a timer that was armed";
					return `${k.Work.nameOf(w)} is pending: ${what}, and flush_workqueue() does not wait for that`;
				}),
		});
}
