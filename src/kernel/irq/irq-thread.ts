import { type Fields, type Id, loop, routines, type Stmt, step } from "../../lang/index.ts";
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
import { local_bh_disable, local_bh_enable } from "./bh.ts";
import { local_irq_disable, local_irq_enable } from "./irqflags.ts";
import type { SoftirqActions } from "./softirq.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** Which CPU's interrupts. */
export type Whose = (c: Pick<In, "me">) => CpuId;

/** What interrupt threads are made of. */
interface ThreadedHandler<C extends In> {
	readonly locals: Fields;
	/** Whether the interrupt has noted anything for this CPU's thread. */
	readonly noted: (c: In) => boolean;
	/** What its going to sleep ends. Default: nothing. */
	readonly idles?: (c: In) => void;
	/** Takes what was noted and does the first, or, where nothing was, the second. */
	readonly handle: (then: readonly Stmt<C, string>[], none: readonly Stmt<C, string>[]) => Stmt<C, string>;
	readonly handler: readonly Stmt<C, string>[];
	readonly action: SoftirqActions | undefined;
}

/** SQ10: each CPU's interrupt thread; what the hard handler does, which is to wake it; and whose it is. */
export function irqThreads(k: Kernel, name = "irq_thread") {
	const threads: Id<"context">[] = [];
	const wake: Stmt<In, string> = step("irq_wake_thread()", (c) => {
		wake_up_process(k, c, threads[c.me.cpu] as Id<"context">);
	});
	// HP6: the thread goes on with the interrupts of its CPU when it has lost its affinity.
	const home: Whose = ({ me }) => (k.outgoing === undefined ? me.cpu : k.Cpu.id(threads.indexOf(me.id)));
	const irqsOff = k.rt !== k.obeys("SQ10");
	const add = <C extends In>(sys: LinuxSystem<KernelState, KernelEventTypes>, h: ThreadedHandler<C>): void => {
		const handled: Stmt<C, string>[] = [
			local_bh_disable(k),
			...(irqsOff ? [local_irq_disable(k)] : []),
			...h.handler,
			...(irqsOff ? [local_irq_enable(k)] : []),
			local_bh_enable(k, h.action),
		];
		const waits = sleepUnless<C>(k, "schedule() /* waits for interrupt */", h.noted, h.idles);
		const body = routine("irq_forced_thread_fn", { locals: h.locals }, [
			loop([h.handle(handled, [waits]) as unknown as Stmt<In, string>]),
		]);
		for (const c of k.Cpu.all)
			threads.push(addTask(k, sys, `${name}/${c}`, body, { boundTo: c, fifo: 50, sleeps: "asleep" }));
	};
	return { wake, add, home, threads };
}
