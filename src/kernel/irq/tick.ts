import { anyOf, type EventTypes, loop, routines, type Stmt, waitUntil } from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "../kernel.ts";
import { addCpuContext } from "../sched/cpu-context.ts";
import { irq_enter } from "../sched/quotient.ts";
import { bare } from "../sched/task.ts";
import { irq_exit } from "./softirq.ts";
import type { Timer } from "./timer.ts";
import { tmigr_requires_handle_remote } from "./timer-migration.ts";
import { usesSoftirq } from "./vectors.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/**
 * TM1: each CPU's tick, an interrupt that raises the TIMER softirq of its CPU. From entry to exit it is one step,
 * possible only where it makes a timer due, of this CPU or of one that is idle (TM9): ticks alone never go on for ever. One at a
 * time: others may have a later deadline, and if they have not, the next tick comes before the softirq has looked.
 */
export function addTicks<S extends KernelState, T extends EventTypes>(k: Kernel, sys: LinuxSystem<S, T>): void {
	usesSoftirq(k, "TIMER_SOFTIRQ");
	k.cpuVaries("irqs_off");
	const [arrive, exit] = [irq_enter(k), irq_exit(k)];
	const isRemote = tmigr_requires_handle_remote(k);
	for (const c of k.Cpu.all) {
		const tick = (t: Timer): Stmt<In, string> =>
			waitUntil(
				"<tick>",
				({ s }) => interruptible(s, c) && (s.timer[t].base === c ? !s.timer[t].due : isRemote(s, t, c)),
				(v) => {
					v.emit.ticked(c, t);
					arrive(v.s, c);
					if (v.s.timer[t].base === c) v.s.timer[t].due = true;
					else v.s.timer[t].remote = true;
					if (k.lazy) v.s.cpu[c].need_resched = v.s.cpu[c].curr !== null;
					v.s.cpu[c].timer_pending = k.obeys("TM1");
					exit(v);
				},
			);
		const level = routine("tick_handle_periodic", {}, [loop([anyOf(k.Timer, (t) => [tick(t)])])]);
		addCpuContext(k, bare(sys), `tick/${c}`, c, level, { level: "hardirq" });
	}
}

const interruptible = (s: KernelState, c: CpuId): boolean => s.cpu[c].online && !s.cpu[c].irqs_off;
