import type { CpuRecord, Kernel } from "../kernel.ts";
import type { Serving } from "../served.ts";
import type { ModelSoftirq, Softirq } from "../sets.ts";

// SQ3: the softirqs that there are, in the order of their bits. Each has two fields of a CPU: it is pending (SQ1); it was taken and is still to be served.

/** What models may serve. */
export const modelSoftirqs = [
	"NET_RX_SOFTIRQ",
	"BLOCK_SOFTIRQ",
	"IRQ_POLL_SOFTIRQ",
] as const satisfies readonly ModelSoftirq[];

const FIELDS = {
	HI_SOFTIRQ: { bit: 0, pending: "hi_pending", taken: "hi_taken" },
	TIMER_SOFTIRQ: { bit: 1, pending: "timer_pending", taken: "timer_taken" },
	NET_RX_SOFTIRQ: { bit: 3, pending: "net_rx_pending", taken: "net_rx_taken" },
	BLOCK_SOFTIRQ: { bit: 4, pending: "block_pending", taken: "block_taken" },
	IRQ_POLL_SOFTIRQ: { bit: 5, pending: "irq_poll_pending", taken: "irq_poll_taken" },
	TASKLET_SOFTIRQ: { bit: 6, pending: "tasklet_pending", taken: "tasklet_taken" },
} as const satisfies Record<Softirq, { bit: number; pending: keyof CpuRecord; taken: keyof CpuRecord }>;

/** All of them, the lowest bit first. */
export const softirqs = Object.keys(FIELDS) as readonly Softirq[];

/** Where it is noted that it is pending, and that it was taken. */
export const fieldsOf = (nr: Softirq) => FIELDS[nr];

/** Where the model is built: something raises it. */
export function usesSoftirq(k: Kernel, nr: Softirq): void {
	k.cpuVaries(FIELDS[nr].pending);
	if (!k.softirqs.includes(nr)) k.softirqs.push(nr);
}

/** What a model calls that serves such a softirq. */
export const servedByModel = (nr: ModelSoftirq): Serving =>
	nr === "BLOCK_SOFTIRQ" ? "addSoftirqs(k, sys, action)" : `addSoftirqs(k, sys, { ${nr}: action })`;

/** Whether any softirq is pending on a CPU. */
export const anyPending = (cpu: CpuRecord): boolean =>
	cpu.block_pending ||
	cpu.timer_pending ||
	cpu.tasklet_pending ||
	cpu.hi_pending ||
	cpu.irq_poll_pending ||
	cpu.net_rx_pending;

/** The mask of those that are pending, as the kernel has it. */
export const local_softirq_pending = (cpu: CpuRecord): number =>
	softirqs.reduce((mask, nr) => (cpu[FIELDS[nr].pending] ? mask | (1 << FIELDS[nr].bit) : mask), 0);

/** None is pending any more. */
export function clearPending(k: Kernel, cpu: CpuRecord): void {
	for (const nr of k.softirqs) cpu[FIELDS[nr].pending] = false;
}
