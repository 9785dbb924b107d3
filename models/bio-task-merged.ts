// Bio completion in task context as merged for 7.3 (July 2026): was-empty queueing under interrupts off, a workqueue
// with WQ_MEM_RECLAIM, the gate bio_in_atomic(), and callbacks that keep the work bound to its CPU. With mutants of the
// latter.
import { bool, breakIf, call, type Id, type In, ifdef, loop, maybe, model, perId, record, step, when } from "preempt";
import {
	addHotplug,
	addWorkers,
	type BioId,
	type BioList,
	bi_end_io,
	bio_endio,
	bio_in_atomic,
	bio_list,
	bio_list_add,
	bio_list_bios,
	bio_list_copy,
	bio_list_empty,
	bio_list_init,
	bioListAddInWords,
	bioListTakeInWords,
	cpuhp_setup_state,
	disable_work_sync,
	enable_work,
	INIT_WORK,
	Kernel,
	local_irq_disable,
	local_irq_enable,
	local_irq_restore,
	local_irq_save,
	queue_work_on,
	this_cpu_ptr,
} from "preempt/linux";
import { workListProperties as properties } from "preempt/specs";
import { addCallers, CALLERS } from "./bio-task/callers.ts";
import { completeAll } from "./bio-task/complete-all.ts";
import { bioListDead } from "./bio-task/dead.ts";
import { with_irqs_off } from "./bio-task/irqs-off.ts";
import { leftOut, probes, refused } from "./bio-task/probes.ts";

export default model("bio-task-merged", {
	about: "bio completion in task context as merged: interrupts off, a work that never leaves its CPU",
	axes: {
		design: [
			"merged",
			"check-first", // mutant: the way up looks at the list before it enables the work
			"no-down-step", // mutant: the work is not disabled on the way down
			"no-dead-step", // mutant: nobody drains the list of the dead CPU
		],
		caller: [...CALLERS, "rcu-reader"],
		preempt: ["none", "voluntary", "full", "rt"],
		hotplug: ["off", "down", "rollback", "downup"],
		probe: [
			"none",
			"cpus-read-lock", // the end handler takes cpu_hotplug_lock for reading
			"teardown-waits", // a later callback of the way down waits for bio0 to end
		],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 3 },
		bios: { default: 2, min: 1, max: 3 },
	},
	defaults: { design: ["merged"], hotplug: ["off"], probe: ["none"] },
	refuses: refused,
	leavesOut: leftOut,
	build({ design, caller, preempt, hotplug, probe, cpus, bios }) {
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
		type OfBatch = In<typeof sys, { batch: Id<"cpu"> }>;
		type Taking = In<typeof sys, { batch: Id<"cpu">; list: BioList }>;
		type Adding = In<typeof sys, { batch: Id<"cpu">; bio: BioId; tail: BioId | null }>;

		// struct bio_complete_batch { struct bio_list list; struct work_struct work; int cpu; }
		for (const c of Cpu.all) INIT_WORK(k, `batch[${Cpu.nameOf(c)}].work`, Cpu.member(c));
		const workIn = (batch: Id<"cpu">) => Work.id(batch);
		const container_of = (work: Id<"work">) => Cpu.id(work);
		const list = ({ s, f }: OfBatch) => ({ list: s.batch[f.batch].list, cpu: f.batch });

		// Where the work is not disabled another CPU comes to the list, too, and sees it word by word (BL1).
		const disables = design !== "no-down-step";
		// An end handler that sleeps lets another worker of the pool go on (WQ3).
		const perPool = probe === "cpus-read-lock" ? 2 : 1;
		const end_io = bi_end_io(k, probes(k, sys, probe));
		const [disable, enable, queue] = [disable_work_sync(k), enable_work(k), queue_work_on(k)];

		const bio_complete_work_fn = routine(
			"bio_complete_work_fn",
			{ args: { work: Work }, locals: { batch: Cpu, list: bio_list(k), bio: Bio } },
			[
				step("batch = container_of(w, struct bio_complete_batch, work)", ({ f }) => (f.batch = container_of(f.work))),
				loop([
					ifdef(
						disables,
						[
							with_irqs_off(k, "list = batch->list; bio_list_init(&batch->list)", (c) => {
								bio_list_copy(c, list(c), c.f.list);
								bio_list_init(c, list(c));
							}),
						],
						[local_irq_disable(k), ...bioListTakeInWords<Taking>(k, list), local_irq_enable(k)],
					),
					breakIf(({ f }) => f.list.head === null),
					completeAll(k, end_io),
				]),
			],
		);

		const bio_complete_in_task = routine(
			"bio_complete_in_task",
			{ args: { bio: Bio }, locals: { batch: Cpu, was_empty: bool, flags: bool, tail: maybe(Bio) } },
			[
				ifdef(
					disables,
					[
						with_irqs_off(
							k,
							"batch = this_cpu_ptr(&bio_complete_batch); was_empty = bio_list_empty(&batch->list); bio_list_add(&batch->list, bio)",
							(c) => {
								c.f.batch = this_cpu_ptr(k, c);
								c.f.was_empty = bio_list_empty(c, list(c));
								bio_list_add(k, c, list(c), c.f.bio);
							},
						),
					],
					[
						local_irq_save(k),
						step("batch = this_cpu_ptr(&bio_complete_batch); was_empty = bio_list_empty(&batch->list)", (c) => {
							c.f.batch = this_cpu_ptr(k, c);
							c.f.was_empty = bio_list_empty(c, list(c));
						}),
						...bioListAddInWords<Adding>(k, list),
						local_irq_restore(k),
					],
				),
				when(({ f }) => f.was_empty, [call(queue, ({ f }) => ({ cpu: f.batch, work: workIn(f.batch) }))]),
			],
		);

		// CPUHP_AP_ONLINE_DYN: the work is disabled before its workers lose their CPU, and enabled after they have it again.
		const bio_complete_batch_cpu_down = routine("bio_complete_batch_cpu_down", { args: { batch: Cpu } }, [
			call(disable, ({ f }) => ({ work: workIn(f.batch) })),
		]);
		const bio_complete_batch_cpu_online = routine(
			"bio_complete_batch_cpu_online",
			{ args: { batch: Cpu }, locals: { empty: bool } },
			[
				ifdef(design !== "check-first" && disables, [call(enable, ({ f }) => ({ work: workIn(f.batch) }))]),
				with_irqs_off<In<typeof sys, { batch: Id<"cpu">; empty: boolean }>>(
					k,
					"empty = bio_list_empty(&batch->list)",
					(c) => {
						c.f.empty = bio_list_empty(c, list(c));
					},
				),
				ifdef(design === "check-first", [call(enable, ({ f }) => ({ work: workIn(f.batch) }))]),
				when(({ f }) => !f.empty, [call(queue, ({ f }) => ({ cpu: f.batch, work: workIn(f.batch) }))]),
			],
		);
		cpuhp_setup_state(k, sys, "CPUHP_AP_ONLINE_DYN", {
			...(disables ? { teardown: (cpu) => [call(bio_complete_batch_cpu_down, () => ({ batch: cpu }))] } : {}),
			startup: (cpu) => [call(bio_complete_batch_cpu_online, () => ({ batch: cpu }))],
		});
		const dead = design === "no-dead-step" ? undefined : bioListDead(k, sys, end_io, { shared: !disables });

		addWorkers(k, sys, { bio_complete_work_fn }, () => "bio_complete_work_fn", { perPool });
		const endio = bio_endio(k, end_io, bio_complete_in_task, bio_in_atomic(k));
		addCallers(k, sys, caller, endio, bio_complete_in_task);
		addHotplug(k, sys);
		properties(k, sys, {
			held: ({ s, me }, c) => me.cpu === c && s.cpu[c].irqs_off,
			waiting: ({ s }, c) => bio_list_bios(k, s, s.batch[c].list),
			isEmpty: ({ s }, c) => s.batch[c].list.head === null,
			queue: bio_complete_in_task,
			willKick: (f) => f.was_empty !== false,
			queueWork: [queue],
			worker: bio_complete_work_fn,
			holds: (f) => f.list?.head !== null,
			listOf: container_of,
			takesOwnCpu: false,
			looksAgain: true,
			hotplug: {
				...(dead ? { dead } : {}),
				holds: (f) => f.bio !== undefined,
				up: bio_complete_batch_cpu_online,
				drained: ({ s }) => Cpu.all.some((c) => s.batch[c].drained),
			},
		});
		return sys;
	},
});
