import { fault, type Id, ModelError } from "../../lang/index.ts";
import type { CpuId, In, Kernel, KernelState } from "../kernel.ts";
import type { WaitQueue } from "../sched/wait.ts";

type Work = Id<"work">;

// WQ13: the pool that each CPU has for workqueues with WQ_BH. Its worker is the TASKLET softirq.

/** WQ2, WQ13: onto the worklist of the pool that still executes it, which looks again by itself; else that of `cpu`, which is kicked. */
export function queueBhWork(k: Kernel, c: In, work: Work, cpu: CpuId): void {
	const { s } = c;
	const busy = k.Cpu.all.find((each) => s.bh_pool[each].current_work === work);
	const pool = busy !== undefined && k.obeys("WQ2") ? busy : cpu;
	s.bh_pool[pool].worklist.push(work);
	c.emit.armed(work, pool);
	if (s.bh_pool[pool].current_work !== null || !k.obeys("WQ13")) return;
	if (pool !== c.me.cpu)
		throw new ModelError(
			`${k.Work.nameOf(work)}, of a workqueue with WQ_BH, is queued on another CPU's pool: the irq_work that kicks it there is not modelled`,
		);
	k.kickBh(c);
}

/** Where those wait who flush this item, if the pool executes it. */
export const bhBarrierOf = (k: Kernel, s: KernelState, pool: CpuId, work: Work): WaitQueue | undefined =>
	s.bh_pool[pool].current_work === work ? k.bhBarriers[pool] : undefined;

/** WQ13: who cancels an item of WQ_BH spins until it has ended; P15: not in a hard interrupt. Not on RT. */
export function maySpin(k: Kernel, { me }: In): boolean {
	if (k.rt)
		throw new ModelError("who cancels a work of WQ_BH does more than spin on PREEMPT_RT, which is not modelled");
	return me.level !== "hardirq";
}

/** What it raises there. */
export const warnSpin = (c: In): never =>
	fault("P15", `__cancel_work_sync() of a work of WQ_BH in a hard interrupt on CPU ${c.me.cpu}`);
