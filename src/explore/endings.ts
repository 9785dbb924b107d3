import { type Machine, NotInterchangeable } from "../machine/index.ts";

/** So many verdicts are kept; beyond, all are forgotten. */
const MEMO = 1 << 18;

/** What becomes of a state: `dead` when nothing but background steps is enabled ever after. */
type Fate = "dead" | "alive";

/**
 * Decides of states where only background steps are enabled, whether any other ever will be. Background steps are
 * followed until one is met, or until they lead to nothing new.
 */
export class Endings {
	readonly #machine: Machine;
	readonly #fates = new Map<string, Fate>();

	constructor(machine: Machine) {
		this.#machine = machine;
	}

	/** Whether the state at word index `p` of `states` is an end. Leaves `machine.out` as it was. */
	isEnd(states: Int32Array, p: number): boolean {
		const { words, out, taken } = this.#machine;
		const count = out.count;
		const counts = taken.slice();
		if (this.#fates.size > MEMO) this.#fates.clear();
		const fate = this.#follow(states.slice(p, p + words));
		out.count = count;
		taken.set(counts);
		return fate === "dead";
	}

	#follow(start: Int32Array): Fate {
		const { words, out } = this.#machine;
		const from = out.count;
		const seen: { readonly state: Int32Array; readonly key: string; readonly via: number }[] = [];
		const known = new Set<string>();
		const add = (state: Int32Array, key: string, via: number) => {
			known.add(key);
			seen.push({ state, key, via });
		};
		/** All on the way to state number `at` share its fate. */
		const alive = (at: number): Fate => {
			for (let i = at; i >= 0; i = seen[i]?.via ?? -1) this.#fates.set(seen[i]?.key ?? "", "alive");
			return "alive";
		};
		add(start, start.join(), -1);
		for (let i = 0; i < seen.length; i++) {
			out.count = from;
			if (this.#isLive(seen[i]?.state as Int32Array)) return alive(i);
			for (let n = from; n < out.count; n++) {
				const state = out.words.slice(n * words, (n + 1) * words);
				const key = state.join();
				const fate = this.#fates.get(key);
				if (fate === "alive") return alive(i);
				if (fate === undefined && !known.has(key)) add(state, key, i);
			}
		}
		for (const { key } of seen) this.#fates.set(key, "dead");
		return "dead";
	}

	/** Whether the state has a step that is not background. */
	#isLive(state: Int32Array): boolean {
		this.#machine.load(state, 0);
		try {
			return this.#machine.expand() > 0;
		} catch (error) {
			if (error instanceof NotInterchangeable) throw error;
			// A model error, which is reported when the search itself comes to this state.
			return true;
		}
	}
}
