import { type Description, type Step, stackOf } from "../machine/index.ts";
import { text } from "./diff.ts";
import type { Call } from "./trace.ts";

/** The calls that processes are in. */
export class Calls {
	/** By where they stand. */
	readonly #open = new Map<object, Call>();

	/** From the process's own routine down to the one that `step`, which is taken next, stands in. */
	of(step: Step, { processes }: Description): Call[] {
		return stackOf(step.instance).map((instance, depth) => {
			const known = this.#open.get(instance);
			if (known) return known;
			const { name: routine, args } = instance.routine;
			const frame = processes[step.process]?.stack[depth]?.frame ?? {};
			const call = { routine, args: Object.keys(args).map((name) => ({ name, value: text(frame[name]) })) };
			this.#open.set(instance, call);
			return call;
		});
	}

	/** Calls have been made here: others than those that stood here before. */
	begin(instances: readonly object[]): void {
		for (const instance of instances) this.#open.delete(instance);
	}
}
