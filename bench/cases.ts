import type { Model } from "preempt";
import bioTask from "./models/bio-task-twin.ts";
import peterson from "./models/peterson.ts";

/** One system that all contenders explore, in each one's own terms. */
export interface Case {
	readonly name: string;
	readonly size: "medium" | "large";
	/** In `models/`. */
	readonly file: string;
	readonly model: Model;
	readonly scenario: Readonly<Record<string, number>>;
	/** What every contender must count. */
	readonly states: number;
	readonly transitions: number;
	/** Spin's model in `peers/`, its macros, and options of a run. */
	readonly spin: {
		readonly file: string;
		readonly macros: Readonly<Record<string, number>>;
		readonly run: readonly string[];
		/** Steps for which a depth-first search needs room. */
		readonly depth: number;
	};
	/** TLC's module in `peers/`, and its constants. */
	readonly tlc: { readonly module: string; readonly constants: Readonly<Record<string, number>> };
	/** Macros for `yardstick.c`, where it knows the model. */
	readonly yardstick: Readonly<Record<string, number>> | undefined;
}

export const cases: readonly Case[] = [
	bio("medium", 2, 3, 1, 654_280, 2_175_852),
	bio("large", 3, 3, 1, 17_124_912, 73_852_587),
	lock("medium", 5, 0, 2_624_910, 9_611_966, 500_000),
	lock("large", 5, 1, 23_021_487, 115_107_435, 4_500_000),
];

function bio(size: Case["size"], cpus: number, tasks: number, bios: number, states: number, transitions: number): Case {
	return {
		name: `bio-task ${cpus},${tasks},${bios}`,
		size,
		file: "bio-task-twin.ts",
		model: bioTask,
		scenario: { cpus, tasks, bios, fix: 0, workfn: 0 },
		states,
		transitions,
		spin: {
			file: "bio_task.pml",
			macros: { NCPU: cpus, NTASK: tasks, NBIO: bios, FIX: 0, WORKFN: 0 },
			// A stranded bio is an invalid end state, at which Spin would stop.
			run: ["-E"],
			depth: 10_000,
		},
		tlc: { module: "bio_task", constants: { NCPU: cpus, NTASK: tasks, NBIO: bios, FIX: 0, WORKFN: 0 } },
		yardstick: { CPUS: cpus, TASKS: tasks, BIOS: bios },
	};
}

function lock(
	size: Case["size"],
	procs: number,
	split: number,
	states: number,
	transitions: number,
	depth: number,
): Case {
	return {
		name: `peterson ${procs},${split}`,
		size,
		file: "peterson.ts",
		model: peterson,
		scenario: { procs, split },
		states,
		transitions,
		spin: { file: "peterson.pml", macros: { NPROC: procs, SPLIT: split }, run: [], depth },
		tlc: { module: "peterson", constants: { NPROC: procs, SPLIT: split } },
		yardstick: undefined,
	};
}
