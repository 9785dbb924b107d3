// Bio completion in task context by a SCHED_FIFO thread per CPU: "[PATCH 8/8] RFC: use a TASK_FIFO kthread for read
// completion support", 9 April 2026, with control variants of its loop and its queueing function, repairs for RT, and a
// version that keeps its threads over CPU hotplug.
import {
	again,
	bool,
	breakIf,
	call,
	forget,
	giveBack,
	type Id,
	type In,
	ifdef,
	loop,
	model,
	perId,
	record,
	type Stmt,
	step,
	when,
} from "preempt";
import {
	__set_current_state,
	addHotplug,
	addTask,
	bi_end_io,
	bio_list,
	bio_list_add,
	bio_list_bios,
	bio_list_copy,
	bio_list_empty,
	bio_list_init,
	bio_list_pop,
	cpuhp_setup_state,
	get_cpu,
	Kernel,
	kthread_create_on_cpu,
	kthread_parkme,
	kthread_should_park,
	migrate_disable,
	migrate_enable,
	put_cpu,
	schedule,
	set_current_state,
	smpboot_register,
	spin_lock_irqsave,
	spin_unlock_irqrestore,
	spinlock,
	this_cpu_ptr,
	wake_up_process,
} from "preempt/linux";
import { threadListProperties as properties } from "preempt/specs";
import { leftOut, refuse } from "./bio-kthread/choices.ts";
import { addCallers } from "./bio-task/callers.ts";

export default model("bio-kthread", {
	about: "bio completion in task context by a SCHED_FIFO thread per CPU (RFC, 9 April 2026)",
	axes: {
		design: [
			"as-posted",
			"check-then-set", // control: looks at the list before it sets its state
			"plain-store", // control: __set_current_state() in place of set_current_state()
			"unlocked-test", // control: and a look at the list without the lock
			"no-get-cpu", // control: without get_cpu() and put_cpu()
			"migrate-disable", // repair for RT: migrate_disable() in their place
			"wake-always", // wakes the thread whether or not the list was empty
			"wake-locked", // wakes it before the lock is dropped
			"no-dead-callback", // control: nobody drains the list of a dead CPU
			"smpboot", // repair for hotplug, too: KTHREAD_IS_PER_CPU, and parked while the CPU is offline
			"smpboot-no-retest", // control: goes to sleep when it is unparked, without a look at the list
			"smpboot-no-drain", // control: without the callback for the dead CPU
			"smpboot-unpinned", // control: an adder may be moved from the CPU whose list it has chosen
			// Mutants: the state is set after the look at the list.
			"plain-store-late",
			"unlocked-test-late",
			"no-get-cpu-late",
			"migrate-disable-late",
			"wake-always-late",
			"wake-locked-late",
		],
		caller: ["hardirq", "softirq", "threaded-irq", "direct"],
		preempt: ["none", "voluntary", "full", "lazy", "rt"],
		hotplug: ["off", "down", "rollback", "downup"],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 4 },
		bios: { default: 2, min: 1, max: 4 },
	},
	defaults: { design: ["as-posted"], hotplug: ["off"] },
	refuses: refuse,
	leavesOut: leftOut,
	build({ design: variant, caller, preempt, hotplug, cpus, bios }) {
		const testsFirst = variant === "check-then-set" || variant.endsWith("-late");
		const design = variant.replace("-late", "") as typeof variant;
		const k = new Kernel({ cpus, bios, preempt, hotplug, threadirqs: caller === "threaded-irq" });
		const { Cpu, Bio } = k;
		const smpboot = design.startsWith("smpboot");
		const sys = k.system({ state: { batch: perId(Cpu, record({ bios: bio_list(k) })) } });
		const { routine } = sys;

		// struct bio_complete_batch { spinlock_t lock; struct bio_list bios; struct task_struct *worker; }
		const locks = Cpu.all.map((c) => spinlock(k, `batch[${Cpu.nameOf(c)}].lock`, Cpu.member(c)));
		const workers: Id<"context">[] = [];
		type OfBatch = In<typeof sys, { batch: Id<"cpu">; flags: boolean }>;
		const lockOf = ({ f }: OfBatch) => locks[f.batch];
		const list = ({ s, f }: OfBatch) => ({ list: s.batch[f.batch].bios, cpu: f.batch });

		const end_io = bi_end_io(k);
		const bio_try_complete_batch = routine(
			"bio_try_complete_batch",
			{ args: { batch: Cpu }, locals: { bios: bio_list(k), flags: bool, bio: Bio }, returns: bool },
			[
				spin_lock_irqsave(k, "batch->lock", lockOf),
				step("bios = batch->bios", (c) => bio_list_copy(c, list(c), c.f.bios)),
				step("bio_list_init(&batch->bios)", (c) => bio_list_init(c, list(c))),
				spin_unlock_irqrestore(k, "batch->lock", lockOf),
				when(({ f }) => f.bios.head === null, [giveBack(() => false)]),
				__set_current_state("RUNNING"),
				loop([
					breakIf(({ f }) => f.bios.head === null),
					step("bio = bio_list_pop(&bios)", ({ s, f }) => (f.bio = bio_list_pop(k, s, f.bios))),
					call(end_io, ({ f }) => ({ bio: f.bio })),
					forget("bio"),
				]),
				giveBack(() => true),
			],
		);

		type InThread = In<typeof sys, { batch: Id<"cpu">; found: boolean }>;
		const tryComplete: Stmt<InThread> = call(bio_try_complete_batch, ({ f }) => ({ batch: f.batch }), "found");
		const setState =
			design === "plain-store" || design === "unlocked-test"
				? __set_current_state("INTERRUPTIBLE")
				: set_current_state("INTERRUPTIBLE");
		const parks: readonly Stmt<InThread>[] = [
			when("kthread_should_park()", kthread_should_park, [
				kthread_parkme(k),
				ifdef(design === "smpboot-no-retest", [set_current_state("INTERRUPTIBLE"), schedule(k)]),
				again(),
			]),
		];
		const asPosted: readonly Stmt<InThread>[] = [
			loop([setState, ifdef(smpboot, parks), tryComplete, when(({ f }) => !f.found, [schedule(k)]), forget("found")]),
		];
		const checkThenSet: readonly Stmt<InThread>[] = [
			loop([tryComplete, when(({ f }) => !f.found, [setState, schedule(k)]), forget("found")]),
		];
		const unlockedTest: readonly Stmt<InThread>[] = [
			loop([
				ifdef(!testsFirst, [setState]),
				when(
					"bio_list_empty(&batch->bios)",
					({ s, f }) => s.batch[f.batch].bios.head === null,
					[ifdef(testsFirst, [setState]), schedule(k)],
					[tryComplete, forget("found")],
				),
			]),
		];
		const bio_complete_thread = routine(
			"bio_complete_thread",
			{ args: { batch: Cpu }, locals: { found: bool } },
			design === "unlocked-test" ? unlockedTest : testsFirst ? checkThenSet : asPosted,
		);

		const wakeWorker: Stmt<OfBatch> = step("wake_up_process(batch->worker)", (c) => {
			wake_up_process(k, c, workers[c.f.batch]);
		});
		// Whoever calls it has decided: the patch does not touch the gate.
		const pins = design === "migrate-disable" || (smpboot && design !== "smpboot-unpinned");
		const getsCpu = !smpboot && !pins && design !== "no-get-cpu";
		const __bio_complete_in_task = routine(
			"__bio_complete_in_task",
			{ args: { bio: Bio }, locals: { batch: Cpu, flags: bool, wake: bool } },
			[
				ifdef(getsCpu, [get_cpu(k)]),
				ifdef(pins, [migrate_disable(k)]),
				step("batch = this_cpu_ptr(&bio_complete_batch)", (c) => (c.f.batch = this_cpu_ptr(k, c))),
				spin_lock_irqsave(k, "batch->lock", lockOf),
				step(design === "wake-always" ? "wake = true" : "wake = bio_list_empty(&batch->bios)", (c) => {
					c.f.wake = bio_list_empty(c, list(c)) || design === "wake-always";
				}),
				step("bio_list_add(&batch->bios, bio)", (c) => bio_list_add(k, c, list(c), c.f.bio)),
				ifdef(design === "wake-locked", [when(({ f }) => f.wake, [wakeWorker])]),
				spin_unlock_irqrestore(k, "batch->lock", lockOf),
				ifdef(getsCpu, [put_cpu(k)]),
				ifdef(pins, [migrate_enable(k)]),
				ifdef(design !== "wake-locked", [when(({ f }) => f.wake, [wakeWorker])]),
			],
		);

		// bio_complete_batch_init()
		for (const cpu of Cpu.all) {
			const [name, options] = [`bio_worker/${cpu}`, { args: { batch: cpu }, fifo: 1 }];
			if (smpboot) {
				const bound = { ...options, boundTo: cpu, isPerCpu: true, sleeps: "asleep" as const };
				workers[cpu] = addTask(k, sys, name, bio_complete_thread, bound);
				if (cpu === k.outgoing) smpboot_register(k, workers[cpu]);
			} else workers[cpu] = kthread_create_on_cpu(k, sys, name, bio_complete_thread, cpu, options);
		}
		addCallers(k, sys, caller, __bio_complete_in_task, __bio_complete_in_task);

		const bio_complete_batch_cpu_dead = routine(
			"bio_complete_batch_cpu_dead",
			{ args: { cpu: Cpu }, locals: { found: bool } },
			[
				call(bio_try_complete_batch, ({ f }) => ({ batch: f.cpu }), "found"),
				step("return 0", ({ f, emit }) => emit.drained(f.cpu)),
			],
		);
		const drains = design !== "no-dead-callback" && design !== "smpboot-no-drain";
		if (drains)
			cpuhp_setup_state(k, sys, "CPUHP_BP_PREPARE_DYN", {
				teardown: (cpu) => [call(bio_complete_batch_cpu_dead, () => ({ cpu }))],
			});
		addHotplug(k, sys);

		properties(k, sys, {
			waiting: ({ s }, c) => bio_list_bios(k, s, s.batch[c].bios),
			isEmpty: ({ s }, c) => s.batch[c].bios.head === null,
			lockOf: (c) => locks[c],
			workers,
			queue: __bio_complete_in_task,
			take: bio_try_complete_batch,
			thread: bio_complete_thread,
			looksAgain: design !== "smpboot-no-retest",
			testsFirst,
		});
		return sys;
	},
});
