import type { Trace, TraceStep } from "../../trace/index.ts";

/** The columns of a diagram: CPUs, or processes where the model does not say what CPU they are on. */
export interface Lanes {
	readonly titles: readonly string[];
	readonly of: (step: TraceStep) => number;
}

/** More columns than this are too narrow to read: processes without a CPU then share one. */
const MOST = 4;

export function lanesOf(trace: Trace): Lanes {
	const cpus = new Set(trace.steps.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu])));
	const loose = new Set(trace.steps.flatMap(({ cpu, process }) => (cpu === undefined ? [process] : [])));
	const shared = cpus.size + loose.size > MOST;
	const titles = [
		...[...cpus].sort((a, b) => a - b).map((cpu) => `CPU ${cpu}`),
		...(shared && loose.size > 0 ? ["processes"] : loose),
	];
	return {
		titles,
		of: ({ cpu, process }) => titles.indexOf(cpu !== undefined ? `CPU ${cpu}` : shared ? "processes" : process),
	};
}
