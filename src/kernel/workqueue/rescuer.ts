import { again, callOneOf, choose, loop, routines, step, waitUntil } from "../../lang/index.ts";
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
import { sleepUnless, wake_up_process } from "../sched/sleep.ts";
import { addTask } from "../sched/task.ts";
import { type WaitQueue, waitQueue } from "../sched/wait.ts";
import { endItem, isExecuting, kick_pool, running, startItem, type Work, type WorkFunctions } from "./workqueue.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

interface Rescue {
	/** Where who creates a worker waits for memory. */
	readonly memory: WaitQueue | undefined;
	readonly rescued: (work: Work) => boolean;
}

/**
 * WQ8: the rescuer of a workqueue. It is one thread, which goes to the CPU of a pool in need; here it is a context on
 * each CPU, of which one at a time has an item. It executes items of its workqueue alone.
 */
export function addRescuer(
	k: Kernel,
	sys: LinuxSystem<KernelState, KernelEventTypes>,
	functions: WorkFunctions,
	functionOf: (work: Work) => string,
	{ memory, rescued }: Rescue,
): void {
	for (const pool of k.Cpu.all) {
		const next = ({ s }: Pick<In, "s">): Work | undefined =>
			k.rescuers.some((id) => s.context[id].current_work !== null)
				? undefined
				: s.pool[pool].worklist.toArray().find((work) => rescued(work) && !isExecuting(k, s, pool, work));
		const thread = routine("rescuer_thread", { locals: { work: k.Work } }, [
			loop([
				choose(
					[
						waitUntil(
							"process_scheduled_works(rescuer): clear PENDING",
							(c) => next(c) !== undefined,
							(c) => {
								c.f.work = next(c) as Work;
								startItem(k, c, pool, c.f.work);
							},
						),
					],
					[sleepUnless(k, "schedule() /* no mayday */", (c) => next(c) !== undefined), again()],
				),
				callOneOf(
					({ f }) => functionOf(f.work),
					functions,
					({ f }) => ({ work: f.work }),
				),
				step("rescuer->current_work = NULL", (c) => {
					endItem(k, c);
					// For the pool's own workers, it was nobody.
					kick_pool(k, c, pool);
				}),
			]),
		]);
		const id = addTask(k, sys, `rescuer/${pool}`, thread, { boundTo: pool, isPerCpu: true, sleeps: "asleep" });
		k.varies(id, "current_work");
		k.rescuers[pool] = id;
		k.barriers[id] = waitQueue(k, `rescuer/${pool}'s item`, k.Cpu.member(pool));
		const mayday = routine("pool_mayday_timeout", {}, [
			loop([
				waitUntil(
					"<mayday>",
					(c) => needsWorker(k, c.s, pool, memory) && next(c) !== undefined && !c.s.context[id].on_rq && k.obeys("WQ8"),
					({ s, emit }) => {
						wake_up_process(k, { s, emit }, id);
					},
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
