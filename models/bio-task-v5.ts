// Bio completion in task context, v5 of 8 April 2026: a lock-less list per CPU, the batch's CPU stored in it, and a
// delayed work on a workqueue of its own. With the variants that its discussion weighed. What that queue's rescuer is for
// (WQ_MEM_RECLAIM) is shown in bio-task-memory.ts.
import {
	bool,
	breakIf,
	call,
	forget,
	type Id,
	type In,
	ifdef,
	leave,
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
	bi_end_io,
	bio_endio,
	bio_in_atomic,
	cpuhp_setup_state,
	type Hotplug,
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
	local_irq_restore,
	local_irq_save,
	mod_delayed_work_on,
	noteQueued,
	type Preempt,
	queue_delayed_work_on,
	this_cpu_ptr,
} from "preempt/linux";
import { workListProperties as properties } from "preempt/specs";
import { addCallers, CALLERS, type Caller } from "./bio-task/callers.ts";

const DESIGNS = [
	"v5", // as posted
	"no-reverse", // without llist_reverse_order()
	"mod-always", // mod_delayed_work_on() on every add, as XFS does with a bound
	"no-delay", // Hellwig: without the delay
	"queue-delayed", // queue_delayed_work_on() in its place
	"sample-empty", // llist_empty() before the add, and not what llist_add() returns
	"no-delay-no-reverse", // mutant of the one, without llist_reverse_order()
	"queue-delayed-no-reverse", // and of the other
] as const;

export default model("bio-task-v5", {
	about: "bio completion in task context by a lock-less list and a delayed work (BIO_COMPLETE_IN_TASK, v5)",
	axes: {
		design: DESIGNS,
		caller: [...CALLERS, "ksoftirqd"],
		preempt: ["none", "voluntary", "full", "rt"],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 4 },
		bios: { default: 2, min: 1, max: 4 },
	},
	defaults: { design: ["v5"] },
	refuses: ({ design, caller, preempt }) => {
		if (design.endsWith("-no-reverse") && (caller !== "hardirq" || preempt !== "full"))
			return "a mutant: hardirq/full shows how it fails";
		return caller === "ksoftirqd" && preempt !== "rt"
			? "without RT, the softirq that a hard interrupt raises runs when that ends: see the caller softirq"
			: undefined;
	},
	build: buildBioTaskV5,
});

interface Choice {
	/** Besides: without the callback of the dead CPU, and with the batch chosen and added to with interrupts off. */
	readonly design: (typeof DESIGNS)[number] | "no-dead" | "irqs-off" | "irqs-off-queue";
	readonly caller: Caller;
	readonly preempt: Preempt;
	readonly hotplug?: Hotplug;
	readonly cpus: number;
	readonly bios: number;
}

/** Also with a CPU that goes offline: see bio-task-v5-hotplug.ts and bio-task-naive.ts. */
export function buildBioTaskV5({ design, caller, preempt, hotplug = "off", cpus, bios }: Choice) {
	const k = new Kernel({ cpus, bios, preempt, hotplug, works: cpus, threadirqs: caller === "threaded-irq" });
	const { Cpu, Bio, Work } = k;
	const sys = k.system({
		state: {
			batch: perId(Cpu, record({ ...llist_head(Bio).fields, drained: bool }), {
				fixed: (c) => (c === k.outgoing ? [] : ["drained"]),
			}),
			bi_llist: perId(Bio, record(llist_node(Bio))),
		},
	});
	const { routine } = sys;

	// struct bio_complete_batch { struct llist_head list; struct delayed_work work; int cpu; }
	for (const c of Cpu.all) INIT_DELAYED_WORK(k, `batch[${Cpu.nameOf(c)}].work`, Cpu.member(c));
	const workIn = (batch: Id<"cpu">) => Work.id(batch);
	const container_of = (work: Id<"work">) => Cpu.id(work);
	const delay = design.startsWith("no-delay") ? 0 : 1;

	const end_io = bi_end_io(k);
	const mod_delayed = mod_delayed_work_on(k);
	const queue_delayed = queue_delayed_work_on(k);
	const kick = design.endsWith("queue") || design.startsWith("queue-delayed") ? queue_delayed : mod_delayed;

	type Taking = In<typeof sys, { batch: Id<"cpu">; node: Id<"bio"> | null; bio: Id<"bio"> }>;
	const del_all: Stmt<Taking> = step("node = llist_del_all(&batch->list)", ({ s, f }) => {
		f.node = llist_del_all(k, s.batch[f.batch]);
	});
	const endAll: Stmt<Taking>[] = [
		ifdef(!design.endsWith("no-reverse"), [
			step("node = llist_reverse_order(node)", ({ s, f }) => (f.node = llist_reverse_order(k, s.bi_llist, f.node))),
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
	];
	const bio_complete_work_fn = routine(
		"bio_complete_work_fn",
		{ args: { work: Work }, locals: { batch: Cpu, node: maybe(Bio), bio: Bio } },
		[
			step("batch = container_of(dw, struct bio_complete_batch, work)", ({ f }) => (f.batch = container_of(f.work))),
			loop([
				del_all,
				breakIf(({ f }) => f.node === null),
				...endAll,
				ifNeedResched(
					k,
					[
						when("!llist_empty(&batch->list)", ({ s, f }) => !llist_empty(s.batch[f.batch]), [
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
		{ args: { bio: Bio }, locals: { batch: Cpu, flags: bool, was_empty: bool } },
		[
			ifdef(design.startsWith("irqs-off"), [local_irq_save(k)]),
			step("batch = this_cpu_ptr(&bio_complete_batch)", (c) => (c.f.batch = this_cpu_ptr(k, c))),
			ifdef(samples, [
				step("was_empty = llist_empty(&batch->list)", ({ s, f }) => (f.was_empty = llist_empty(s.batch[f.batch]))),
			]),
			step(`${samples ? "" : "was_empty = "}llist_add(&bio->bi_llist, &batch->list)`, (c) => {
				const was_empty = llist_add(k, c.s.bi_llist, c.s.batch[c.f.batch], c.f.bio);
				if (!samples) c.f.was_empty = was_empty;
				noteQueued(c, c.f.bio, c.f.batch);
			}),
			ifdef(design.startsWith("irqs-off"), [local_irq_restore(k)]),
			when(
				({ f }) => f.was_empty || design === "mod-always",
				[call(kick, ({ f }) => ({ cpu: f.batch, work: workIn(f.batch), delay }))],
			),
		],
	);

	const bio_complete_batch_cpu_dead = routine(
		"bio_complete_batch_cpu_dead",
		{ args: { cpu: Cpu }, locals: { batch: Cpu, node: maybe(Bio), bio: Bio } },
		[
			step("batch = per_cpu_ptr(&bio_complete_batch, cpu)", ({ f }) => (f.batch = f.cpu)),
			del_all,
			...endAll,
			step("return 0", ({ s, f, emit }) => {
				s.batch[f.cpu].drained = true;
				emit.drained(f.cpu);
			}),
		],
	);
	if (design !== "no-dead")
		cpuhp_setup_state(k, sys, "CPUHP_BP_PREPARE_DYN", {
			teardown: (cpu) => [call(bio_complete_batch_cpu_dead, () => ({ cpu }))],
		});

	addWorkers(k, sys, { bio_complete_work_fn }, () => "bio_complete_work_fn");
	// An RCU reader comes here by the later gate.
	const gate = caller === "rcu-reader" ? bio_in_atomic(k) : undefined;
	const endio = bio_endio(k, end_io, __bio_complete_in_task, gate);
	addCallers(k, sys, caller, endio, __bio_complete_in_task);
	addHotplug(k, sys);
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
		hotplug: {
			...(design === "no-dead" ? {} : { dead: bio_complete_batch_cpu_dead }),
			holds: (f) => (f.node ?? null) !== null,
			drained: ({ s }) => Cpu.all.some((c) => s.batch[c].drained),
		},
		...(hotplug === "off" ? { tellsWakes: true } : {}),
	});
	return sys;
}
