// Traces written by hand.
import type { Call, Trace, TraceStep } from "../../src/trace/index.ts";

export const call = (routine: string, ...args: [string, string][]): Call => ({
	routine,
	args: args.map(([name, value]) => ({ name, value })),
});

export interface Where {
	readonly process: string;
	readonly cpu?: number;
	readonly depth?: number;
	readonly context?: string;
	readonly ends?: boolean;
	readonly preempts?: boolean;
	readonly from?: number;
	readonly stack: readonly Call[];
}

export const at = (where: Where, label: string, values: Record<string, string> = {}, outcome?: boolean): TraceStep => ({
	process: where.process,
	cpu: where.cpu,
	context: where.context ?? "task",
	depth: where.depth ?? 0,
	ends: where.ends ?? false,
	preempts: where.preempts ?? false,
	from: where.from,
	stack: where.stack,
	label,
	outcome,
	values: Object.entries(values).map(([name, value]) => ({ name, value })),
	changes: [],
	frames: [],
	source: undefined,
	author: undefined,
});

export const trace = (steps: readonly TraceStep[]): Trace => ({
	initial: [],
	steps,
	contextSwitches: 0,
	kernelSwitches: 0,
	net: [],
	explanation: [],
	cut: false,
});
