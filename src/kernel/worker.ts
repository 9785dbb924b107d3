import {
	type AnyRoutine,
	again,
	callOneOf,
	choose,
	type EventTypes,
	loop,
	ModelError,
	routines,
	step,
	waitUntil,
} from "../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "./kernel.ts";
import { cond_resched } from "./preempt.ts";
import { sleepUnless } from "./sleep.ts";
import { addTask, bare } from "./task.ts";
import { isDisassociated, isExecuting, isRunning, kick_pool, type Work, type WorkFunction } from "./workqueue.ts";
import { addWorkqueueHotplug } from "./workqueue-hotplug.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/**
 * WQ6: each CPU's normal-priority pool of bound workers, SCHED_OTHER, per-CPU threads. `perPool`: how many; workers
 * are not created later (WQ7), so a model whose work functions sleep needs one more than sleep at a time.
 */
export function addWorkers<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	functions: Readonly<Record<string, AnyRoutine>>,
	functionOf: (work: Work) => string,
	{ perPool = 1 } = {},
): void {
	if (Object.keys(functions).length === 0) throw new ModelError("addWorkers: no work function");
	for (const pool of k.Cpu.all) {
		const worker = worker_thread(k, pool, functions as Readonly<Record<string, WorkFunction<In>>>, functionOf);
		k.pools[pool] = [];
		for (let i = 0; i < perPool; i++) {
			k.workerProcess.push(sys.processes.length);
			const name = perPool === 1 ? `kworker/${pool}` : `kworker/${pool}:${i}`;
			const where = k.obeys("WQ6") ? { boundTo: pool, isPerCpu: true } : { cpu: pool };
			const id = addTask(k, bare(sys), name, worker, { ...where, sleeps: "asleep" });
			k.varies(id, "current_work");
			k.pools[pool].push(id);
			k.kworkers.push(id);
		}
	}
	addWorkqueueHotplug(k);
	if (perPool > 1)
		k.onBlock = (c) => {
			const { me } = c;
			const pool = k.Cpu.all.find((c) => k.pools[c]?.includes(me.id));
			if (pool !== undefined && me.current_work !== null) kick_pool(k, c, pool);
		};
}

/** WQ4, WQ5: dequeueing and clearing PENDING are one step under the pool's lock; between items it offers the CPU. */
function worker_thread(
	k: Kernel,
	pool: CpuId,
	functions: Readonly<Record<string, WorkFunction<In>>>,
	functionOf: (work: Work) => string,
) {
	const next = nextItem(k, pool);
	return routine("process_one_work", { locals: { work: k.Work } }, [
		loop([
			choose(
				[
					waitUntil(
						"process_one_work(): clear PENDING",
						(c) => next(c) !== undefined,
						(c) => {
							const work = next(c) as Work;
							c.s.pool[pool].worklist.remove(work);
							c.f.work = work;
							c.me.current_work = work;
							if (k.obeys("WQ4")) c.s.work[work].pending = false;
						},
					),
				],
				[sleepUnless(k, "schedule() /* worker idle */", (c) => next(c) !== undefined), again()],
			),
			callOneOf(
				({ f }) => functionOf(f.work),
				functions,
				({ f }) => ({ work: f.work }),
			),
			step("worker->current_work = NULL", ({ me }) => {
				me.current_work = null;
			}),
			...(k.obeys("WQ5") ? [cond_resched(k)] : []),
		]),
	]);
}

/**
 * What a worker may start: nothing while another of its pool is running (WQ3); not an item that another still
 * executes, which is that one's to run again (WQ4).
 */
function nextItem(k: Kernel, pool: CpuId): (c: In) => Work | undefined {
	return ({ s, me }) => {
		const { worklist } = s.pool[pool];
		if (worklist.length === 0) return undefined;
		const workers = k.pools[pool] ?? [];
		if (workers.length === 1) return worklist.at(0);
		if (!isDisassociated(k, s, pool) && workers.some((id) => id !== me.id && isRunning(s, id))) return undefined;
		return worklist.toArray().find((work) => !isExecuting(k, s, pool, work));
	};
}
