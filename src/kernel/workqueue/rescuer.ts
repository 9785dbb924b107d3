import { again, callOneOf, choose, leave, loop, routines, waitUntil } from "../../lang/index.ts";
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
import { sleepUnless, wake_up_process } from "../sched/sleep.ts";
import { addTask } from "../sched/task.ts";
import { type WaitQueue, waitQueue } from "../sched/wait.ts";
import { endItem, isExecuting, kick_pool, running, startItem, type Work, type WorkFunctions } from "./workqueue.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

type Here = In<{ work: Work }>;

interface Rescue {
	/** Where who creates a worker waits for memory. */
	readonly memory: WaitQueue | undefined;
	readonly rescued: (work: Work) => boolean;
}

/**
 * WQ8: the rescuer of a workqueue. It is one thread, which goes to the CPU of a pool in need; here it is a context on
 * each CPU, of which one at a time has an item. It takes all items of its workqueue that the pool has, and executes them in their order.
 */
export function addRescuer(
	k: Kernel,
	sys: LinuxSystem<KernelState, KernelEventTypes>,
	functions: WorkFunctions,
	functionOf: (work: Work) => string,
	{ memory, rescued }: Rescue,
): void {
	for (const pool of k.Cpu.all) {
		/** What it would take, the first first. */
		const left = (s: KernelState): readonly Work[] =>
			s.pool[pool].worklist
				.toArray()
				.filter((work) => rescued(work) && !s.work[work].rescued && !isExecuting(k, s, pool, work));
		const taken = (s: KernelState): Work | undefined =>
			s.pool[pool].worklist.toArray().find((work) => s.work[work].rescued);
		const isServing = (s: KernelState): boolean => k.rescuers.some((id) => s.context[id].current_work !== null);
		const comes = ({ s }: Here): boolean => s.pool[pool].mayday && !isServing(s);
		const startNext = (c: Here): void => {
			c.f.work = taken(c.s) as Work;
			startItem(k, c, pool, c.f.work);
		};
		const thread = routine("rescuer_thread", { locals: { work: k.Work } }, [
			loop([
				choose<Here, string>(
					[
						waitUntil(
							"process_scheduled_works(rescuer): clear PENDING",
							(c) => comes(c) && left(c.s).length > 0,
							(c) => {
								c.s.pool[pool].mayday = false;
								for (const work of left(c.s)) c.s.work[work].rescued = true;
								startNext(c);
							},
						),
					],
					[
						waitUntil(
							"kick_pool(pool) /* no items are left */",
							(c) => comes(c) && left(c.s).length === 0,
							(c) => {
								c.s.pool[pool].mayday = false;
								kick_pool(k, c, pool);
							},
						),
						again(),
					],
					[sleepUnless(k, "schedule() /* no mayday */", comes), again()],
				),
				loop([
					callOneOf(
						({ f }) => functionOf(f.work),
						functions,
						({ f }) => ({ work: f.work }),
					),
					...(k.obeys("WQ5") ? [cond_resched(k)] : []),
					choose<Here, string>(
						[
							waitUntil(
								"rescuer->current_work = NULL; process_one_work(): clear PENDING",
								({ s }) => taken(s) !== undefined,
								(c) => {
									endItem(k, c);
									startNext(c);
								},
							),
						],
						[
							waitUntil(
								"rescuer->current_work = NULL; kick_pool(pool)",
								({ s }) => taken(s) === undefined,
								(c) => {
									endItem(k, c);
									if (needsWorker(k, c.s, pool, memory) && left(c.s).length > 0) c.s.pool[pool].mayday = true;
									// For the pool's own workers, it was nobody.
									kick_pool(k, c, pool);
								},
							),
							leave(),
						],
					),
				]),
			]),
		]);
		const id = addTask(k, sys, `rescuer/${pool}`, thread, { boundTo: pool, isPerCpu: true, sleeps: "asleep" });
		k.varies(id, "current_work");
		k.rescuers[pool] = id;
		k.barriers[id] = waitQueue(k, `rescuer/${pool}'s item`, k.Cpu.member(pool));
		const asks = ({ s }: Pick<In, "s">): boolean =>
			!s.pool[pool].mayday && needsWorker(k, s, pool, memory) && left(s).length > 0 && k.obeys("WQ8");
		const mayday = routine("pool_mayday_timeout", {}, [
			loop([
				choose(
					[
						waitUntil("<mayday>", asks, ({ s, emit }) => {
							s.pool[pool].mayday = true;
							// What it executes it goes on with.
							if (!isServing(s)) wake_up_process(k, { s, emit }, id);
						}),
					],
					[
						waitUntil(
							"<the rescuer comes>",
							({ s }) => s.pool[pool].mayday && !isServing(s) && !s.context[id].on_rq,
							({ s, emit }) => {
								wake_up_process(k, { s, emit }, id);
							},
						),
					],
				),
			]),
		]);
		sys.process(`mayday/${pool}`, mayday, {
			of: [k.Cpu.member(pool)],
			place: () => ({ lane: pool, context: "hardirq", depth: 2 }),
		});
	}
}

/** need_to_create_worker(), as a worker that waits for memory to create one asks: none is running, and no other is idle. */
function needsWorker(k: Kernel, s: KernelState, pool: CpuId, memory: WaitQueue | undefined): boolean {
	const workers = (k.pools[pool] ?? []).map((id) => s.context[id]);
	const creates = memory !== undefined && workers.some(({ waits_on }) => waits_on === memory);
	return creates && running(k, s, pool) === 0 && workers.every((w) => w.current_work !== null || w.sleeping);
}
