import {
	type AnyRoutine,
	type Context,
	call,
	choose,
	type Emitters,
	type EventTypes,
	type Id,
	type Routine,
	requireKnown,
	routines,
	type Stmt,
	waitUntil,
} from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel, KernelEvents, KernelState, LinuxSystem } from "../kernel.ts";
import { kthread_parkme, kthread_should_stop, park } from "./kthread-stop.ts";
import { addTask, type TaskOptions } from "./task.ts";

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

/**
 * TS9: a kernel thread that runs from the start, as a task with `sleeps: true`. One that is asked to stop before it has begun never runs its function,
 * and one that is asked to park does so first: its function it then runs in any case.
 */
export function kthread_run<S extends KernelState, T extends EventTypes, A>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	name: string,
	threadfn: Routine<A, unknown, Context<S, unknown, ContextRecord, Emitters<T>>, string>,
	options: Omit<TaskOptions<A>, "sleeps" | "isKthread"> = {},
): Id<"context"> {
	const fn = threadfn as unknown as AnyRoutine;
	const start = "ret = threadfn(data)";
	const run = call(fn as never, ({ f }: { readonly f: unknown }) => ({ ...(f as object) }) as never) as Stmt<
		In,
		string
	>;
	const kthread = routines<KernelState, ContextRecord, KernelEvents>()("kthread", { args: fn.args }, [
		choose<In, string>(
			[waitUntil<In, string>("if (test_bit(KTHREAD_SHOULD_STOP, &self->flags))", kthread_should_stop)],
			[waitUntil<In, string>(start, ({ me }) => !me.should_stop && !me.should_park), run],
			[
				waitUntil<In, string>(
					"__kthread_parkme(self)",
					({ me }) => !me.should_stop && me.should_park,
					(c) => park(k, c),
				),
				// Whether it is to stop it has looked before.
				kthread_parkme(k, "__kthread_parkme(self)", start),
				run,
			],
		),
	]);
	return addTask(k, sys, name, kthread as never, { ...options, sleeps: true, isKthread: true } as never);
}
