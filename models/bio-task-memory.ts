// Which workqueue completes bios in task context: "we'll probably want a dedicated workqueue here to avoid deadlocks vs
// other system wq uses" (Hellwig on RFC v4). The list is that of v5; its work is queued without a delay, and goes on until
// the list is empty.
import {
	bool,
	breakIf,
	call,
	forget,
	type Id,
	type In,
	ifdef,
	loop,
	maybe,
	model,
	perId,
	record,
	type Stmt,
	step,
	when,
} from "preempt";
import {
	addInterrupts,
	addTask,
	addWorkers,
	bi_end_io,
	bio_endio,
	flush_workqueue,
	INIT_WORK,
	Kernel,
	llist_add,
	llist_del_all,
	llist_empty,
	llist_head,
	llist_node,
	llist_nodes,
	llist_reverse_order,
	noteQueued,
	queue_work_on,
	this_cpu_ptr,
	wait_event,
	wake_up_process,
} from "preempt/linux";
import { P25, workListProperties as properties } from "preempt/specs";

export default model("bio-task-memory", {
	about: "the workqueue that completes bios in task context, when memory is short and when another is flushed",
	axes: {
		workqueue: [
			"system", // schedule_work_on(), as in v4
			"dedicated", // alloc_workqueue("bio_complete", 0, 0)
			"mem-reclaim", // alloc_workqueue("bio_complete", WQ_MEM_RECLAIM, 0), as in v5
		],
		other: [
			"reclaim", // an item of the system workqueue waits for writeback, and so does whoever creates a worker
			"flush", // a task flushes the system workqueue, holding a mutex that the end handler takes
		],
		preempt: ["none", "voluntary", "full", "rt"],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 3 },
		bios: { default: 1, min: 1, max: 3 },
	},
	build({ workqueue, other, preempt, cpus, bios }) {
		const reclaim = other === "reclaim";
		const k = new Kernel({ cpus, bios, preempt, works: cpus + 1 });
		const { Cpu, Bio, Work, Context } = k;
		const sys = k.system({
			state: {
				batch: perId(Cpu, llist_head(Bio)),
				bi_llist: perId(Bio, record(llist_node(Bio))),
				folio: record({ writeback: bool, waiter: maybe(Context) }),
				mutex: record({ owner: maybe(Context) }),
			},
			init: (s) => {
				s.folio.writeback = reclaim;
			},
		});
		const { routine } = sys;
		type Here = In<typeof sys>;

		// struct bio_complete_batch { struct llist_head list; struct work_struct work; int cpu; }
		for (const c of Cpu.all) INIT_WORK(k, `batch[${Cpu.nameOf(c)}].work`, Cpu.member(c));
		const workIn = (batch: Id<"cpu">) => Work.id(batch);
		const container_of = (work: Id<"work">) => Cpu.id(work);
		const batchWorks = Work.all;
		const other_work = INIT_WORK(k, "other_work");

		/** Whoever sleeps in a work function, and the task, is woken: what it waits for may be there. */
		const wakeWaiting = (c: Pick<Here, "s" | "emit">): void => {
			for (const id of k.kworkers) if (c.s.context[id].current_work !== null) wake_up_process(k, c, id);
			wake_up_process(k, c, task);
		};
		const mutex_lock: Stmt<Here> = wait_event(
			k,
			"mutex_lock(&m)",
			({ s }) => s.mutex.owner === null,
			({ s, me }) => {
				s.mutex.owner = me.id;
			},
		);
		const mutex_unlock: Stmt<Here> = step("mutex_unlock(&m)", (c) => {
			c.s.mutex.owner = null;
			wakeWaiting(c);
		});
		const folio_end_writeback: Stmt<Here> = step("folio_end_writeback(folio)", (c) => {
			c.s.folio.writeback = false;
			wakeWaiting(c);
		});
		const end_io = bi_end_io(k, reclaim ? [folio_end_writeback] : [mutex_lock, mutex_unlock]);
		const queue = queue_work_on(k);

		const bio_complete_work_fn = routine(
			"bio_complete_work_fn",
			{ args: { work: Work }, locals: { batch: Cpu, node: maybe(Bio), bio: Bio } },
			[
				step("batch = container_of(w, struct bio_complete_batch, work)", ({ f }) => (f.batch = container_of(f.work))),
				loop([
					step("node = llist_reverse_order(llist_del_all(&batch->list))", ({ s, f }) => {
						f.node = llist_reverse_order(k, s.bi_llist, llist_del_all(k, s.batch[f.batch]));
					}),
					breakIf(({ f }) => f.node === null),
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
				]),
			],
		);

		const __bio_complete_in_task = routine(
			"__bio_complete_in_task",
			{ args: { bio: Bio }, locals: { batch: Cpu, was_empty: bool } },
			[
				step("batch = this_cpu_ptr(&bio_complete_batch)", (c) => (c.f.batch = this_cpu_ptr(k, c))),
				step("was_empty = llist_add(&bio->bi_llist, &batch->list)", (c) => {
					c.f.was_empty = llist_add(k, c.s.bi_llist, c.s.batch[c.f.batch], c.f.bio);
					noteQueued(c, c.f.bio, c.f.batch);
				}),
				when(({ f }) => f.was_empty, [call(queue, ({ f }) => ({ cpu: f.batch, work: workIn(f.batch) }))]),
			],
		);

		// Any other user of the system workqueue, here one whose allocation waits for the writeback.
		const other_work_fn = routine("other_work_fn", { args: { work: Work } }, [
			wait_event(k, "kmalloc(GFP_KERNEL): folio_wait_writeback(folio)", ({ s }) => !s.folio.writeback),
		]);
		const flush = flush_workqueue(k, workqueue === "system" ? Work.all : [other_work], "flush_workqueue(system_wq)");
		const other_task = routine("other_task", {}, [
			ifdef(
				reclaim,
				[call(queue, () => ({ cpu: Cpu.id(0), work: other_work }))],
				[mutex_lock, call(flush), mutex_unlock],
			),
		]);

		addWorkers(
			k,
			sys,
			{ bio_complete_work_fn, other_work_fn },
			(work) => (work === other_work ? "other_work_fn" : "bio_complete_work_fn"),
			{
				perPool: 2,
				...(reclaim ? { createBlocked: (s) => (s as unknown as Here["s"]).folio.writeback } : {}),
				...(workqueue === "mem-reclaim" ? { rescued: (work) => batchWorks.includes(work) } : {}),
			},
		);
		const task = addTask(k, sys, "task", other_task, { sleeps: true });
		const endio = bio_endio(k, end_io, __bio_complete_in_task);
		addInterrupts(k, sys, [call(endio, ({ f }) => ({ bio: f.bio }))]);
		properties(k, sys, {
			waiting: ({ s }, c) => llist_nodes(s.bi_llist, s.batch[c]),
			isEmpty: ({ s }, c) => llist_empty(s.batch[c]),
			queue: __bio_complete_in_task,
			willKick: (f) => f.was_empty !== false,
			queueWork: [queue],
			worker: bio_complete_work_fn,
			holds: (f) => (f.node ?? null) !== null,
			listOf: (work) => (work === other_work ? undefined : container_of(work)),
			takesOwnCpu: false,
			looksAgain: true,
		});
		if (reclaim) P25(k, sys, ({ s }) => s.folio.writeback);
		return sys;
	},
});
