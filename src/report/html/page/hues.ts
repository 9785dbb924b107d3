import type { Race } from "../data.ts";

/** Far enough apart to be told apart, and none of them the red and green of verdicts. */
const HUES = [255, 60, 310, 200, 95, 340, 170, 285];

/** A colour for each process, in the order of their first steps. */
export function huesOf({ steps }: Race): ReadonlyMap<string, number> {
	const processes = [...new Set(steps.map(({ process }) => subject(process)))];
	return new Map(processes.map((process, i) => [process, HUES[i % HUES.length] as number]));
}

/** The scheduler's steps are taken by a process named after the task they are about: `sched(task0)`. */
export const subject = (process: string): string => /^\w+\((.*)\)$/.exec(process)?.[1] ?? process;
