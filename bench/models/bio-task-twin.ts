// Task-context bio completion (v4) as guarded atomic steps, without the kernel library: the twin of
// bench/peers/bio_task.pml. `fix`: queue the work on the CPU whose batch was used. `workfn`: the work
// function takes its batch by container_of instead of this_cpu_ptr.
import {
	again,
	bool,
	breakIf,
	choose,
	type Id,
	type In,
	ids,
	leave,
	list,
	loop,
	maybe,
	model,
	must,
	oneOf,
	perId,
	range,
	record,
	type Stmt,
	step,
	system,
	waitUntil,
} from "preempt";

export default model("bio-task-twin", {
	about: "task-context bio completion by a per-CPU list and work item, without the kernel library",
	axes: { fix: [0, 1], workfn: [0, 1] },
	sizes: {
		cpus: { default: 2, min: 1, max: 4 },
		tasks: { default: 2, min: 1, max: 4 },
		bios: { default: 1, min: 1, max: 4 },
	},
	build({ cpus, tasks, bios, fix, workfn }) {
		const all = tasks * bios;
		const Cpu = ids("cpu", cpus);
		const Task = ids("task", tasks);
		const Bio = ids("bio", 0);
		for (const t of Task.all) for (let i = 0; i < bios; i++) Bio.add(`bio${t * bios + i}`, Task.member(t));
		const sys = system({
			state: {
				cpu: perId(
					Cpu,
					record({
						irqoff: bool,
						/** Of this CPU's batch: the list, and PENDING of its work. */
						list: list(Bio, all),
						pending: bool,
						/** Of this CPU's worker: the batch whose work it runs, and the works queued on it. */
						running: maybe(Cpu),
						wq: list(Cpu, cpus),
					}),
				),
				bio: perId(Bio, record({ state: oneOf("new", "queued", "done"), cpu: maybe(Cpu) })),
				done: range(0, all),
			},
			events: { handled: [Bio, Cpu] },
		});
		type S = In<typeof sys>["s"];

		const scheduleWorkOn = (s: S, target: Id<"cpu">, batch: Id<"cpu">) => {
			if (s.cpu[batch].pending) return;
			s.cpu[batch].pending = true;
			const busy = Cpu.all.find((c) => s.cpu[c].running === batch);
			s.cpu[busy ?? target].wq.push(batch);
		};

		type InTask = In<typeof sys, { cpu: Id<"cpu">; k: number; batch: Id<"cpu"> | null; scpu: Id<"cpu"> | null }>;
		const irqsOn = ({ s, f }: InTask) => !s.cpu[f.cpu].irqoff;
		const migrate = Cpu.all.map((c): Stmt<InTask>[] => [
			waitUntil(
				`migrate to CPU ${c}`,
				({ f }) => f.k < bios && f.cpu !== c,
				({ f }) => {
					f.cpu = c;
				},
			),
			again(),
		]);
		/** A step before which the task may be moved to another CPU. */
		const preemptible = (statement: Stmt<InTask>): Stmt<InTask> =>
			loop([choose<InTask, string>([statement, leave()], ...migrate)]);

		const task = (t: Id<"task">) =>
			sys.routine("task", { args: { cpu: Cpu, k: range(0, bios), batch: maybe(Cpu), scpu: maybe(Cpu) } }, [
				loop([
					preemptible(
						waitUntil(
							"local_lock_irqsave()",
							({ s, f }) => f.k < bios && !s.cpu[f.cpu].irqoff,
							({ s, f }) => {
								s.cpu[f.cpu].irqoff = true;
							},
						),
					),
					step("batch = this_cpu_ptr()", ({ f }) => {
						f.batch = f.cpu;
					}),
					step("bio_list_add(&batch->list, bio)", ({ s, f }) => {
						const bio = Bio.id(t * bios + f.k);
						s.cpu[must(f.batch)].list.push(bio);
						s.bio[bio].state = "queued";
						s.bio[bio].cpu = f.cpu;
					}),
					step("local_unlock_irqrestore()", ({ s, f }) => {
						s.cpu[f.cpu].irqoff = false;
					}),
					preemptible(
						waitUntil("cpu = smp_processor_id()", irqsOn, ({ f }) => {
							f.scpu = fix ? f.batch : f.cpu;
						}),
					),
					preemptible(
						waitUntil("schedule_work_on(cpu, &batch->work)", irqsOn, ({ s, f }) => {
							scheduleWorkOn(s, must(f.scpu), must(f.batch));
							f.batch = null;
							f.scpu = null;
							f.k++;
						}),
					),
				]),
			]);

		const worker = (me: Id<"cpu">) => {
			const irqsOn = ({ s }: In<typeof sys>) => !s.cpu[me].irqoff;
			const batch = (s: S) => (workfn ? must(s.cpu[me].running) : me);
			const lock = ({ s }: In<typeof sys>) => {
				s.cpu[me].irqoff = true;
			};
			return sys.routine("worker", { locals: { list: list(Bio, all) } }, [
				loop([
					waitUntil(
						"work = next; clear PENDING",
						({ s }) => !s.cpu[me].irqoff && s.cpu[me].wq.length > 0,
						({ s }) => {
							const work = s.cpu[me].wq.shift();
							s.cpu[me].running = work;
							s.cpu[work].pending = false;
						},
					),
					loop([
						waitUntil("again: local_lock_irq()", irqsOn, lock),
						step("list = batch->list; bio_list_init(&batch->list)", ({ s, f }) => {
							f.list = s.cpu[batch(s)].list;
							s.cpu[batch(s)].list.clear();
						}),
						step("local_unlock_irq()", ({ s }) => {
							s.cpu[me].irqoff = false;
						}),
						loop([
							breakIf(({ f }) => f.list.length === 0),
							waitUntil("bio->bi_end_io(bio)", irqsOn, ({ s, f, emit }) => {
								const bio = f.list.shift();
								emit.handled(bio, me);
								s.bio[bio].state = "done";
								s.bio[bio].cpu = null;
								s.done++;
							}),
						]),
						waitUntil("local_lock_irq()", irqsOn, lock),
						choose(
							[
								waitUntil(
									"bio_list_empty(&batch->list)",
									({ s }) => s.cpu[batch(s)].list.length === 0,
									({ s }) => {
										s.cpu[me].irqoff = false;
										s.cpu[me].running = null;
									},
								),
								leave(),
							],
							[
								waitUntil(
									"!bio_list_empty(&batch->list)",
									({ s }) => s.cpu[batch(s)].list.length > 0,
									({ s }) => {
										s.cpu[me].irqoff = false;
									},
								),
							],
						),
						choose(
							[waitUntil("!need_resched()", irqsOn), again()],
							[
								waitUntil("need_resched(): schedule_work_on(me, &batch->work)", irqsOn, ({ s }) => {
									scheduleWorkOn(s, me, batch(s));
									s.cpu[me].running = null;
								}),
								leave(),
							],
						),
					]),
				]),
			]);
		};

		for (const t of Task.all)
			sys.process(`task${t}`, task(t), {
				of: [Task.member(t)],
				args: { cpu: Cpu.id(0), k: 0, batch: null, scpu: null },
			});
		for (const c of Cpu.all) sys.process(`worker${c}`, worker(c), { of: [Cpu.member(c)] });
		sys.process("waiter", sys.routine("waiter", {}, [loop([waitUntil("all bios done", ({ s }) => s.done === all)])]));

		sys.property("stranded", {
			title: "no bio is stranded",
			statement: "When nothing can happen any more, every bio is done.",
			terminal: ({ s }) => s.done === all,
		});
		sys.property("affinity", {
			title: "queued on CPU X is processed on CPU X",
			statement: "The end handler of a bio runs on the CPU on whose list it was queued.",
			on: { handled: ({ s }, bio, cpu) => s.bio[bio].cpu === cpu },
		});
		return sys;
	},
});
