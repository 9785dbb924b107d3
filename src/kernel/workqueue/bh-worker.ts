import {
	type AnyRoutine,
	call,
	callOneOf,
	choose,
	type EventTypes,
	forget,
	leave,
	loop,
	ModelError,
	routines,
	type Stmt,
	step,
	waitUntil,
} from "../../lang/index.ts";
import { raise_softirq_irqoff } from "../irq/softirq.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem, Sees } from "../kernel.ts";
import { requireOwn } from "../own.ts";
import { type Completion, complete, completion, wait_for_completion } from "../sched/completion.ts";
import { type WaitQueue, waitQueue, wakeWaiters } from "../sched/wait.ts";
import { queueBhWork } from "./bh-pool.ts";
import { endFlush, takeUp, type Work, type WorkFunctions } from "./workqueue.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/**
 * WQ13: the TASKLET softirq executes these works, which are those of workqueues with WQ_BH, such as system_bh_wq. Before
 * addSoftirqs(), and before what queues, flushes or cancels them is made.
 */
export function addBhWorkers<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	works: readonly Work[],
	functions: Readonly<Record<string, AnyRoutine>>,
	functionOf: (work: Work) => string,
): void {
	requireOwn(k, sys, "what addBhWorkers() serves");
	if (k.served.has("addSoftirqs(k, sys)"))
		throw new ModelError("addBhWorkers() is to be called before addSoftirqs(), which serves the works that there are");
	if (works.length === 0 || Object.keys(functions).length === 0)
		throw new ModelError("addBhWorkers: no work, or no work function");
	for (const work of works) k.bhWorks.add(work);
	k.kickBh = raise_softirq_irqoff(k, "TASKLET_SOFTIRQ", "addSoftirqs(k, sys)");
	for (const c of k.Cpu.all) k.bhBarriers[c] = waitQueue(k, `the item of the BH pool of CPU ${c}`, k.Cpu.member(c));
	const worker = { functions: functions as WorkFunctions, functionOf };
	k.bhAction = [call(bh_worker(k, ({ me }) => me.cpu, k.outgoing === undefined ? worker : draining(k, worker)))];
}

/** What a pool executes, and by the names of which functions. */
interface Worker {
	readonly functions: WorkFunctions;
	readonly functionOf: (work: Work) => string;
}

/**
 * WQ4: to take an item, to clear its PENDING and to take what comes next are one step each under the pool's lock. Time and
 * pass limits let it stop before the list is empty; then it has the softirq raised again.
 */
function bh_worker(k: Kernel, poolOf: (c: Sees) => CpuId, { functions, functionOf }: Worker) {
	const pool = (c: Sees) => c.s.bh_pool[poolOf(c)];
	const needed = (c: In): boolean => pool(c).worklist.length > 0;
	const start = (before: string, end: (c: In) => void): Stmt<In<{ work: Work }>, string> =>
		waitUntil(`${before}process_one_work(): clear PENDING`, needed, (c) => {
			end(c);
			c.f.work = pool(c).worklist.at(0);
			pool(c).current_work = c.f.work;
			takeUp(k, c.s, poolOf(c), c.f.work, k.bhBarriers[poolOf(c)] as WaitQueue);
		});
	const end = (c: In): void => {
		const work = pool(c).current_work as Work;
		pool(c).current_work = null;
		wakeWaiters(k, c, k.bhBarriers[poolOf(c)] as WaitQueue);
		endFlush(k, c, work, "running");
	};
	const busy = "worker->current_work = NULL; ";
	const stop = step<In, string>(`${busy}worker_enter_idle(worker); kick_pool(pool)`, (c) => {
		end(c);
		if (needed(c) && k.obeys("WQ13")) k.kickBh(c);
	});
	return routine("bh_worker", { locals: { work: k.Work } }, [
		choose(
			[waitUntil("!need_more_worker(pool)", (c) => !needed(c))],
			[
				start("", () => {}),
				loop([
					callOneOf(
						({ f }) => functionOf(f.work),
						functions,
						({ f }) => ({ work: f.work }),
					),
					forget("work"),
					choose([start(busy, end)], [stop, leave()]),
				]),
			],
		),
	]);
}

/** What the pools execute where a CPU may die: besides, the item that drains its pool. */
function draining(k: Kernel, worker: Worker): Worker {
	const dead = k.outgoing as CpuId;
	const work = k.Work.add("dead_work.work", k.Cpu.member(dead));
	const done = completion(k, "dead_work.done", k.Cpu.member(dead));
	k.deadWork = work;
	k.workqueue_softirq_dead = workqueue_softirq_dead(k, dead, work, done);
	k.bhWorks.add(work);
	const rest = "need_more_worker(pool) ? queue_work(system_bh_wq, work) : complete(&dead_work->done)";
	const drain_dead_softirq_workfn = routine("drain_dead_softirq_workfn", { args: { work: k.Work } }, [
		call(bh_worker(k, () => dead, worker)),
		step(rest, (c) => {
			if (c.s.bh_pool[dead].worklist.length > 0) queueHere(k, c, work);
			else complete(k, c, done);
		}),
	]);
	return {
		functions: { ...worker.functions, drain_dead_softirq_workfn } as WorkFunctions,
		functionOf: (item) => (item === work ? "drain_dead_softirq_workfn" : worker.functionOf(item)),
	};
}

/** WQ13: the control task has what is left on the pool of a CPU that has died done on its own, and waits. */
function workqueue_softirq_dead(k: Kernel, dead: CpuId, work: Work, done: Completion): Stmt<In, string>[] {
	const needed = ({ s }: In): boolean => s.bh_pool[dead].worklist.length > 0 && k.obeys("WQ13");
	const label = `workqueue_softirq_dead(${dead}): `;
	return [
		choose<In, string>(
			[waitUntil(`${label}!need_more_worker(pool)`, (c) => !needed(c))],
			[
				waitUntil(`${label}queue_work(system_bh_wq, &dead_work.work)`, needed, (c) => queueHere(k, c, work)),
				wait_for_completion(k, "dead_work.done", () => done),
			],
		),
	];
}

/** Nobody else queues it: one step, without PENDING. */
const queueHere = (k: Kernel, c: In, work: Work): void => queueBhWork(k, c, work, c.me.cpu);
