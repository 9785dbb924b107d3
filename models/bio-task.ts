// Bio completion in task context by a per-CPU list and a work item: "block: add BIO_COMPLETE_IN_TASK for
// task-context completion", RFC v4 of 25 March 2026, with the alternatives that its review proposed and the repairs
// a reviewer would propose for the race found in it.
import {
	again,
	block,
	bool,
	call,
	giveBack,
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
	addHotplug,
	addWorkers,
	type BioId,
	type BioList,
	bi_end_io,
	bio_endio,
	bio_list,
	bio_list_add,
	bio_list_bios,
	bio_list_copy,
	bio_list_empty,
	bio_list_init,
	bioListAddInWords,
	bioListTakeInWords,
	get_cpu,
	type Hotplug,
	INIT_WORK,
	ifNeedResched,
	Kernel,
	local_lock_held,
	local_lock_irq,
	local_lock_irqsave,
	local_unlock_irq,
	local_unlock_irqrestore,
	localLock,
	migrate_disable,
	migrate_enable,
	type Preempt,
	put_cpu,
	queue_work,
	queue_work_on,
	smp_processor_id,
	this_cpu_ptr,
} from "preempt/linux";
import { workListProperties as properties } from "preempt/specs";
import { addCallers, CALLERS, type Caller } from "./bio-task/callers.ts";
import { completeAll, popShared } from "./bio-task/complete-all.ts";
import { bioListDead } from "./bio-task/dead.ts";
import { reviewLoops } from "./bio-task/loops.ts";
import { type Probe, probes } from "./bio-task/probes.ts";

/** The patch, what its review proposed, controls, and repairs. */
export const DESIGNS = [
	"v4", // as posted
	"schedule-work", // Van Assche: schedule_work() chooses the CPU
	"was-empty", // Axboe: the work is scheduled only when the list was empty
	"axboe-loop", // his loop in the work function
	"wilcox-loop", // Wilcox's loop in the work function
	"take-once", // control: takes once and returns; was-empty queueing
	"sample-pending", // control: samples PENDING before adding, and then skips scheduling; batch's CPU
	"bounded-batch", // control: ends one bio and returns without rescheduling; was-empty queueing
	"pop-shared", // Hellwig's snippet as typed: pops from the batch's list, without the lock
	"container-of", // the worker takes the batch that its work is in
	"stored-cpu", // repair: schedules on the batch's CPU
	"get-cpu", // repair: get_cpu() around the queueing function
	"migrate-disable", // repair: migrate_disable() around the queueing function
	"held-lock", // repair: schedules before the lock is dropped
	// Mutants: the work function does not take the lock.
	"schedule-work-unlocked",
	"was-empty-unlocked",
	"axboe-loop-unlocked",
	"wilcox-loop-unlocked",
	"container-of-unlocked",
] as const;

export default model("bio-task", {
	about: "bio completion in task context by a per-CPU list and a work item (BIO_COMPLETE_IN_TASK, RFC v4)",
	axes: {
		design: DESIGNS,
		caller: CALLERS,
		preempt: ["none", "voluntary", "full", "lazy", "rt"],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 4 },
		bios: { default: 2, min: 1, max: 4 },
	},
	defaults: { design: ["v4"], preempt: ["none", "voluntary", "full", "rt"] },
	refuses: ({ design, caller, preempt }) => {
		if (design === "pop-shared" && caller !== "hardirq") return "what it loses it loses without a race: see hardirq";
		if (design.endsWith("-unlocked") && (caller !== "hardirq" || preempt !== "full"))
			return "a mutant: hardirq/full shows how it fails";
		return preempt === "lazy" && design !== "v4" ? "v4 shows what LAZY is to them" : undefined;
	},
	build: buildBioTask,
});

interface Choice {
	readonly design: (typeof DESIGNS)[number];
	readonly caller: Caller;
	readonly preempt: Preempt;
	readonly cpus: number;
	readonly bios: number;
	readonly hotplug?: Hotplug;
	readonly probe?: Probe;
	/** With the callback of the dead CPU. */
	readonly drains?: boolean;
	/** With the gate of bio_endio(). */
	readonly defers?: boolean;
}

/** Also with a CPU that goes offline: see bio-task-hotplug.ts. */
export function buildBioTask({
	design: variant,
	caller,
	preempt,
	cpus,
	bios,
	hotplug = "off",
	probe = "none",
	drains = true,
	defers = true,
}: Choice) {
	const isLocked = !variant.endsWith("-unlocked");
	const design = variant.replace("-unlocked", "") as typeof variant;
	const k = new Kernel({ cpus, bios, preempt, hotplug, works: cpus, threadirqs: caller === "threaded-irq" });
	const { Cpu, Bio, Work } = k;
	const sys = k.system({
		state: {
			batch: perId(Cpu, record({ list: bio_list(k), drained: bool }), {
				fixed: (c) => (c === k.outgoing ? [] : ["drained"]),
			}),
		},
	});
	const { routine } = sys;

	// struct bio_complete_batch { local_lock_t lock; struct bio_list list; struct work_struct work; }
	const lock = localLock(k, "bio_complete_batch.lock");
	for (const c of Cpu.all) INIT_WORK(k, `batch[${Cpu.nameOf(c)}].work`, Cpu.member(c));
	const workIn = (batch: Id<"cpu">) => Work.id(batch);
	const container_of = (work: Id<"work">) => Cpu.id(work);

	const end_io = bi_end_io(k, probes(k, sys, probe));
	const schedule_work_on = queue_work_on(k, "schedule_work_on");
	const schedule_work = queue_work(k, "schedule_work");

	// bio_complete_work_fn(), in the parts that its versions share
	type InWork = In<typeof sys, { work: Id<"work">; batch: Id<"cpu">; list: BioList; bio: BioId; cpu: Id<"cpu"> }>;
	const batchList = ({ s, f }: In<typeof sys, { batch: Id<"cpu"> }>) => ({
		list: s.batch[f.batch].list,
		cpu: f.batch,
	});
	const getBatch: Stmt<InWork> = ifdef(
		design === "container-of",
		[step("batch = container_of(w, struct bio_complete_batch, work)", ({ f }) => (f.batch = container_of(f.work)))],
		[step("batch = this_cpu_ptr(&bio_complete_batch)", (c) => (c.f.batch = this_cpu_ptr(k, c)))],
	);
	const copyList: Stmt<InWork> = step("list = batch->list", (c) => bio_list_copy(c, batchList(c), c.f.list));
	const initList: Stmt<InWork> = step("bio_list_init(&batch->list)", (c) => bio_list_init(c, batchList(c)));
	const lockBatch: Stmt<InWork> = ifdef(isLocked, [local_lock_irq(k, lock)]);
	const unlockBatch: Stmt<InWork> = ifdef(isLocked, [local_unlock_irq(k, lock)]);
	// The lock is the executing CPU's: it does not exclude adders to the batch that container_of() finds.
	const takeList: Stmt<InWork> = ifdef(design === "container-of", bioListTakeInWords<InWork>(k, batchList), [
		copyList,
		initList,
	]);
	const completeList: Stmt<InWork> = completeAll(k, end_io);
	const requeue: Stmt<InWork> = block(
		step("cpu = smp_processor_id()", (c) => (c.f.cpu = smp_processor_id(k, c))),
		call(schedule_work_on, ({ f }) => ({ cpu: f.cpu, work: workIn(f.batch) })),
		giveBack(),
	);

	const asPosted: readonly Stmt<InWork>[] = [
		loop([
			// again:
			lockBatch,
			getBatch,
			takeList,
			unlockBatch,
			ifdef(design === "pop-shared", [popShared(k, end_io, batchList)], [completeList]),
			lockBatch,
			getBatch,
			when("!bio_list_empty(&batch->list)", (c) => !bio_list_empty(c, batchList(c)), [
				unlockBatch,
				ifNeedResched(k, [requeue], [again()]),
			]),
			unlockBatch,
			giveBack(),
		]),
	];
	const parts = { lockBatch, unlockBatch, getBatch, copyList, initList, takeList, completeList, requeue, batchList };
	const loops: Readonly<Record<string, readonly Stmt<InWork>[]>> = reviewLoops<InWork>(k, parts);

	const bio_complete_work_fn = routine(
		"bio_complete_work_fn",
		{ args: { work: Work }, locals: { batch: Cpu, list: bio_list(k), bio: Bio, cpu: Cpu } },
		loops[design] ?? asPosted,
	);

	type InQueue = In<typeof sys, { bio: BioId; tail: BioId | null; batch: Id<"cpu">; cpu: Id<"cpu"> }>;
	const chooseCpu: Stmt<InQueue> = ifdef(
		design === "stored-cpu" || design === "sample-pending",
		[step("cpu = batch->cpu", ({ f }) => (f.cpu = f.batch))],
		[step("cpu = smp_processor_id()", (c) => (c.f.cpu = smp_processor_id(k, c)))],
	);
	const onlyIfEmpty = design === "was-empty" || design === "take-once" || design === "bounded-batch";
	const bio_queue_completion = routine(
		"bio_queue_completion",
		{
			args: { bio: Bio },
			locals: { batch: Cpu, flags: bool, cpu: Cpu, was_empty: bool, pending: bool, tail: maybe(Bio) },
		},
		[
			ifdef(design === "get-cpu", [get_cpu(k)]),
			ifdef(design === "migrate-disable", [migrate_disable(k)]),
			ifdef(design === "sample-pending", [
				step("pending = work_pending(&this_cpu_ptr(&bio_complete_batch)->work)", (c) => {
					c.f.pending = c.s.work[workIn(this_cpu_ptr(k, c))].pending;
				}),
			]),
			local_lock_irqsave(k, lock),
			step("batch = this_cpu_ptr(&bio_complete_batch)", (c) => (c.f.batch = this_cpu_ptr(k, c))),
			ifdef(onlyIfEmpty, [
				step("was_empty = bio_list_empty(&batch->list)", (c) => (c.f.was_empty = bio_list_empty(c, batchList(c)))),
			]),
			ifdef(design === "container-of", bioListAddInWords<InQueue>(k, batchList), [
				step("bio_list_add(&batch->list, bio)", (c) => bio_list_add(k, c, batchList(c), c.f.bio)),
			]),
			ifdef(design !== "held-lock", [local_unlock_irqrestore(k, lock)]),
			when(
				({ f }) => (!onlyIfEmpty || f.was_empty) && (design !== "sample-pending" || !f.pending),
				[
					ifdef(
						design === "schedule-work",
						[call(schedule_work, ({ f }) => ({ work: workIn(f.batch) }))],
						[chooseCpu, call(schedule_work_on, ({ f }) => ({ cpu: f.cpu, work: workIn(f.batch) }))],
					),
				],
			),
			ifdef(design === "held-lock", [local_unlock_irqrestore(k, lock)]),
			ifdef(design === "migrate-disable", [migrate_enable(k)]),
			ifdef(design === "get-cpu", [put_cpu(k)]),
		],
	);

	const dead = drains ? bioListDead(k, sys, end_io) : undefined;
	addWorkers(k, sys, { bio_complete_work_fn }, () => "bio_complete_work_fn", {
		perPool: probe === "cpus-read-lock" ? 2 : 1,
	});
	const endio = defers ? bio_endio(k, end_io, bio_queue_completion) : bio_endio(k, end_io);
	addCallers(k, sys, caller, endio, bio_queue_completion);
	addHotplug(k, sys);
	properties(k, sys, {
		held: (v, c) => local_lock_held(k, lock, v, c),
		waiting: ({ s }, c) => bio_list_bios(k, s, s.batch[c].list),
		isEmpty: ({ s }, c) => s.batch[c].list.head === null,
		queue: bio_queue_completion,
		willKick: (f) => f.was_empty !== false && f.pending !== true,
		queueWork: [schedule_work_on, schedule_work],
		worker: bio_complete_work_fn,
		holds: (f) => f.list?.head !== null,
		listOf: container_of,
		takesOwnCpu: design !== "container-of",
		looksAgain: design !== "take-once" && design !== "bounded-batch",
		...(hotplug === "off" ? { tellsWakes: true } : {}),
		hotplug: {
			...(dead ? { dead } : {}),
			holds: (f) => f.bio !== undefined,
			drained: ({ s }) => Cpu.all.some((c) => s.batch[c].drained),
		},
	});
	return sys;
}
