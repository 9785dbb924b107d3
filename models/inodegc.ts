// XFS inode garbage collection in the background (fs/xfs/xfs_icache.c, 6.12), the pattern that bio completion in task
// context was advised to copy: a lock-less list and a delayed work per CPU, and a mask of the CPUs whose lists have
// something on them. Left out: what items and shrinker_hits count, for there are fewer inodes than make it skip the delay
// or wait for a flush, and the inode's own flags.
import {
	anyOf,
	bool,
	breakIf,
	call,
	forget,
	giveBack,
	type Id,
	type In,
	ids,
	ifdef,
	leave,
	loop,
	maybe,
	model,
	perId,
	range,
	record,
	type Stmt,
	setOf,
	step,
	waitUntil,
	when,
} from "preempt";
import {
	addSoftirqs,
	addTask,
	addWorkers,
	flush_workqueue,
	get_cpu,
	INIT_DELAYED_WORK,
	Kernel,
	llist_add,
	llist_del_all,
	llist_empty,
	llist_head,
	llist_node,
	mod_delayed_work_on,
	put_cpu,
	this_cpu_ptr,
	wake_up_process,
} from "preempt/linux";
import { inodegcProperties as properties } from "./inodegc/properties.ts";

export default model("inodegc", {
	about: "XFS inode garbage collection: a list and a delayed work per CPU, a mask of CPUs, and stopping it",
	axes: {
		design: [
			"xfs", // as in 6.12
			"clear-first", // the worker clears its bit before it takes the list
			"no-bit", // mutant: nobody sets bits
		],
		preempt: ["none", "voluntary", "full", "rt"],
		cpus: [1, 2],
	},
	sizes: { inodes: { default: 2, min: 1, max: 3 } },
	defaults: { cpus: [1] },
	leavesOut: ({ preempt, cpus }) =>
		preempt === "rt" && cpus > 1
			? "more than 1.5 million states: the race is between a worker and a task of one CPU"
			: undefined,
	build({ design, preempt, cpus, inodes }) {
		const k = new Kernel({ cpus, preempt, works: cpus });
		const { Cpu, Work } = k;
		const Inode = ids("inode", inodes);
		const sys = k.system({
			state: {
				gc: perId(Cpu, llist_head(Inode)),
				i_gclist: perId(Inode, record({ ...llist_node(Inode), cpu: maybe(Cpu), inactive: bool })),
				mount: record({ cpumask: setOf(Cpu), queued: range(0, inodes), stopped: bool }),
			},
			events: { gc_queued: [Inode, Cpu], inactivated: [Inode, Cpu] },
		});
		const { routine } = sys;

		// struct xfs_inodegc { struct llist_head list; struct delayed_work work; unsigned int cpu; ... }
		for (const c of Cpu.all) INIT_DELAYED_WORK(k, `gc[${Cpu.nameOf(c)}].work`, Cpu.member(c));
		const workIn = (gc: Id<"cpu">) => Work.id(gc);
		const container_of = (work: Id<"work">) => Cpu.id(work);
		const mod_delayed = mod_delayed_work_on(k);
		const flush = flush_workqueue(k, Work.all, "flush_workqueue(mp->m_inodegc_wq)");

		const xfs_inodegc_queue = routine("xfs_inodegc_queue", { args: { ip: Inode }, locals: { gc: Cpu } }, [
			get_cpu(k),
			step("gc = this_cpu_ptr(mp->m_inodegc)", (c) => (c.f.gc = this_cpu_ptr(k, c))),
			step("llist_add(&ip->i_gclist, &gc->list)", ({ s, f, emit }) => {
				llist_add(k, s.i_gclist, s.gc[f.gc], f.ip);
				s.i_gclist[f.ip].cpu = f.gc;
				emit.gc_queued(f.ip, f.gc);
			}),
			ifdef(design !== "no-bit", [
				when("!cpumask_test_cpu(cpu_nr, &mp->m_inodegc_cpumask)", ({ s, f }) => !s.mount.cpumask.has(f.gc), [
					step("cpumask_test_and_set_cpu(cpu_nr, &mp->m_inodegc_cpumask)", ({ s, f }) => s.mount.cpumask.add(f.gc)),
				]),
			]),
			call(mod_delayed, ({ f }) => ({ cpu: f.gc, work: workIn(f.gc), delay: 1 })),
			put_cpu(k),
		]);

		type InWorker = In<typeof sys, { gc: Id<"cpu">; node: Id<"inode"> | null }>;
		const clearBit: Stmt<InWorker> = step("cpumask_clear_cpu(gc->cpu, &mp->m_inodegc_cpumask)", ({ s, f }) => {
			s.mount.cpumask.delete(f.gc);
		});
		const xfs_inodegc_worker = routine(
			"xfs_inodegc_worker",
			{ args: { work: Work }, locals: { gc: Cpu, node: maybe(Inode), ip: Inode } },
			[
				step("gc = container_of(to_delayed_work(work), struct xfs_inodegc, work)", ({ f }) => {
					f.gc = container_of(f.work);
				}),
				ifdef(design === "clear-first", [clearBit]),
				step("node = llist_del_all(&gc->list)", ({ s, f }) => (f.node = llist_del_all(k, s.gc[f.gc]))),
				ifdef(design !== "clear-first", [clearBit]),
				loop([
					breakIf(({ f }) => f.node === null),
					step("llist_for_each_entry_safe(ip, n, node, i_gclist)", ({ s, f }) => {
						f.ip = f.node as Id<"inode">;
						f.node = s.i_gclist[f.ip].next;
						s.i_gclist[f.ip].next = null;
					}),
					step("xfs_inodegc_inactivate(ip)", ({ s, f, me, emit }) => {
						emit.inactivated(f.ip, me.cpu);
						s.i_gclist[f.ip].inactive = true;
					}),
					forget("ip"),
				]),
			],
		);

		// The mask is gone through in any order, for CPUs are interchangeable.
		const xfs_inodegc_queue_all = routine(
			"xfs_inodegc_queue_all",
			{ locals: { seen: setOf(Cpu), cpu: Cpu, ret: bool }, returns: bool },
			[
				step("ret = false", ({ f }) => (f.ret = false)),
				loop([
					anyOf(
						Cpu,
						(cpu) => [
							waitUntil(
								`for_each_cpu(cpu, &mp->m_inodegc_cpumask) /* cpu = ${cpu} */`,
								({ s, f }) => s.mount.cpumask.has(cpu) && !f.seen.has(cpu),
								({ f }) => {
									f.seen.add(cpu);
									f.cpu = cpu;
								},
							),
						],
						[
							waitUntil("/* no other CPU in the mask */", ({ s, f }) =>
								Cpu.all.every((cpu) => !s.mount.cpumask.has(cpu) || f.seen.has(cpu)),
							),
							leave(),
						],
					),
					when("!llist_empty(&gc->list)", ({ s, f }) => !llist_empty(s.gc[f.cpu]), [
						call(mod_delayed, ({ f }) => ({ cpu: f.cpu, work: workIn(f.cpu), delay: 0 })),
						step("ret = true", ({ f }) => (f.ret = true)),
					]),
					forget("cpu"),
				]),
				giveBack(({ f }) => f.ret),
			],
		);

		// With inode garbage collection disabled, and nobody left who could queue: s_umount is held.
		const xfs_inodegc_stop = routine("xfs_inodegc_stop", { locals: { rerun: bool } }, [
			step("xfs_clear_inodegc_enabled(mp)", () => {}),
			call(xfs_inodegc_queue_all, () => ({}), "rerun"),
			loop([call(flush), call(xfs_inodegc_queue_all, () => ({}), "rerun"), breakIf(({ f }) => !f.rerun)]),
			step("return", ({ s }) => (s.mount.stopped = true)),
		]);

		const umount = addTask(k, sys, "umount", xfs_inodegc_stop, { sleeps: "asleep" });
		const task = routine("inactivate", { args: { ip: Inode } }, [
			call(xfs_inodegc_queue, ({ f }) => ({ ip: f.ip })),
			step("/* the inode is queued */", (c) => {
				if (++c.s.mount.queued === inodes) wake_up_process(k, c, umount);
			}),
		]);
		for (const ip of Inode.all)
			addTask(k, sys, `task${ip}`, task, { args: { ip }, sleeps: true, cpu: Cpu.id(ip % Cpu.count) });
		addWorkers(k, sys, { xfs_inodegc_worker }, () => "xfs_inodegc_worker");
		addSoftirqs(k, sys);
		properties(k, sys, Inode);
		return sys;
	},
});
