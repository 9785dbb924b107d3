// Bio completion in task context, v5 of 8 April 2026: a lock-less list per CPU, the batch's CPU stored in it, and a
// delayed work on a workqueue of its own. With the variants that its discussion weighed.
import {
	bool,
	breakIf,
	call,
	forget,
	type Id,
	ifdef,
	leave,
	loop,
	maybe,
	model,
	perId,
	record,
	step,
	when,
} from "preempt";
import {
	addWorkers,
	bi_end_io,
	bio_endio,
	INIT_DELAYED_WORK,
	ifNeedResched,
	Kernel,
	llist_add,
	llist_del_all,
	llist_empty,
	llist_head,
	llist_node,
	llist_nodes,
	llist_reverse_order,
	mod_delayed_work_on,
	queue_delayed_work_on,
	this_cpu_ptr,
} from "preempt/linux";
import { workListProperties as properties } from "preempt/specs";
import { addCallers, CALLERS } from "./bio-task/callers.ts";

export default model("bio-task-v5", {
	about: "bio completion in task context by a lock-less list and a delayed work (BIO_COMPLETE_IN_TASK, v5)",
	axes: {
		design: [
			"v5", // as posted
			"no-reverse", // without llist_reverse_order()
			"mod-always", // mod_delayed_work_on() on every add, as XFS does with a bound
			"no-delay", // Hellwig: without the delay
			"queue-delayed", // queue_delayed_work_on() in its place
			"sample-empty", // llist_empty() before the add, and not what llist_add() returns
		],
		caller: [...CALLERS, "ksoftirqd"],
		preempt: ["none", "voluntary", "full", "rt"],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 4 },
		bios: { default: 2, min: 1, max: 4 },
	},
	defaults: { design: ["v5"] },
	refuses: ({ caller, preempt }) =>
		caller === "ksoftirqd" && preempt !== "rt"
			? "without RT, the softirq that a hard interrupt raises runs when that ends: see the caller softirq"
			: undefined,
	build({ design, caller, preempt, cpus, bios }) {
		const k = new Kernel({ cpus, bios, preempt, works: cpus, threadirqs: caller === "threaded-irq" });
		const { Cpu, Bio, Work } = k;
		const sys = k.system({
			state: {
				batch: perId(Cpu, llist_head(Bio)),
				bi_llist: perId(Bio, record(llist_node(Bio))),
			},
		});
		const { routine } = sys;

		// struct bio_complete_batch { struct llist_head list; struct delayed_work work; int cpu; }
		for (const c of Cpu.all) INIT_DELAYED_WORK(k, `batch[${Cpu.nameOf(c)}].work`, Cpu.member(c));
		const workIn = (batch: Id<"cpu">) => Work.id(batch);
		const container_of = (work: Id<"work">) => Cpu.id(work);
		const delay = design === "no-delay" ? 0 : 1;

		const end_io = bi_end_io(k);
		const mod_delayed = mod_delayed_work_on(k);
		const queue_delayed = queue_delayed_work_on(k);
		const kick = design === "queue-delayed" ? queue_delayed : mod_delayed;

		const bio_complete_work_fn = routine(
			"bio_complete_work_fn",
			{ args: { work: Work }, locals: { batch: Cpu, node: maybe(Bio), bio: Bio } },
			[
				step("batch = container_of(dw, struct bio_complete_batch, work)", ({ f }) => {
					f.batch = container_of(f.work);
				}),
				loop([
					step("node = llist_del_all(&batch->list)", ({ s, f }) => {
						f.node = llist_del_all(k, s.batch[f.batch]);
					}),
					breakIf(({ f }) => f.node === null),
					ifdef(design !== "no-reverse", [
						step("node = llist_reverse_order(node)", ({ s, f }) => {
							f.node = llist_reverse_order(k, s.bi_llist, f.node);
						}),
					]),
					loop([
						breakIf(({ f }) => f.node === null),
						step("llist_for_each_entry_safe(bio, next, node, bi_llist)", ({ s, f }) => {
							f.bio = f.node as Id<"bio">;
							f.node = s.bi_llist[f.bio].next;
							s.bi_llist[f.bio].next = null;
						}),
						call(end_io, ({ f }) => ({ bio: f.bio })),
						forget("bio"),
					]),
					ifNeedResched(
						k,
						[
							when("if (!llist_empty(&batch->list))", ({ s, f }) => !llist_empty(s.batch[f.batch]), [
								call(mod_delayed, ({ f }) => ({ cpu: f.batch, work: workIn(f.batch), delay: 0 })),
							]),
							leave(),
						],
						[],
					),
				]),
			],
		);

		const samples = design === "sample-empty";
		const __bio_complete_in_task = routine(
			"__bio_complete_in_task",
			{ args: { bio: Bio }, locals: { batch: Cpu, was_empty: bool } },
			[
				step("batch = this_cpu_ptr(&bio_complete_batch)", (c) => {
					c.f.batch = this_cpu_ptr(k, c);
				}),
				ifdef(samples, [
					step("was_empty = llist_empty(&batch->list)", ({ s, f }) => {
						f.was_empty = llist_empty(s.batch[f.batch]);
					}),
				]),
				step("was_empty = llist_add(&bio->bi_llist, &batch->list)", ({ s, f, emit }) => {
					const was_empty = llist_add(k, s.bi_llist, s.batch[f.batch], f.bio);
					if (!samples) f.was_empty = was_empty;
					s.bio[f.bio].phase = "queued";
					s.bio[f.bio].cpu = f.batch;
					emit.queued(f.bio, f.batch);
				}),
				when(
					({ f }) => f.was_empty || design === "mod-always",
					[call(kick, ({ f }) => ({ cpu: f.batch, work: workIn(f.batch), delay }))],
				),
			],
		);

		addWorkers(k, sys, { bio_complete_work_fn }, () => "bio_complete_work_fn");
		const endio = bio_endio(k, end_io, __bio_complete_in_task);
		addCallers(k, sys, caller, endio, __bio_complete_in_task);
		properties(k, sys, {
			waiting: ({ s }, c) => llist_nodes(s.bi_llist, s.batch[c]),
			isEmpty: ({ s }, c) => llist_empty(s.batch[c]),
			queue: __bio_complete_in_task,
			willKick: (f) => f.was_empty !== false || design === "mod-always",
			queueWork: [mod_delayed, queue_delayed],
			worker: bio_complete_work_fn,
			holds: (f) => (f.node ?? null) !== null,
			listOf: container_of,
			takesOwnCpu: false,
			looksAgain: true,
			ticks: delay,
			tellsWakes: true,
		});
		return sys;
	},
});
