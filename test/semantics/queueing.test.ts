// WQ1, WQ2: queueing a work item.
import {
	addInterrupts,
	addWorkers,
	isExecuting,
	Kernel,
	local_irq_restore,
	local_irq_save,
	queue_work,
	queue_work_on,
} from "../../src/kernel/index.ts";
import { bool, call, range, step } from "../../src/lang/index.ts";
import { litmus, observe, spawn } from "./litmus.ts";

// The two steps of queueing.
const TEST = "ret = !test_and_set_bit(WORK_STRUCT_PENDING_BIT)";
const INSERT = "__queue_work(cpu, work)";

litmus(
	"WQ1",
	"queueing sets PENDING, or finds it set and does nothing; from there to the insertion interrupts are off",
	{
		"from two CPUs": (variant) => {
			const k = new Kernel({ cpus: 2, works: 2, preempt: "full", ...variant });
			const sys = k.system({ state: { runs: range(0, 2) } });
			const [cpu0, work] = [k.Cpu.id(0), k.Work.add("work")];
			const queue = queue_work_on(k);
			const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
				step("work_fn", ({ s }) => {
					s.runs++;
				}),
			]);
			for (const boundTo of k.Cpu.all)
				spawn(k, sys, `task${boundTo}`, [call(queue, () => ({ cpu: cpu0, work }))], { boundTo });
			addWorkers(k, sys, { fn }, () => "fn");
			return observe(sys, {
				allows: {
					"both queue it, and it runs once": { end: ({ s }) => s.runs === 1 },
					"it runs twice": { end: ({ s }) => s.runs === 2 },
				},
				forbids: {
					"it is queued twice at a time": ({ s }) => s.pool[cpu0].worklist.length === 2,
					"it never runs": { end: ({ s }) => s.runs === 0 },
				},
			});
		},
		"with interrupts on, and off": (variant) => {
			const k = new Kernel({ cpus: 1, works: 2, bios: 1, preempt: "full", ...variant });
			const sys = k.system({ state: { twice: bool, enabled: bool } });
			const [cpu0, work] = [k.Cpu.id(0), k.Work.add("work")];
			const queue = queue_work(k);
			const fn = sys.routine("work_fn", { args: { work: k.Work } }, []);
			spawn(k, sys, "task", [
				call(queue, () => ({ work })),
				local_irq_save(k),
				call(queue, () => ({ work })),
				step("interrupts are still off", ({ s, me }) => {
					s.enabled = !s.cpu[me.cpu].irqs_off;
					s.twice = s.pool[me.cpu].worklist.length === 2;
				}),
				local_irq_restore(k),
			]);
			addInterrupts(k, sys, [step("interrupt", () => {})]);
			addWorkers(k, sys, { fn }, () => "fn");
			return observe(sys, {
				allows: { "an interrupt right before": ({ s, at }) => s.cpu[cpu0].hardirq && at(queue, [TEST], () => true) },
				forbids: {
					"one between the test and the insertion": ({ s, at }) =>
						s.cpu[cpu0].hardirq && at(queue, [INSERT], () => true),
					"interrupts are on afterwards": ({ s }) => s.enabled,
					"it is queued twice at a time": ({ s }) => s.twice,
				},
			});
		},
	},
);

litmus("WQ2", "an item that a pool still executes goes to that pool, so that it never runs twice at a time", {
	"queued for CPU 1 while it may run on CPU 0": (variant) => {
		const k = new Kernel({ cpus: 2, works: 1, preempt: "none", ...variant });
		const sys = k.system({ state: { running: range(0, 2), runs: range(0, 2) } });
		const [cpu0, cpu1, work] = [k.Cpu.id(0), k.Cpu.id(1), k.Work.add("work")];
		const queue = queue_work_on(k);
		const fn = sys.routine("work_fn", { args: { work: k.Work } }, [
			step("begins", ({ s }) => {
				s.running++;
			}),
			step("ends", ({ s }) => {
				s.running--;
				s.runs++;
			}),
		]);
		spawn(k, sys, "task", [call(queue, () => ({ cpu: cpu0, work })), call(queue, () => ({ cpu: cpu1, work }))], {
			boundTo: cpu1,
		});
		addWorkers(k, sys, { fn }, () => "fn");
		return observe(sys, {
			allows: {
				"CPU 0 executes it: it waits there": ({ s }) => s.running === 1 && s.pool[cpu0].worklist.includes(work),
				"no longer: it goes to CPU 1": ({ s }) => s.pool[cpu1].worklist.includes(work),
			},
			forbids: {
				"it waits on CPU 1 while CPU 0 executes it": ({ s }) =>
					isExecuting(k, s, cpu0, work) && s.pool[cpu1].worklist.includes(work),
				"it runs twice at a time": ({ s }) => s.running === 2,
				"it never runs": { end: ({ s }) => s.runs === 0 },
			},
		});
	},
});
