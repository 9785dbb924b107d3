import { fault, type Stmt, step } from "../../lang/index.ts";
import type { In, Kernel } from "../kernel.ts";
import { preemptible } from "../sched/context.ts";
import { anyPending } from "./vectors.ts";

// IR1: interrupts off on the executing CPU, the same on RT.

/** `flags` is the caller's local. */
export function local_irq_save(k: Kernel, label = "local_irq_save(flags)"): Stmt<In<{ flags: boolean }>, string> {
	k.cpuVaries("irqs_off");
	return step(label, ({ s, f, me }) => {
		const cpu = s.cpu[me.cpu];
		f.flags = cpu.irqs_off;
		cpu.irqs_off = k.obeys("IR1");
	});
}

/** As `flags`, the caller's local, says. */
export function local_irq_restore(k: Kernel, label = "local_irq_restore(flags)"): Stmt<In<{ flags: boolean }>, string> {
	k.cpuVaries("irqs_off");
	return step(label, (c) => restoreIrqs(k, c));
}

/** Inside a step. */
export function restoreIrqs(k: Kernel, c: In<{ flags: boolean }>): void {
	c.s.cpu[c.me.cpu].irqs_off = c.f.flags;
	afterEnabling(k, c);
}

/** Off, whatever they were. */
export function local_irq_disable(k: Kernel, label = "local_irq_disable()"): Stmt<In, string> {
	k.cpuVaries("irqs_off");
	return step(label, ({ s, me }) => {
		s.cpu[me.cpu].irqs_off = k.obeys("IR1");
	});
}

/** On, whatever they were; in a hard interrupt that is P15. */
export function local_irq_enable(k: Kernel, label = "local_irq_enable()"): Stmt<In, string> {
	k.cpuVaries("irqs_off");
	return step(label, (c) => enableIrqs(k, c, "local_irq_enable()"));
}

/** Inside a step. */
export function enableIrqs(k: Kernel, c: In, label: string): void {
	if (c.me.level === "hardirq") fault("P15", `${label} in a hard interrupt`);
	c.s.cpu[c.me.cpu].irqs_off = false;
	afterEnabling(k, c);
}

/** PR3: enabling interrupts neither switches tasks nor runs softirqs; an interrupt that then arrives may. */
function afterEnabling(k: Kernel, c: In): void {
	if (k.obeys("PR3") || !preemptible(k)(c)) return;
	const cpu = c.s.cpu[c.me.cpu];
	cpu.curr = null;
	if (anyPending(cpu) && !k.rt) cpu.softirq = true;
}
