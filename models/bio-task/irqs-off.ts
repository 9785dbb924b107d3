import { type Stmt, step } from "preempt";
import type { ContextRecord, Kernel, KernelState } from "preempt/linux";

type OnCpu = { readonly s: KernelState; readonly me: ContextRecord };

/** local_irq_save(flags); body; local_irq_restore(flags): one step, where the body touches this CPU's data alone. */
export function with_irqs_off<C extends OnCpu>(
	k: Kernel,
	label: string,
	body: (c: NoInfer<C>) => void,
): Stmt<C, string> {
	k.cpuVaries("irqs_off");
	return step(`${label} /* irqs off */`, (c) => {
		const cpu = c.s.cpu[c.me.cpu];
		const flags = cpu.irqs_off;
		cpu.irqs_off = true;
		body(c);
		cpu.irqs_off = flags;
	});
}
