import type { BuiltSystem, Property } from "../../lang/index.ts";
import { Bound } from "../bound.ts";
import type { Vector } from "../views.ts";
import type { Group, Moved } from "./group.ts";

/**
 * What properties read of states: by property, every slot that its conditions and handlers have looked at. One that
 * watches a bio by name gives the same answers for all bios until that one is in trouble, but it reads only that one.
 */
export class Reads {
	readonly #bound: Bound;
	/** By property, one number a slot: of the working vector, then of the counters. */
	readonly #read: readonly Uint8Array[];
	#current: Uint8Array;

	constructor(system: BuiltSystem, only: ReadonlySet<string> | undefined) {
		const none = new Uint8Array(0);
		this.#current = none;
		const watched = (first: () => number) => (cells: Vector) =>
			new Proxy(cells, {
				get: (target, key) => {
					if (typeof key !== "symbol") this.#current[first() + Number(key)] = 1;
					return target[key as never];
				},
			});
		let values = 0;
		this.#bound = new Bound(system, only, { values: watched(() => 0), counters: watched(() => values) });
		values = this.#bound.vector.length;
		this.#bound.bind([], { found: [], exercised: none, successor: () => 0, heard: undefined });
		this.#read = this.#bound.properties.map(() => new Uint8Array(values + this.#bound.counters.length));
	}

	/** Looks at the state with all conditions of a kind; with the invariants go those that are to hold sometimes. */
	look(values: Vector, counters: Vector, kind: "invariant" | "terminal"): void {
		for (const [i, { [kind]: condition, sometimes, antecedent }] of this.#bound.properties.entries()) {
			const sight = this.#bound.sights[i] as never;
			if (condition) this.#record(values, counters, i, () => condition(sight));
			if (sometimes && kind === "invariant") this.#record(values, counters, i, () => sometimes(sight));
			if (antecedent) this.#record(values, counters, i, () => antecedent(sight));
		}
	}

	/** Tells property `i` of an event that `process` emits. */
	hear(values: Vector, counters: Vector, i: number, event: string, process: number, args: readonly unknown[]): void {
		const handle = this.#bound.properties[i]?.on[event] as ((v: object, ...args: unknown[]) => unknown) | undefined;
		const sight = { ...this.#bound.sights[i], me: this.#bound.contexts[process]?.me };
		if (handle) this.#record(values, counters, i, () => handle(sight, ...args));
	}

	#record(values: Vector, counters: Vector, i: number, ask: () => unknown): void {
		this.#bound.vector.set(values);
		this.#bound.counters.set(counters);
		this.#current = this.#read[i] as Uint8Array;
		try {
			ask();
		} catch {
			// The search meets the error itself.
		}
	}

	/** A swap that does not take what some property reads to what it reads, with that property. */
	unequal({ swaps }: Group): { readonly swap: string; readonly property: Property } | undefined {
		const { layout, properties } = this.#bound;
		for (const { name, relabelling } of swaps)
			for (const [i, property] of properties.entries()) {
				const read = this.#read[i] as Uint8Array;
				const closed = (moves: readonly Moved[], slots: readonly { readonly fixed: boolean }[], first: number) =>
					moves.every(({ to }, from) => slots[from]?.fixed || read[first + from] === read[first + to]);
				if (
					!closed(relabelling.W, layout.slots, 0) ||
					!closed(relabelling.P, layout.counters, this.#bound.vector.length)
				)
					return { swap: name, property };
			}
		return undefined;
	}
}
