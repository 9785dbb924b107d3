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
	type Stmt,
	step,
	waitUntil,
	when,
} from "../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "./kernel.ts";
import { cond_resched } from "./preempt.ts";
import { sleepUnless, wake_up_process } from "./sleep.ts";
import { addTask, bare } from "./task.ts";

export type Work = Id<"work">;
/** A work function; `work` is what container_of would start from. */
export type WorkFunction<C> = Routine<{ work: Work }, unknown, C, string>;

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** WQ1: queue_work_on() on a per-CPU workqueue, under the name that the caller knows it by. */
export function queue_work_on(k: Kernel, name = "queue_work_on") {
	return routine(name, { args: { cpu: k.Cpu, work: k.Work }, locals: { flags: bool, ret: bool } }, queueing(k, false));
}

/** WQ1: as queue_work_on(), for the CPU at hand, which it reads with interrupts off. */
export function queue_work(k: Kernel, name = "queue_work") {
	return routine(name, { args: { work: k.Work }, locals: { cpu: k.Cpu, flags: bool, ret: bool } }, queueing(k, true));
}

/**
 * Interrupts are off from the test of PENDING to the insertion, which is under the pool's lock: two steps, since
 * another CPU may test PENDING in between.
 */
function queueing(
	k: Kernel,
	onThisCpu: boolean,
): Stmt<In<{ cpu: CpuId; work: Work; flags: boolean; ret: boolean }>, string>[] {
	k.cpuVaries("irqs_off");
	return [
		step("ret = !test_and_set_bit(WORK_STRUCT_PENDING_BIT)", ({ s, f, me }) => {
			const cpu = s.cpu[me.cpu];
			f.flags = cpu.irqs_off;
			if (onThisCpu) f.cpu = me.cpu;
			f.ret = !s.work[f.work].pending || !k.obeys("WQ1");
			s.work[f.work].pending = true;
			if (f.ret) cpu.irqs_off = true;
		}),
		when(
			({ f }) => f.ret,
			[
				step("__queue_work(cpu, work)", (c) => {
					insert(k, c, c.f.work, c.f.cpu);
					c.s.cpu[c.me.cpu].irqs_off = c.f.flags;
				}),
			],
		),
	];
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
			cond_resched(k),
		]),
	]);
	for (const c of k.Cpu.all) {
		k.workerProcess[c] = sys.processes.length;
		k.kworkers[c] = addTask(k, bare(sys), `kworker/${c}`, worker, { boundTo: c, sleeps: "asleep" });
	}
}
