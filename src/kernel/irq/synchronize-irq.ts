import { block, choose, type Id, leave, loop, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { In, Kernel, KernelState } from "../kernel.ts";
import { maySleep } from "../sched/atomic.ts";
import { requirePositive } from "../sched/count.ts";
import { mightSleep } from "../sched/preempt.ts";
import { tasksWait, type WaitQueue, waitOn } from "../sched/wait.ts";

// IR3: to wait for a driver's handler, and to keep its interrupt away.

/** What `request_irq()` has given, which may be made later than the statement is. */
type Which = () => object;

/** IR3: spins until the handler runs nowhere, or sleeps until its thread, which runs what it has raised as well, is back. An error in atomic context (PR1). */
export function synchronize_irq<C extends In = In>(k: Kernel, name: string, which: Which): Stmt<C, string> {
	return waiting<C>(k, `synchronize_irq(${name})`, which);
}

/** IR3: the interrupt does not come before it is enabled again, as often as it was disabled; then as `synchronize_irq()`. */
export function disable_irq<C extends In = In>(k: Kernel, name: string, which: Which): Stmt<C, string> {
	return block<C, string>(
		mightSleep(k, `disable_irq(${name})`),
		disable_irq_nosync<C>(k, name, which),
		waiting<C>(k, `disable_irq(${name}): synchronize_irq()`, which),
	);
}

/** IR3: the interrupt does not come any more; then as `synchronize_irq()`. On RT, and with threadirqs, its threads have stopped. */
export function free_irq<C extends In = In>(k: Kernel, name: string, which: Which): Stmt<C, string> {
	return block<C, string>(
		mightSleep(k, `free_irq(${name})`),
		disabling<C>(k, `free_irq(${name}): irq_shutdown()`, which),
		waiting<C>(k, `free_irq(${name}): __synchronize_irq()`, which),
	);
}

/** IR3: as `disable_irq()`, and waits for nothing: a handler may still run. */
export const disable_irq_nosync = <C extends In = In>(k: Kernel, name: string, which: Which): Stmt<C, string> =>
	disabling<C>(k, `__disable_irq(${name})`, which);

function disabling<C extends In>(k: Kernel, label: string, which: Which): Stmt<C, string> {
	k.disablesIrqs = true;
	return step<C, string>(label, ({ s }) => {
		if (k.obeys("IR3")) s.irq_desc[irqOf(k, which)].depth++;
	});
}

/** IR3: what is pending meanwhile comes now. Where it was not disabled raises `negative-count`. */
export function enable_irq<C extends In = In>(k: Kernel, name: string, which: Which): Stmt<C, string> {
	k.disablesIrqs = true;
	const label = `enable_irq(${name})`;
	return step<C, string>(label, (c) => {
		const desc = c.s.irq_desc[irqOf(k, which)];
		if (!k.obeys("IR3")) return;
		requirePositive(k, c, desc.depth, label, "the disable depth");
		desc.depth--;
	});
}

const irqOf = (k: Kernel, which: Which): Id<"irq"> => k.irqOf.get(which()) as Id<"irq">;

/** Its handler runs, or its thread is not back where it waits for the interrupt. */
function isHandled(k: Kernel, s: KernelState, irq: Id<"irq">): boolean {
	if (!k.obeys("IR3")) return false;
	return s.irq_desc[irq].cpu !== null || (k.irqThreads.get(irq) ?? []).some((id) => s.context[id].state === "RUNNING");
}

function waiting<C extends In>(k: Kernel, label: string, which: Which): Stmt<C, string> {
	tasksWait(k);
	const busy = ({ s }: C): boolean => isHandled(k, s, irqOf(k, which));
	// Of a hard interrupt it waits for the end with its CPU: none of these is possible then.
	const sleeps = (c: C): boolean => busy(c) && k.irqThreads.has(irqOf(k, which));
	const wait = loop<C, string>([
		choose<C, string>(
			[
				waitUntil<C, string>(
					label,
					(c) => !busy(c),
					(c) => maySleep(k, c, label),
				),
				leave(),
			],
			[
				waitUntil<C, string>(`${label} /* waits */`, sleeps, (c) => {
					maySleep(k, c, label);
					waitOn(k, c, k.irqQueues[irqOf(k, which)] as WaitQueue);
				}),
			],
		),
	]);
	return block<C, string>(mightSleep(k, label), wait);
}
