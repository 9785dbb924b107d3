import { type Context, type Emitters, type EventTypes, type Id, type Routine, requireKnown } from "../../lang/index.ts";
import type { ContextRecord, CpuId, Kernel, KernelState, LinuxSystem } from "../kernel.ts";
import { addTask } from "./task.ts";

/**
 * TS6: a kernel thread bound to one CPU, without KTHREAD_IS_PER_CPU (smpboot and workqueues set that themselves). The
 * first wake_up_process() starts it. `fifo`: what sched_set_fifo() and its like would give it (TS5).
 */
export function kthread_create_on_cpu<S extends KernelState, T extends EventTypes, A>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	name: string,
	routine: Routine<A, unknown, Context<S, unknown, ContextRecord, Emitters<T>>, string>,
	cpu: CpuId,
	options: { readonly args?: A; readonly fifo?: number } = {},
): Id<"context"> {
	requireKnown(`task ${name}`, options, { args: true, fifo: true });
	return addTask(k, sys, name, routine, { ...options, boundTo: cpu, sleeps: k.obeys("TS6") ? "asleep" : true });
}
