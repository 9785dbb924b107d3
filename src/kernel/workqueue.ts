import {
	type AnyRoutine,
	again,
	bool,
	callOneOf,
	choose,
	type EventTypes,
	type Id,
	loop,
	ModelError,
	type Routine,
	routines,
	step,
	waitUntil,
	when,
} from "../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "./kernel.ts";
import { addTask, bare, cond_resched, sleepUnless, wake_up_process } from "./sched.ts";

export type Work = Id<"work">;
/** A work function; `work` is what container_of would start from. */
export type WorkFunction<C> = Routine<{ work: Work }, unknown, C, string>;

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/**
 * WQ1: queue_work_on() on a per-CPU workqueue. Interrupts are off from the test of PENDING to the insertion, which
 * is under the pool's lock: two steps, since another CPU may test PENDING in between. `cpu` none means the CPU at
 * hand, read with interrupts off (schedule_work). Call it with { work, cpu }.
 */
export function queueWork(k: Kernel, name = "schedule_work_on", { onThisCpu = false } = {}) {
	k.cpuVaries("irqs_off");
	return routine(name, { args: { work: k.Work, cpu: k.Cpu }, locals: { flags: bool, queue: bool } }, [
		step(
			onThisCpu ? `${name}(work): test_and_set_bit(PENDING)` : `${name}(cpu, work): test_and_set_bit(PENDING)`,
			({ s, f, me }) => {
				const cpu = s.cpu[me.cpu];
				f.flags = cpu.irqs_off;
				if (onThisCpu) f.cpu = me.cpu;
				f.queue = !s.work[f.work].pending || !k.obeys("WQ1");
				s.work[f.work].pending = true;
				if (f.queue) cpu.irqs_off = true;
			},
		),
		when(
			({ f }) => f.queue,
			[
				step("__queue_work(cpu, work): insert_work()", (c) => {
					insert(k, c, c.f.work, c.f.cpu);
					c.s.cpu[c.me.cpu].irqs_off = c.f.flags;
				}),
			],
		),
	]);
}

/** WQ2: the pool that still executes the item, else that of `cpu`; WQ3: its idle worker is woken. */
function insert(k: Kernel, { s, emit }: In, work: Work, cpu: CpuId): void {
	const busy = k.Cpu.all.find((c) => s.pool[c].current_work === work);
	const pool = busy !== undefined && k.obeys("WQ2") ? busy : cpu;
	s.pool[pool].worklist.push(work);
	emit.armed(work, pool);
	if (k.obeys("WQ3")) wake_up_process(k, s, k.kworkers[pool] as Id<"context">);
}

/**
 * WQ4–WQ6: each CPU's bound worker. Dequeueing and clearing PENDING are one step under the pool's lock; between items
 * it offers the CPU. Testing the worklist and going to sleep are one step: a wake-up between the two would only
 * keep schedule() from blocking, as one right after does.
 */
export function addWorkers<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	functions: Readonly<Record<string, AnyRoutine>>,
	functionOf: (work: Work) => string,
): void {
	if (Object.keys(functions).length === 0) throw new ModelError("addWorkers: no work function");
	const worker = routine("process_one_work", { locals: { work: k.Work } }, [
		loop([
			choose(
				[
					waitUntil(
						"process_one_work(): clear PENDING",
						({ s, me }) => s.pool[me.cpu].worklist.length > 0,
						({ s, f, me }) => {
							const pool = s.pool[me.cpu];
							f.work = pool.worklist.shift();
							pool.current_work = f.work;
							if (k.obeys("WQ4")) s.work[f.work].pending = false;
						},
					),
				],
				[sleepUnless(k, "schedule() /* worker idle */", ({ s, me }) => s.pool[me.cpu].worklist.length > 0), again()],
			),
			callOneOf(
				({ f }) => functionOf(f.work),
				functions as Readonly<Record<string, WorkFunction<In>>>,
				({ f }) => ({ work: f.work }),
			),
			step("worker->current_work = NULL", ({ s, me }) => {
				s.pool[me.cpu].current_work = null;
			}),
			...cond_resched(k),
		]),
	]);
	for (const c of k.Cpu.all) {
		k.workerProcess[c] = sys.processes.length;
		k.kworkers[c] = addTask(k, bare(sys), `kworker/${c}`, worker, { boundTo: c, sleeps: "asleep" });
	}
}
