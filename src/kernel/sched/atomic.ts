import { fault } from "../../lang/index.ts";
import type { In, Kernel } from "../kernel.ts";
import { isRcuReader } from "./context.ts";

/** P15: sleeping is an error in atomic context (PR1); a lock that sleeps may be taken inside another (LK2). */
export function mayBlock(k: Kernel, { s, me, emit }: Pick<In, "s" | "me" | "emit">, what: string): void {
	emit.may_sleep();
	if (!k.obeys("PR1")) return;
	const cpu = s.cpu[me.cpu];
	if (me.level !== "task") complain(me.cpu, what, `in ${me.level} context`);
	if (cpu.irqs_off) complain(me.cpu, what, "with interrupts disabled");
	if (cpu.preempt > 0) complain(me.cpu, what, "with preemption disabled");
	if (cpu.bh > 0) complain(me.cpu, what, "with bottom halves disabled");
}

/** P15: as `mayBlock`; a voluntary sleep also inside an RCU read-side section, as RT's locks and BH-off regions are. */
export function maySleep(k: Kernel, c: Pick<In, "s" | "me" | "emit">, what: string): void {
	mayBlock(k, c, what);
	if (isRcuReader(k, c.s, c.me) && k.obeys("PR1")) complain(c.me.cpu, what, "in an RCU read-side section");
}

function complain(cpu: number, what: string, where: string): never {
	fault("P15", `${what} ${where} on CPU ${cpu}: sleeping function called from atomic context`);
}
