import { choose, type Stmt, waitUntil } from "../../lang/index.ts";
import { del_timer, type Timer } from "../irq/timer.ts";
import type { CpuId, In, Kernel } from "../kernel.ts";
import { wakeWaiters } from "../sched/wait.ts";
import { endFlush, queuedOn, takeOff, type Work } from "./workqueue.ts";

/** What the statement needs of its routine. */
export type Grabbing = { work: Work; flags: boolean; ret: boolean };

/**
 * DW3, WQ10: takes the work from wherever it is, and owns its PENDING from then on, with interrupts off. Each way to
 * take it is one atomic operation; while the work is in transit, none succeeds, and the caller tries again. `ret`: whether it was pending.
 */
export function try_to_grab_pending<F extends Grabbing>(k: Kernel): Stmt<In<F>, string> {
	k.cpuVaries("irqs_off");
	const timerOf = (work: Work): Timer => k.workTimers.get(work) as Timer;
	const grab = (label: string, ret: boolean, possible: (c: In<F>) => boolean, take: (c: In<F>) => void) => [
		waitUntil<In<F>, string>(`try_to_grab_pending(): ${label}`, possible, (c) => {
			const cpu = c.s.cpu[c.me.cpu];
			c.f.flags = cpu.irqs_off;
			cpu.irqs_off = true;
			c.f.ret = ret;
			take(c);
		}),
	];
	return choose<In<F>, string>(
		...(k.workTimers.size > 0
			? [
					grab(
						"del_timer(&dwork->timer)",
						true,
						({ s, f }) => k.workTimers.has(f.work) && s.timer[timerOf(f.work)].base !== null,
						({ s, f }) => {
							if (k.obeys("DW3")) del_timer(s, timerOf(f.work));
							s.work[f.work].cpu = null;
						},
					),
				]
			: []),
		grab(
			"!test_and_set_bit(WORK_STRUCT_PENDING_BIT)",
			false,
			({ s, f }) => !s.work[f.work].pending,
			({ s, f }) => {
				s.work[f.work].pending = true;
			},
		),
		grab(
			"list_del_init(&work->entry)",
			true,
			({ s, f }) => queuedOn(k, s, f.work) !== undefined,
			(c) => {
				const { s, f } = c;
				takeOff(k, s, queuedOn(k, s, f.work) as CpuId, f.work);
				endFlush(k, c, f.work, "queued");
				const flushers = k.flushers.get(f.work);
				if (flushers !== undefined) wakeWaiters(k, c, flushers);
			},
		),
	);
}
