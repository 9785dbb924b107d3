import { type Stmt, step } from "../../lang/index.ts";
import type { ContextRecord, CpuId, In, Kernel } from "../kernel.ts";
import { isPreemptible } from "./context.ts";
import { requirePositive } from "./count.ts";

// Which CPU, and staying on it (MG2–MG5). Each function makes the statement of its name, or, where it returns a value,
// is called inside a step.

/** MG4: the CPU id, with DEBUG_PREEMPT's complaint when the caller could be moved. */
export function smp_processor_id(k: Kernel, c: In): CpuId {
	c.emit.cpu_id_read(isPreemptible(c) && !isPinned(k, c.me));
	return c.me.cpu;
}

/** Cannot be moved, as DEBUG_PREEMPT knows it. */
function isPinned(k: Kernel, me: ContextRecord): boolean {
	if (me.migration_disabled > 0) return true;
	return !me.unbound && k.obeys("MG4");
}

/** MG5: names the executing CPU's copy; kept over a migration it still names that one. */
export function this_cpu_ptr(k: Kernel, c: In): CpuId {
	const cpu = smp_processor_id(k, c);
	return k.obeys("MG5") ? cpu : k.Cpu.id(0);
}

/** MG4: never complains. */
export const raw_smp_processor_id = ({ me }: In): CpuId => me.cpu;

/** PR2: this CPU is not taken from the caller until the count is 0 again. */
export function preempt_disable(k: Kernel, label = "preempt_disable()"): Stmt<In, string> {
	k.cpuVaries("preempt");
	return step(label, ({ s, me }) => {
		s.cpu[me.cpu].preempt++;
	});
}

/** Lowers the count; below 0 raises `negative-count`. */
export function preempt_enable(k: Kernel, label = "preempt_enable()"): Stmt<In, string> {
	k.cpuVaries("preempt");
	return step(label, (c) => lowerPreemptCount(k, c, label));
}

/** Inside a step. */
export function lowerPreemptCount(k: Kernel, c: In, label: string): void {
	const cpu = c.s.cpu[c.me.cpu];
	requirePositive(k, c, cpu.preempt, label, "preempt_count");
	cpu.preempt--;
}

/** MG3: preemption off, and the CPU id. */
export function get_cpu(k: Kernel): Stmt<In, "get_cpu()"> {
	k.cpuVaries("preempt");
	return step("get_cpu()", ({ s, me }) => {
		if (k.obeys("MG3")) s.cpu[me.cpu].preempt++;
	});
}

/** MG3: preemption as before `get_cpu()`. */
export function put_cpu(k: Kernel): Stmt<In, "put_cpu()"> {
	k.cpuVaries("preempt");
	return step("put_cpu()", (c) => {
		if (k.obeys("MG3")) lowerPreemptCount(k, c, "put_cpu()");
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

/** MG2: undoes one `migrate_disable()`; without one raises `negative-count`. */
export function migrate_enable(k: Kernel): Stmt<In, "migrate_enable()"> {
	k.tasksVary("migration_disabled");
	return step("migrate_enable()", (c) => {
		if (c.me.level === "task") lowerMigrationDisabled(k, c, "migrate_enable()");
	});
}

/** Inside a step. */
export function lowerMigrationDisabled(k: Kernel, c: In, label: string): void {
	requirePositive(k, c, c.me.migration_disabled, label, "migration_disabled");
	c.me.migration_disabled--;
}
