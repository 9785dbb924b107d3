// Bio completion in task context, v6 of 14 May 2026: a bio_list under a local_lock, the batch taken by container_of(),
// a delayed work. The local lock is that of the executing CPU, so lists are modelled word by word.
import { bool, breakIf, call, type Id, type In, ifdef, loop, maybe, model, perId, record, step, when } from "preempt";
import {
	addHotplug,
	addWorkers,
	type BioId,
	type BioList,
	bi_end_io,
	bio_endio,
	bio_list,
	bio_list_bios,
	bio_list_empty,
	bioListAddInWords,
	bioListTakeInWords,
	INIT_DELAYED_WORK,
	Kernel,
	local_lock_held,
	local_lock_irq,
	local_lock_irqsave,
	local_unlock_irq,
	local_unlock_irqrestore,
	localLock,
	mod_delayed_work_on,
	this_cpu_ptr,
} from "preempt/linux";
import { workListProperties as properties } from "preempt/specs";
import { addCallers } from "./bio-task/callers.ts";
import { completeAll } from "./bio-task/complete-all.ts";
import { bioListDead } from "./bio-task/dead.ts";

export default model("bio-task-v6", {
	about: "bio completion in task context by a list under a local lock and a delayed work (v6)",
	axes: {
		design: [
			"v6",
			"unlocked", // mutant: the work function does not take the lock
		],
		caller: ["hardirq"],
		preempt: ["none", "full"],
		hotplug: ["off", "down", "rollback"],
		handler: [
			"nop",
			"free", // the bio is freed when its end handler has run
		],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 3 },
		bios: { default: 2, min: 1, max: 3 },
	},
	defaults: { design: ["v6"] },
	refuses: ({ design, preempt, hotplug, handler }) =>
		design === "unlocked" && (preempt !== "full" || hotplug !== "off" || handler !== "nop")
			? "a mutant: hardirq/full/off/nop shows how it fails"
			: undefined,
	build({ design, caller, preempt, hotplug, handler, cpus, bios }) {
		const k = new Kernel({ cpus, bios, preempt, hotplug, works: cpus });
		const { Cpu, Bio, Work } = k;
		const sys = k.system({
			state: {
				batch: perId(Cpu, record({ list: bio_list(k), drained: bool }), {
					fixed: (c) => (c === k.outgoing ? [] : ["drained"]),
				}),
			},
		});
		const { routine } = sys;

		// struct bio_complete_batch { local_lock_t lock; struct bio_list list; struct delayed_work work; int cpu; }
		const lock = localLock(k, "bio_complete_batch.lock");
		for (const c of Cpu.all) INIT_DELAYED_WORK(k, `batch[${Cpu.nameOf(c)}].work`, Cpu.member(c));
		const workIn = (batch: Id<"cpu">) => Work.id(batch);
		const container_of = (work: Id<"work">) => Cpu.id(work);
		const batchList = ({ s, f }: In<typeof sys, { batch: Id<"cpu"> }>) => ({
			list: s.batch[f.batch].list,
			cpu: f.batch,
		});
		const end_io = bi_end_io(k, [], { frees: handler === "free" });
		const mod_delayed = mod_delayed_work_on(k);

		type InWork = In<typeof sys, { batch: Id<"cpu">; list: BioList; bio: BioId }>;
		const bio_complete_work_fn = routine(
			"bio_complete_work_fn",
			{ args: { work: Work }, locals: { batch: Cpu, list: bio_list(k), bio: Bio } },
			[
				step("batch = container_of(dw, struct bio_complete_batch, work)", ({ f }) => (f.batch = container_of(f.work))),
				loop([
					ifdef(design !== "unlocked", [local_lock_irq(k, lock)]),
					...bioListTakeInWords<InWork>(k, batchList),
					ifdef(design !== "unlocked", [local_unlock_irq(k, lock)]),
					breakIf(({ f }) => f.list.head === null),
					completeAll(k, end_io),
				]),
			],
		);

		type InQueue = In<typeof sys, { bio: BioId; tail: BioId | null; batch: Id<"cpu"> }>;
		const bio_queue_completion = routine(
			"bio_queue_completion",
			{ args: { bio: Bio }, locals: { batch: Cpu, flags: bool, was_empty: bool, tail: maybe(Bio) } },
			[
				local_lock_irqsave(k, lock),
				step("batch = this_cpu_ptr(&bio_complete_batch)", (c) => (c.f.batch = this_cpu_ptr(k, c))),
				step("was_empty = bio_list_empty(&batch->list)", (c) => (c.f.was_empty = bio_list_empty(c, batchList(c)))),
				...bioListAddInWords<InQueue>(k, batchList),
				local_unlock_irqrestore(k, lock),
				when(
					({ f }) => f.was_empty,
					[call(mod_delayed, ({ f }) => ({ cpu: f.batch, work: workIn(f.batch), delay: 1 }))],
				),
			],
		);

		const dead = bioListDead(k, sys, end_io, { shared: true });
		addWorkers(k, sys, { bio_complete_work_fn }, () => "bio_complete_work_fn");
		const endio = bio_endio(k, end_io, bio_queue_completion);
		addCallers(k, sys, caller, endio, bio_queue_completion);
		addHotplug(k, sys);
		properties(k, sys, {
			held: (v, c) => local_lock_held(k, lock, v, c),
			waiting: ({ s }, c) => bio_list_bios(k, s, s.batch[c].list),
			isEmpty: ({ s }, c) => s.batch[c].list.head === null,
			queue: bio_queue_completion,
			willKick: (f) => f.was_empty !== false,
			queueWork: [mod_delayed],
			worker: bio_complete_work_fn,
			holds: (f) => f.list?.head !== null,
			listOf: container_of,
			takesOwnCpu: false,
			looksAgain: true,
			ticks: 1,
			hotplug: {
				dead,
				holds: (f) => f.bio !== undefined,
				drained: ({ s }) => Cpu.all.some((c) => s.batch[c].drained),
			},
		});
		return sys;
	},
});
