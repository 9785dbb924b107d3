import { Blocked, Fault, type Machine } from "../machine/index.ts";
import { Endings } from "./endings.ts";

/** How a walk comes to violate a property. */
export interface Violating {
	/** Ids of the steps up to the violation, the violating one included. */
	readonly path: readonly number[];
	/** Packed states: where each step of the path starts, and where the last one ends, if it does. */
	readonly states: readonly Int32Array[];
	/** What the last step raised, if it did. */
	readonly message: string | undefined;
}

/** Tries walks out: which of them violate one property, where by a fault or otherwise. */
export class Trial {
	readonly #endings: Endings;
	readonly #index: number;
	/** Steps tried so far. */
	steps = 0;

	constructor(
		readonly machine: Machine,
		readonly property: string,
		/** Whether it is violated by steps that raise it. */
		readonly raised: boolean,
	) {
		this.#endings = new Endings(machine);
		this.#index = machine.properties.findIndex(({ id }) => id === property);
	}

	/** Takes those of the steps that are possible when their turn comes, from `start` on, up to the first violation. */
	walk(start: Int32Array, steps: readonly number[]): Violating | undefined {
		const { machine } = this;
		const path: number[] = [];
		const states = [start];
		let state = start;
		if (this.#isFalse(state)) return this.#found(path, states);
		for (const id of steps) {
			this.steps++;
			machine.load(state, 0);
			try {
				if (!machine.take(id)) continue;
			} catch (error) {
				if (error instanceof Blocked) continue;
				if (!(error instanceof Fault && this.raised && error.property === this.property)) return undefined;
				return { path: [...path, id], states, message: error.message };
			}
			const next = new Int32Array(machine.words);
			machine.store(next, 0);
			path.push(id);
			states.push(next);
			const byStep = machine.found.some(({ property }) => property === this.property);
			if (!this.raised && (byStep || this.#isFalse(next))) return this.#found(path, states);
			state = next;
		}
		return !this.raised && this.#isFalseAtEnd(state) ? this.#found(path, states) : undefined;
	}

	#found(path: readonly number[], states: readonly Int32Array[]): Violating {
		return { path, states, message: undefined };
	}

	#isFalse(state: Int32Array): boolean {
		if (this.raised || this.#index < 0) return false;
		this.machine.load(state, 0);
		// A sometimes property is there to be met: then the walk is its witness.
		if (this.machine.properties[this.#index]?.sometimes) return this.machine.holds(this.#index, "sometimes");
		return !this.machine.holds(this.#index, "invariant");
	}

	#isFalseAtEnd(state: Int32Array): boolean {
		if (this.#index < 0 || !this.machine.properties[this.#index]?.terminal) return false;
		if (!this.#endings.isEnd(state, 0)) return false;
		this.machine.load(state, 0);
		return !this.machine.holds(this.#index, "terminal");
	}
}
