import type { Place } from "../lang/index.ts";
import type { Step } from "../machine/index.ts";
import { isMark } from "./trace.ts";

/** Counts how often a CPU turns to another task than the one it ran last, and notices who did not give up its CPU. */
export class Occupants {
	switches = 0;
	#running: readonly (number | null)[];
	readonly #last: (number | null)[];
	/** By lane: the process that runs there, or ran there last. */
	readonly #process: number[] = [];
	constructor(initial: readonly (number | null)[]) {
		this.#running = initial;
		this.#last = [...initial];
	}

	/** After `step`, which was taken at `place`: whether a task loses its lane by it, and not by a step of its own. */
	now(running: readonly (number | null)[], step: Step, { lane, depth }: Place): boolean {
		const before = lane === undefined ? null : this.#running[lane];
		const isOther = lane !== undefined && depth === 0 && this.#process[lane] !== step.process;
		const preempts = isOther && before !== null && before !== undefined && running[lane] !== before;
		if (lane !== undefined && depth === 0 && !isMark(step.label)) this.#process[lane] = step.process;
		this.#running = running;
		running.forEach((task, lane) => {
			if (task === null || task === this.#last[lane]) return;
			this.#last[lane] = task;
			this.switches++;
		});
		return preempts;
	}
}
