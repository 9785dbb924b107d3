import type { Machine } from "../machine/index.ts";
import { Endings } from "./endings.ts";

/** What is to be said of one state. */
export interface Judgement {
	/** Whether the property is false in it; of a `sometimes` property, whether it is met. */
	readonly isFalse: boolean;
	/** The steps from it of which the property is false. */
	readonly falseSteps: readonly number[];
	/** How many successors stand in `machine.out`. */
	readonly successors: number;
}

/** Tells of one state after another whether one property is false there. */
export class Judge {
	readonly #machine: Machine;
	readonly #id: string;
	/** Number of the property in the machine; -1 for an error that steps raise and nothing declares. */
	readonly #index: number;
	readonly #property: Machine["properties"][number] | undefined;
	readonly #endings: Endings;

	constructor(machine: Machine, property: string) {
		this.#machine = machine;
		this.#id = property;
		this.#index = machine.properties.findIndex(({ id }) => id === property);
		this.#property = machine.properties[this.#index];
		this.#endings = new Endings(machine);
	}

	/** Puts the successors of the state at word index `p` of `states` into `machine.out`, and judges it. */
	expand(states: Int32Array, p: number): Judgement {
		const machine = this.#machine;
		const { out } = machine;
		out.count = 0;
		machine.load(states, p);
		let isFalse = this.#isMet || (this.#index >= 0 && !machine.holds(this.#index, "invariant"));
		const live = machine.expand();
		const falseSteps = machine.found.filter((v) => v.property === this.#id).map(({ edge }) => edge);
		const successors = out.count;
		if (live === 0 && this.#isTerminal && (successors === 0 || this.#endings.isEnd(states, p))) {
			machine.load(states, p);
			isFalse ||= !machine.holds(this.#index, "terminal");
		}
		return { isFalse, falseSteps, successors };
	}

	/** A `sometimes` property is there to be met: then its counterexample is its witness. */
	get #isMet(): boolean {
		return this.#property?.sometimes !== undefined && this.#machine.holds(this.#index, "sometimes");
	}

	get #isTerminal(): boolean {
		return this.#property?.terminal !== undefined;
	}
}
