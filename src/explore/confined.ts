import type { Machine } from "../machine/index.ts";
import { Timeout, within, withoutChance } from "./confine.ts";
import { derived } from "./derived.ts";
import { ENOUGH, endlessIn, neverEnds } from "./endless.ts";

/**
 * The same machine for whoever leads it step by step: what never ends, or asks the clock or chance, is a model error
 * as it is in a search. It takes longer, and searches have a watch of their own.
 */
export function confined(machine: Machine): Machine {
	const at = new Int32Array(machine.words);
	const confine = <T>(work: () => T): T => withoutChance(() => within(ENOUGH, work));
	/** Work that runs closures of many steps or properties: which of them never ends is looked for. */
	const all = <T>(work: () => T): T => {
		const { count } = machine.out;
		machine.store(at, 0);
		for (;;) {
			try {
				return confine(work);
			} catch (thrown) {
				if (!(thrown instanceof Timeout)) throw thrown;
				const error = endlessIn(machine, at, 0);
				machine.out.count = count;
				machine.found.length = 0;
				if (error) throw error;
				// It was only slow.
				machine.load(at, 0);
			}
		}
	};
	return derived(machine, {
		expand: () => all(() => machine.expand()),
		violated: () => all(() => machine.violated()),
		violatedAtEnd: () => all(() => machine.violatedAtEnd()),
		take: (edge) => {
			machine.store(at, 0);
			for (;;) {
				try {
					return confine(() => machine.take(edge));
				} catch (thrown) {
					if (!(thrown instanceof Timeout)) throw thrown;
					machine.found.length = 0;
					if (!thrown.starved) throw neverEnds(machine.steps[edge] as Machine["steps"][number]);
					machine.load(at, 0);
				}
			}
		},
	});
}
