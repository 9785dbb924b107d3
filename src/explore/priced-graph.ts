import type { Machine } from "../machine/index.ts";
import { Column } from "./column.ts";
import type { Stop } from "./limits.ts";
import type { Progress } from "./search.ts";
import { Visited } from "./visited.ts";

/** States by number, from 0, the initial one; the steps from each stand together, and what each costs. */
export interface PricedGraph {
	readonly states: number;
	/** The steps from state `s` are those from number `starts[s]` up to `starts[s + 1]`. */
	readonly starts: Int32Array;
	/** By step: where it leads. */
	readonly to: Int32Array;
	/** By cost, in the order of the machine's properties: the price of each step. */
	readonly prices: readonly Uint16Array[];
}

/** How much may be looked at. */
export interface Budget {
	readonly states: number;
	/** Bytes. */
	readonly memory: number;
	/** Seconds. */
	readonly time: number;
}

/**
 * Goes through all that a machine can do once more, in slices, and notes what every step costs. The machine is the
 * one of a search that has seen everything: what that has made sure of is not made sure of again.
 */
export class Pricing {
	readonly #machine: Machine;
	readonly #budget: Budget;
	readonly #visited: Visited;
	readonly #starts = new Column(Int32Array);
	readonly #to = new Column(Int32Array);
	readonly #prices: readonly Column<Uint16Array>[];
	readonly #indices: ReadonlyMap<string, number>;
	#next = 0;
	#depth = 0;
	#levelEnd = 1;
	#seconds = 0;
	stopped: Stop | undefined;

	constructor(machine: Machine, budget: Budget) {
		this.#machine = machine;
		this.#budget = budget;
		this.#visited = new Visited(machine.words);
		const costs = machine.properties.filter(({ class: kind }) => kind === "cost");
		this.#prices = costs.map(() => new Column(Uint16Array));
		this.#indices = new Map(costs.map(({ id }, i) => [id, i]));
		machine.pricing = true;
		const { out } = machine;
		out.count = 0;
		machine.initial();
		machine.emit();
		this.#visited.add(out.words, 0, out.hashes[0] as number);
	}

	/** Works for about `milliseconds`; true while there is more to do. */
	slice(milliseconds: number): boolean {
		const start = performance.now();
		const end = start + milliseconds;
		while (this.stopped === undefined && this.#next < this.#visited.count && performance.now() < end)
			for (let n = 0; n < 256 && this.#next < this.#visited.count; n++) this.#expand(this.#next++);
		this.#seconds += (performance.now() - start) / 1000;
		this.#look();
		return this.stopped === undefined && this.#next < this.#visited.count;
	}

	stop(why: Stop): void {
		this.stopped ??= why;
	}

	get progress(): Progress {
		return {
			states: this.#visited.count,
			transitions: this.#to.length,
			depth: this.#depth,
			bytes: this.#bytes,
			expectedBytes: undefined,
			seconds: this.#seconds,
		};
	}

	get #bytes(): number {
		const columns = [this.#starts, this.#to, ...this.#prices];
		return this.#visited.bytes + columns.reduce((sum, { bytes }) => sum + bytes, 0);
	}

	/** All of it, once it is done. Throws where ids turn out not to be interchangeable. */
	get graph(): PricedGraph {
		this.#machine.settle();
		this.#starts.push(this.#to.length);
		return {
			states: this.#visited.count,
			starts: this.#starts.values,
			to: this.#to.values,
			prices: this.#prices.map(({ values }) => values),
		};
	}

	/** A state, packed: the canonical one of its kind. */
	state(number: number): Int32Array {
		const { words } = this.#machine;
		return this.#visited.states.slice(number * words, (number + 1) * words);
	}

	#look(): void {
		const { states, memory, time } = this.#budget;
		if (this.#visited.count > states) this.stop("states");
		else if (this.#bytes > memory) this.stop("memory");
		else if (this.#seconds > time) this.stop("time");
	}

	#expand(state: number): void {
		const { out, words, found } = this.#machine;
		if (state === this.#levelEnd) {
			this.#depth++;
			this.#levelEnd = this.#visited.count;
		}
		const first = this.#to.length;
		this.#starts.push(first);
		out.count = 0;
		this.#machine.load(this.#visited.states, state * words);
		this.#machine.expand();
		for (let i = 0; i < out.count; i++) {
			this.#to.push(this.#visited.add(out.words, i * words, out.hashes[i] as number));
			for (const prices of this.#prices) prices.push(0);
		}
		// A step that raises an error does not happen.
		for (const { property, successor } of found)
			if (successor !== undefined) this.#prices[this.#indices.get(property) ?? -1]?.increase(first + successor);
	}
}
