import {
	choose,
	type EventTypes,
	type Fields,
	forget,
	loop,
	ModelError,
	type RecordOf,
	requireKnown,
	routines,
	type Stmt,
	step,
	waitUntil,
} from "../../lang/index.ts";
import type { ContextRecord, In, InModel, Kernel, KernelEvents, KernelState, LinuxSystem, Sees } from "../kernel.ts";
import { requireOwn } from "../own.ts";
import { addCpuContext } from "../sched/cpu-context.ts";
import { irq_enter } from "../sched/quotient.ts";
import { bare } from "../sched/task.ts";
import { irq_exit } from "./softirq.ts";

const routine = routines<KernelState, ContextRecord, KernelEvents>();

/** One way in which a source interrupts a CPU. */
export interface Arrival<C = In> {
	/** The mark that a trace shows. */
	readonly label: string;
	/** Whether it is pending on the CPU at hand; that the CPU takes interrupts is asked besides. */
	readonly pending: (c: C) => boolean;
	/** What being taken changes. */
	readonly enter: (c: C) => void;
}

/** What interrupts CPUs: a device, another CPU, a clock. One whose handler has variables is made by `interruptSource()`. */
export interface InterruptSource<C = In> {
	readonly arrivals: readonly Arrival<C>[];
	/** Runs with interrupts off; irq_exit() follows. */
	readonly handler: readonly Stmt<C, string>[];
}

/** A source as the library keeps it: with the variables of its handler. */
export interface FramedSource extends InterruptSource {
	readonly locals?: Fields;
}

/** A source whose handler has variables of its own, which it forgets at its end, and of which `enter` may set some. */
export function interruptSource<S extends KernelState, T extends EventTypes, L extends Fields>(
	_sys: LinuxSystem<S, T>,
	locals: L,
	source: InterruptSource<InModel<S, T, RecordOf<NoInfer<L>>>>,
): InterruptSource<InModel<S, T>> {
	requireSource(source as unknown as InterruptSource);
	const handler = [...(source.handler as readonly Stmt<In, string>[]), forget(...(Object.keys(locals) as never[]))];
	return { ...source, handler, locals } as unknown as InterruptSource<InModel<S, T>>;
}

/**
 * CX4: each CPU's hard interrupt level, which serves all `sources`: whatever is pending is taken, in any order, where
 * the CPU is online and interrupts are on, so that no other is active: the handler runs with interrupts off, then irq_exit
 * (SQ2).
 */
export function addHardirqs<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	sys: LinuxSystem<S, T>,
	sources: readonly InterruptSource<InModel<S, T>>[],
): void {
	requireOwn(k, sys, "a source of interrupts");
	if (!Array.isArray(sources)) throw new ModelError("addHardirqs(k, sys, [ … ]) takes a list of sources, also of one");
	k.cpuVaries("irqs_off", "hardirq");
	const exit = irq_exit(k);
	const all = sources as unknown as readonly FramedSource[];
	for (const source of all) {
		requireSource(source);
		k.served.added(source);
	}
	const locals: Fields = Object.assign({}, ...all.map((source) => source.locals));
	const level = routine("common_interrupt", { locals }, [
		loop<In, string>([
			choose<In, string>(
				...all.map(({ arrivals, handler }) => [
					choose<In, string>(...arrivals.map((arrival) => [entry(k, arrival)])),
					...handler,
				]),
			),
			step("irq_exit()", (c) => exit(c)),
		]),
	]);
	for (const c of k.Cpu.all) k.hardirqs[c] = addCpuContext(k, bare(sys), `irq/${c}`, c, level, { level: "hardirq" });
}

/** Refuses what a source does not have. */
export function requireSource(source: InterruptSource): void {
	requireKnown<FramedSource>("a source of interrupts", source, { locals: true, arrivals: true, handler: true });
	for (const arrival of source.arrivals)
		requireKnown("an arrival of interrupts", arrival, { label: true, pending: true, enter: true });
}

/** Whether the CPU at hand does: also on its way down, until it is offline (HP10). */
export function takesInterrupts(k: Kernel, { s, me }: Sees): boolean {
	const cpu = s.cpu[me.cpu];
	return (k.obeys("HP10") ? cpu.online : cpu.active) && !(cpu.irqs_off && k.obeys("CX4"));
}

function entry(k: Kernel, { label, pending, enter }: Arrival): Stmt<In, string> {
	const arrive = irq_enter(k);
	return waitUntil(
		label,
		(c) => pending(c) && takesInterrupts(k, c),
		(c) => {
			const cpu = c.s.cpu[c.me.cpu];
			arrive(c.s, c.me.cpu);
			cpu.hardirq = true;
			cpu.irqs_off = true;
			enter(c);
		},
	);
}
