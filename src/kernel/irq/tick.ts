import { type EventTypes, loop, routines, waitUntil } from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "../kernel.ts";
import { addCpuContext } from "../sched/cpu-context.ts";
import { irq_enter } from "../sched/quotient.ts";
import { bare } from "../sched/task.ts";
import { irq_exit } from "./softirq.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/**
 * TM1: each CPU's tick, an interrupt that raises the TIMER softirq of its CPU. From entry to exit it is one step,
 * possible only where it makes a timer due: ticks alone never go on for ever.
 */
export function addTicks<S extends KernelState, T extends EventTypes>(k: Kernel, sys: LinuxSystem<S, T>): void {
	k.cpuVaries("timer_pending", "irqs_off");
	const [arrive, exit] = [irq_enter(k), irq_exit(k)];
	for (const c of k.Cpu.all) {
		const tick = waitUntil<In, string>(
			"<tick>",
			({ s }) => interruptible(s, c) && k.Timer.all.some((t) => s.timer[t].base === c && !s.timer[t].due),
			(v) => {
				v.emit.ticked(c);
				arrive(v.s, c);
				for (const t of k.Timer.all) if (v.s.timer[t].base === c) v.s.timer[t].due = true;
				if (k.lazy) v.s.cpu[c].need_resched = v.s.cpu[c].curr !== null;
				v.s.cpu[c].timer_pending = k.obeys("TM1");
				exit(v);
			},
		);
		const level = routine("tick_handle_periodic", {}, [loop([tick])]);
		addCpuContext(k, bare(sys), `tick/${c}`, c, level, { level: "hardirq" });
	}
}

const interruptible = (s: KernelState, c: CpuId): boolean => s.cpu[c].online && !s.cpu[c].irqs_off;
