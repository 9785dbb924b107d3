import {
	type AnyRoutine,
	again,
	callOneOf,
	choose,
	type EventTypes,
	forget,
	leave,
	loop,
	ModelError,
	requireKnown,
	routines,
	type Stmt,
	waitUntil,
} from "../../lang/index.ts";
import type {
	ContextRecord,
	CpuId,
	In,
	Kernel,
	KernelEvents,
	KernelEventTypes,
	KernelState,
	LinuxSystem,
} from "../kernel.ts";
import { cond_resched } from "../sched/preempt.ts";
import { sleepUnless } from "../sched/sleep.ts";
import { addTask, bare } from "../sched/task.ts";
import { hasWaited, notices, type WaitQueue, waitOn, waitQueue } from "../sched/wait.ts";
import { addRescuer } from "./rescuer.ts";
import { endItem, executorOf, kick_pool, running, startItem, type Work, type WorkFunctions } from "./workqueue.ts";
import { addWorkqueueHotplug } from "./workqueue-hotplug.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** Which workers serve a queue, and how. */
export interface WorkerOptions {
	/** How many each pool has. Where all would sleep in their functions while an item waits, there must be more. */
	readonly perPool?: number;
	/** WQ11: the workqueue is WQ_UNBOUND: workers may run anywhere. Default false. */
	readonly unbound?: boolean;
	/** WQ7: when no worker can be created, for want of memory. Default: never. */
	readonly createBlocked?: (s: KernelState) => boolean;
	/** WQ8: the items of the one workqueue with WQ_MEM_RECLAIM, which has a rescuer. Default: there is none. */
	readonly rescued?: (work: Work) => boolean;
}

/** WQ6: each CPU's normal-priority pool of bound workers, SCHED_OTHER, per-CPU threads. */
export function addWorkers<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	functions: Readonly<Record<string, AnyRoutine>>,
	functionOf: (work: Work) => string,
	options: WorkerOptions = {},
): void {
	requireKnown("addWorkers()", options, { perPool: true, unbound: true, createBlocked: true, rescued: true });
	const { perPool = 1, unbound = false, rescued } = options;
	if (Object.keys(functions).length === 0) throw new ModelError("addWorkers: no work function");
	const memory = options.createBlocked && freesMemory(k, bare(sys), options.createBlocked);
	k.served.add("addWorkers(k, sys, …)");
	k.unboundWorkers = unbound && k.obeys("WQ11");
	for (const pool of k.Cpu.all) {
		const worker = worker_thread(k, pool, functions as WorkFunctions, functionOf, options, memory);
		k.pools[pool] = [];
		for (let i = 0; i < perPool; i++) {
			k.workerProcess.push(sys.processes.length);
			const name = perPool === 1 ? `kworker/${pool}` : `kworker/${pool}:${i}`;
			const where =
				k.obeys("WQ6") && !k.unboundWorkers ? { boundTo: pool, isPerCpu: true } : { cpu: pool, isKthread: true };
			const id = addTask(k, bare(sys), name, worker, { ...where, sleeps: "asleep" });
			k.varies(id, "current_work", "sleeping", ...(memory === undefined ? [] : (["waits_on"] as const)));
			k.pools[pool].push(id);
			k.kworkers.push(id);
			k.barriers[id] = waitQueue(k, `${name}'s item`, k.Cpu.member(pool));
		}
	}
	if (rescued) addRescuer(k, bare(sys), functions as WorkFunctions, functionOf, { memory, rescued });
	addWorkqueueHotplug(k, bare(sys));
	k.onBlock = (c) => {
		const { me } = c;
		if (me.current_work === null) return;
		const pool = k.Cpu.all.find((c) => k.pools[c]?.includes(me.id));
		if (pool === undefined) return;
		me.sleeping = true;
		kick_pool(k, c, pool);
	};
}

/**
 * WQ4, WQ5: dequeueing and clearing PENDING are one step under the pool's lock. An item's end, after it has offered the CPU, and the
 * beginning of the next are, too; or that there is none, for which the worker goes idle.
 */
function worker_thread(
	k: Kernel,
	pool: CpuId,
	functions: WorkFunctions,
	functionOf: (work: Work) => string,
	{ createBlocked }: WorkerOptions,
	memory: WaitQueue | undefined,
) {
	const next = nextItem(k, pool);
	const needsMemory = (c: In): boolean =>
		createBlocked !== undefined && k.obeys("WQ7") && isLastIdle(k, c, pool) && createBlocked(c.s);
	const start = (before: Before, possible: (c: In) => boolean): Stmt<In<{ work: Work }>, string> =>
		waitUntil(
			`${before.label}process_one_work(): clear PENDING`,
			(c) => next(c) !== undefined && possible(c),
			(c) => {
				c.f.work = next(c) as Work;
				before.end(c);
				startItem(k, c, pool, c.f.work);
			},
		);
	const sleep = (before: Before): Stmt<In, string> =>
		sleepUnless<In>(
			k,
			`${before.label}schedule() /* worker idle */`,
			(c) => next(c) !== undefined,
			(c) => {
				before.end(c);
				if (c.me.rebound) c.me.rebound = false;
			},
		);
	const idle: Before = { label: "", end: () => {} };
	const busy: Before = { label: "worker->current_work = NULL; ", end: (c) => endItem(k, c) };
	const create =
		memory === undefined ? [] : [[...manage(k, (c) => next(c) !== undefined && needsMemory(c), memory), again()]];
	return routine("worker_thread", { locals: { work: k.Work } }, [
		loop([
			choose([start(idle, (c) => !needsMemory(c))], [sleep(idle), again()], ...create),
			loop([
				callOneOf(
					({ f }) => functionOf(f.work),
					functions,
					({ f }) => ({ work: f.work }),
				),
				forget("work"),
				...(k.obeys("WQ5") ? [cond_resched(k)] : []),
				// WQ5: it goes on with the next, whoever is idle.
				choose([start(busy, () => true)], [sleep(busy), leave()]),
			]),
		]),
	]);
}

/** What a worker does, under the pool's lock, before it looks for an item. */
interface Before {
	readonly label: string;
	readonly end: (c: In) => void;
}

/**
 * WQ7: the last idle worker does not start an item but creates another first. The one that it creates is not modelled;
 * only that it sleeps until there is memory is.
 */
function manage(k: Kernel, needsMemory: (c: In) => boolean, memory: WaitQueue): Stmt<In, string>[] {
	return [
		waitUntil("manage_workers(): create_worker() /* waits for memory */", needsMemory, (c) => {
			waitOn(k, c, memory);
			// Not on the list of idle workers any more.
			c.me.sleeping = true;
		}),
		waitUntil("create_worker() /* has memory */", hasWaited),
	];
}

/** Where who creates a worker waits for memory, and who wakes it when there is some. */
function freesMemory(
	k: Kernel,
	sys: LinuxSystem<KernelState, KernelEventTypes>,
	createBlocked: (s: KernelState) => boolean,
): WaitQueue {
	const memory = waitQueue(k, "create_worker()");
	sys.process(
		"reclaim",
		notices(k, "reclaim", "<memory is freed>", memory, (s) => !createBlocked(s)),
	);
	return memory;
}

/** No other worker of the pool is idle. */
const isLastIdle = (k: Kernel, { s, me }: In, pool: CpuId): boolean =>
	(k.pools[pool] ?? []).every((id) => id === me.id || s.context[id].current_work !== null);

/**
 * What a worker may start: nothing while another of its pool is running (WQ3); not an item that another still
 * executes, which is that one's to run again (WQ4). One that it executes itself has ended by then.
 */
function nextItem(k: Kernel, pool: CpuId): (c: In) => Work | undefined {
	return ({ s, me }) => {
		const { worklist } = s.pool[pool];
		if (worklist.length === 0) return undefined;
		const workers = k.pools[pool] ?? [];
		if (workers.length === 1 && k.rescuers[pool] === undefined) return worklist.at(0);
		// WQ9: one that is not counted itself goes on beside one that is.
		if (running(k, s, pool, me.id) > (me.rebound ? 1 : 0)) return undefined;
		return worklist
			.toArray()
			.find((work) => !s.work[work].rescued && [undefined, me.id].includes(executorOf(k, s, pool, work)));
	};
}
