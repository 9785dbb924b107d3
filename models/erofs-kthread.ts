// Decompression by a kthread_worker per CPU, as erofs does it: "erofs: add per-cpu threads for decompression as an option"
// (3fffb589b9a6, in 6.12), the code that the RFC of models/bio-kthread.ts starts from. The workers are found by a pointer
// per CPU under RCU; where that is NULL, an unbound workqueue does the work. With control variants of the switch.
import {
	bool,
	call,
	fault,
	forget,
	giveBack,
	type Id,
	type In,
	ids,
	ifdef,
	list,
	loop,
	maybe,
	model,
	oneOf,
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
	addWorkers,
	bi_end_io,
	complete,
	completion,
	cpuhp_setup_state,
	INIT_WORK,
	Kernel,
	kthread_create_on_cpu,
	noteQueued,
	queue_work,
	raw_smp_processor_id,
	rcu_read_lock,
	rcu_read_unlock,
	schedule,
	set_current_state,
	synchronize_rcu,
	wait_for_completion,
	wake_up_process,
} from "preempt/linux";
import { workerSwitchProperties as properties } from "preempt/specs";
import { addCallers } from "./bio-task/callers.ts";

export default model("erofs-kthread", {
	about: "decompression by a kthread_worker per CPU, found under RCU (erofs, 3fffb589b9a6)",
	axes: {
		design: [
			"merged",
			"no-synchronize-rcu", // control: the worker is destroyed while somebody may still have its pointer
			"early-unlock", // control: rcu_read_unlock() before the work is queued
		],
		// A task, or a thread with KTHREAD_IS_PER_CPU, as another's kworker: that runs on a CPU that is inactive.
		caller: ["hardirq", "direct", "kworker"],
		preempt: ["none", "full", "rt"],
		hotplug: ["off", "down", "rollback", "downup"],
	},
	sizes: {
		cpus: { default: 2, min: 1, max: 3 },
		bios: { default: 2, min: 1, max: 3 },
	},
	defaults: { design: ["merged"] },
	refuses: ({ design, caller, preempt, hotplug, cpus }) => {
		if (hotplug !== "off" && cpus < 2) return "the last CPU cannot go offline: set cpus to 2 at least";
		if (hotplug !== "off" && preempt === "rt") return "no lock here sleeps: under hotplug RT goes as FULL does";
		if (design === "merged") return undefined;
		if (hotplug === "off") return "without hotplug no worker is destroyed";
		if (hotplug !== "down") return "what the switch lacks shows on the way down";
		return caller === "hardirq" ? "an interrupt on CPU 1 interrupts what destroys its worker" : undefined;
	},
	build({ design, caller, preempt, hotplug, cpus, bios }) {
		const k = new Kernel({ cpus, bios, works: bios, preempt, hotplug });
		const { Cpu, Bio, Work } = k;

		// Each CPU's kthread_worker; and another for CPU 1, which comes to life when that is back.
		const Worker = ids("kthread_worker", 0);
		const homes = k.outgoing === undefined ? Cpu.all : [...Cpu.all, k.outgoing];
		for (const [i, c] of homes.entries()) Worker.add(i < Cpu.count ? `worker${c}` : `worker${c}'`, Cpu.member(c));
		const homeOf = (w: Id<"kthread_worker">) => homes[w];
		// Each bio's io->u.kthread_work, and what kthread_flush_worker() queues behind them.
		const KthreadWork = ids("kthread_work", 0);
		for (const bio of Bio.all) KthreadWork.add(`io[${Bio.nameOf(bio)}].kthread_work`, Bio.member(bio));
		const fwork = k.outgoing === undefined ? undefined : KthreadWork.add("fwork");
		const stays = (c: Id<"cpu">): boolean => c !== k.outgoing;
		const kthread_worker = record({
			state: oneOf("live", "absent", "stopping", "exited", "freed"),
			work_list: list(KthreadWork, KthreadWork.count),
			current_work: maybe(KthreadWork),
		});
		const pcpu = record({ worker: maybe(Worker) });
		const sys = k.system({
			state: {
				worker: perId(Worker, kthread_worker, { fixed: (w) => (stays(homeOf(w)) ? ["state"] : []) }),
				z_erofs_pcpu_workers: perId(Cpu, pcpu, { fixed: (c) => (stays(c) ? ["worker"] : []) }),
			},
			init: (s) => {
				for (const c of Cpu.all) s.z_erofs_pcpu_workers[c].worker = Worker.id(c);
				for (const w of Worker.all) if (w >= Cpu.count) s.worker[w].state = "absent";
			},
		});
		const { routine } = sys;
		const threads: Id<"context">[] = [];
		const end_io = bi_end_io(k);
		const [flushed, exited] = [completion(k, "fwork.done"), completion(k, "kthread->exited")];

		// kernel/kthread.c, but for the freezer. worker->lock is a raw_spinlock_t, held with interrupts off: what is done under
		// it is one step.
		const kthread_worker_fn = routine(
			"kthread_worker_fn",
			{ args: { worker: Worker }, locals: { work: maybe(KthreadWork) } },
			[
				loop([
					set_current_state("INTERRUPTIBLE"),
					ifdef(k.outgoing !== undefined, [
						when("kthread_should_stop()", ({ s, f }) => s.worker[f.worker].state === "stopping", [
							__set_current_state("RUNNING"),
							step("worker->task = NULL", ({ s, f }) => (s.worker[f.worker].state = "exited")),
							step("kthread_exit(): complete(&kthread->exited)", (c) => complete(k, c, exited)),
							giveBack(),
						]),
					]),
					step(
						"work = list_first_entry(&worker->work_list); list_del_init(); worker->current_work = work",
						({ s, f }) => {
							const worker = s.worker[f.worker];
							f.work = worker.work_list.length > 0 ? worker.work_list.shift() : null;
							worker.current_work = f.work;
						},
					),
					when(
						({ f }) => f.work !== null,
						[
							step("__set_current_state(TASK_RUNNING); work->func(work)", ({ me }) => (me.state = "RUNNING")),
							when(
								({ f }) => f.work === fwork,
								[step("kthread_flush_work_fn(): complete(&fwork->done)", (c) => complete(k, c, flushed))],
								[call(end_io, ({ f }) => ({ bio: Bio.id(f.work as number) }))],
							),
							forget("work"),
						],
						[schedule(k)],
					),
				]),
			],
		);
		for (const w of Worker.all)
			threads[w] = kthread_create_on_cpu(k, sys, `erofs_${Worker.nameOf(w)}`, kthread_worker_fn, homeOf(w), {
				args: { worker: w },
				fifo: 1,
			});

		// Under worker->lock.
		type Worked = In<typeof sys, { worker: Id<"kthread_worker"> | null }>;
		const kthread_insert_work = (c: Worked, work: Id<"kthread_work">): void => {
			const w = c.f.worker as Id<"kthread_worker">;
			const worker = c.s.worker[w];
			worker.work_list.push(work);
			if (worker.current_work === null && worker.state !== "exited") wake_up_process(k, c, threads[w]);
		};
		type InProducer = In<typeof sys, { bio: Id<"bio">; cpu: Id<"cpu">; worker: Id<"kthread_worker"> | null }>;
		const kthread_queue_work: Stmt<InProducer> = step("kthread_queue_work(worker, &io->u.kthread_work)", (c) => {
			const w = c.f.worker as Id<"kthread_worker">;
			if (c.s.worker[w].state === "freed") fault("P11", `kthread_queue_work() on ${Worker.nameOf(w)}, which is freed`);
			noteQueued(c, c.f.bio, homeOf(w));
			kthread_insert_work(c, KthreadWork.id(c.f.bio));
		});

		// The fallback, where a CPU has no worker.
		for (const bio of Bio.all) INIT_WORK(k, `io[${Bio.nameOf(bio)}].work`, Bio.member(bio));
		const queue = queue_work(k);
		const z_erofs_decompressqueue_work = routine("z_erofs_decompressqueue_work", { args: { work: Work } }, [
			call(end_io, ({ f }) => ({ bio: Bio.id(f.work) })),
		]);
		if (k.outgoing !== undefined)
			addWorkers(k, sys, { z_erofs_decompressqueue_work }, () => "z_erofs_decompressqueue_work", { unbound: true });

		// Of an io that is not for readers who wait, with its last bio, in a context that must not decompress: the tests of that
		// are left out.
		const z_erofs_decompress_kickoff = routine(
			"z_erofs_decompress_kickoff",
			{ args: { bio: Bio }, locals: { cpu: Cpu, worker: maybe(Worker), flags: bool } },
			[
				rcu_read_lock(k),
				step("cpu = raw_smp_processor_id()", (c) => (c.f.cpu = raw_smp_processor_id(c))),
				step("worker = rcu_dereference(z_erofs_pcpu_workers[cpu])", ({ s, f }) => {
					f.worker = s.z_erofs_pcpu_workers[f.cpu].worker;
				}),
				ifdef(design === "early-unlock", [rcu_read_unlock(k)]),
				when(
					({ f }) => f.worker === null,
					[
						step("INIT_WORK(&io->u.work, z_erofs_decompressqueue_work)", (c) => noteQueued(c, c.f.bio, c.f.cpu)),
						call(queue, ({ f }) => ({ work: Work.id(f.bio) })),
					],
					[kthread_queue_work],
				),
				ifdef(design !== "early-unlock", [rcu_read_unlock(k)]),
			],
		);
		const complete_io = routine("complete_io", { args: { bio: Bio } }, [
			step("/* the I/O of bio is done */", ({ s, f }) => (s.bio[f.bio].phase = "hw_done")),
			call(z_erofs_decompress_kickoff, ({ f }) => ({ bio: f.bio })),
		]);
		if (caller === "kworker")
			for (const bio of Bio.all)
				addTask(k, sys, `kworker${bio}`, complete_io, {
					args: { bio },
					boundTo: Cpu.id(bio % cpus),
					isPerCpu: true,
					sleeps: true,
				});
		else addCallers(k, sys, caller, z_erofs_decompress_kickoff, z_erofs_decompress_kickoff);

		// z_erofs_pcpu_worker_lock is nobody else's here.
		const erofs_cpu_offline = routine("erofs_cpu_offline", { args: { cpu: Cpu }, locals: { worker: Worker } }, [
			step("worker = z_erofs_pcpu_workers[cpu]; rcu_assign_pointer(z_erofs_pcpu_workers[cpu], NULL)", ({ s, f }) => {
				f.worker = s.z_erofs_pcpu_workers[f.cpu].worker as Id<"kthread_worker">;
				s.z_erofs_pcpu_workers[f.cpu].worker = null;
			}),
			ifdef(design !== "no-synchronize-rcu", [synchronize_rcu(k)]),
			// kthread_destroy_worker(worker)
			step("kthread_flush_worker(): kthread_queue_work(worker, &fwork.work)", (c) => {
				kthread_insert_work(c, fwork as Id<"kthread_work">);
			}),
			wait_for_completion(k, "fwork.done", () => flushed),
			step("kthread_stop(): set_bit(KTHREAD_SHOULD_STOP); wake_up_process(k)", (c) => {
				c.s.worker[c.f.worker].state = "stopping";
				wake_up_process(k, c, threads[c.f.worker]);
			}),
			wait_for_completion(k, "kthread->exited", () => exited),
			step("kfree(worker)", ({ s, f }) => (s.worker[f.worker].state = "freed")),
		]);
		const erofs_cpu_online = routine("erofs_cpu_online", { args: { cpu: Cpu } }, [
			step("worker = kthread_create_worker_on_cpu(cpu); rcu_assign_pointer(z_erofs_pcpu_workers[cpu], worker)", (c) => {
				const w = Worker.id(Cpu.count);
				c.s.worker[w].state = "live";
				wake_up_process(k, c, threads[w]);
				c.s.z_erofs_pcpu_workers[c.f.cpu].worker = w;
			}),
		]);
		cpuhp_setup_state(k, sys, "CPUHP_AP_ONLINE_DYN", {
			startup: (cpu) => [call(erofs_cpu_online, () => ({ cpu }))],
			teardown: (cpu) => [call(erofs_cpu_offline, () => ({ cpu }))],
		});
		addHotplug(k, sys);
		properties(k, sys);
		return sys;
	},
});
