import { fault, type Stmt, step } from "../lang/index.ts";
import { preemptible } from "./context.ts";
import type { CpuId, In, Kernel } from "./kernel.ts";

// Which CPU, and staying on it: MG2–MG5, preempt_disable, local_irq_save (IR1). Each function makes the statement of
// its name, or, where it returns a value, is called inside a step.

/** MG4: the CPU id, with DEBUG_PREEMPT's complaint when the caller could be moved. */
export function smp_processor_id(k: Kernel, c: In): CpuId {
	const exempt = (k.perCpuThreads.has(c.me.id) && !c.me.unbound && k.obeys("MG4")) || c.me.migration_disabled > 0;
	c.emit.cpu_id_read(preemptible(k)(c) && !exempt);
	return c.me.cpu;
}

/** MG5: names one CPU's copy; kept over a migration it still names that one. */
export const this_cpu_ptr = smp_processor_id;

/** MG4: never complains. */
export const raw_smp_processor_id = ({ me }: In): CpuId => me.cpu;

export function preempt_disable(k: Kernel): Stmt<In, "preempt_disable()"> {
	k.cpuVaries("preempt");
	return step("preempt_disable()", ({ s, me }) => {
		s.cpu[me.cpu].preempt++;
	});
}

export function preempt_enable(k: Kernel): Stmt<In, "preempt_enable()"> {
	k.cpuVaries("preempt");
	return step("preempt_enable()", ({ s, me }) => {
		s.cpu[me.cpu].preempt--;
	});
}

/** MG3: preemption off, and the CPU id. */
export function get_cpu(k: Kernel): Stmt<In, "get_cpu()"> {
	k.cpuVaries("preempt");
	return step("get_cpu()", ({ s, me }) => {
		if (k.obeys("MG3")) s.cpu[me.cpu].preempt++;
	});
}

export function put_cpu(k: Kernel): Stmt<In, "put_cpu()"> {
	k.cpuVaries("preempt");
	return step("put_cpu()", ({ s, me }) => {
		if (k.obeys("MG3")) s.cpu[me.cpu].preempt--;
	});
}

/** MG2: pinned to this CPU, still preemptible. */
export function migrate_disable(k: Kernel): Stmt<In, "migrate_disable()"> {
	k.tasksVary("migration_disabled");
	return step("migrate_disable()", ({ me }) => {
		// In an interrupt it counts on the interrupted task, which cannot move before the count is dropped again.
		if (me.level === "task") me.migration_disabled++;
	});
}

export function migrate_enable(k: Kernel): Stmt<In, "migrate_enable()"> {
	k.tasksVary("migration_disabled");
	return step("migrate_enable()", ({ me }) => {
		if (me.level === "task") me.migration_disabled--;
	});
}

/** IR1; `flags` is the caller's local. */
export function local_irq_save(k: Kernel, label = "local_irq_save(flags)"): Stmt<In<{ flags: boolean }>, string> {
	k.cpuVaries("irqs_off");
	return step(label, ({ s, f, me }) => {
		const cpu = s.cpu[me.cpu];
		f.flags = cpu.irqs_off;
		cpu.irqs_off = k.obeys("IR1");
	});
}

export function local_irq_restore(k: Kernel, label = "local_irq_restore(flags)"): Stmt<In<{ flags: boolean }>, string> {
	k.cpuVaries("irqs_off");
	return step(label, ({ s, f, me }) => {
		s.cpu[me.cpu].irqs_off = f.flags;
	});
}

export function local_irq_disable(k: Kernel, label = "local_irq_disable()"): Stmt<In, string> {
	k.cpuVaries("irqs_off");
	return step(label, ({ s, me }) => {
		s.cpu[me.cpu].irqs_off = k.obeys("IR1");
	});
}

export function local_irq_enable(k: Kernel, label = "local_irq_enable()"): Stmt<In, string> {
	k.cpuVaries("irqs_off");
	return step(label, ({ s, me }) => {
		if (me.level === "hardirq") fault("P15", "local_irq_enable() in a hard interrupt");
		s.cpu[me.cpu].irqs_off = false;
	});
}
