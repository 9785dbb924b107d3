import type { BuiltSystem, Property } from "../../lang/index.ts";
import type { Vector } from "../bank.ts";
import { Bound } from "../bound.ts";
import type { Slot } from "../layout.ts";
import type { Group, Moved, Relabelling } from "./group.ts";

/** Whose reads are noted: those in states themselves, or in their images under the swap of this number. */
export type Side = "own" | number;

const slotsOf = ({ vector, counters }: Bound): number => vector.length + counters.length;

/** Room for what is noted of properties' reads; none where no ids are interchangeable. */
export function roomForReads(bound: Bound, { swaps }: Group): Uint8Array {
	return new Uint8Array(swaps.length === 0 ? 0 : (swaps.length + 1) * bound.properties.length * slotsOf(bound));
}

/**
 * What properties read of states and of their images: every slot that conditions and handlers have looked at. A
 * property that watches a bio by name gives the same answers for all bios until that one is in trouble, but in an image
 * it reads what it reads in the state itself, not the image of that.
 */
export class Reads {
	readonly #bound: Bound;
	/** By side, then by property, one number a slot: of the working vector, then of the counters. */
	readonly #read = new Map<Side, readonly Uint8Array[]>();
	#current: Uint8Array;

	constructor(
		system: BuiltSystem,
		only: ReadonlySet<string> | undefined,
		readonly group: Group,
		/** Where it is noted what was read: one number for each side, property and slot. */
		looked: Uint8Array,
	) {
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
		this.#bound.bind([], {
			found: [],
			exercised: none,
			ignored: none,
			successor: () => 0,
			pricing: false,
			heard: undefined,
		});
		const slots = slotsOf(this.#bound);
		const { properties } = this.#bound;
		for (const [n, side] of (["own", ...group.swaps.keys()] as const).entries())
			this.#read.set(
				side,
				properties.map((_, i) => looked.subarray((n * properties.length + i) * slots).subarray(0, slots)),
			);
	}

	/** Looks at the state with all conditions of a kind that are not ignored; with the invariants go those that are to hold sometimes. */
	look(side: Side, values: Vector, counters: Vector, kind: "invariant" | "terminal", ignored: Uint8Array): void {
		for (const [i, { [kind]: condition, sometimes, antecedent }] of this.#bound.properties.entries()) {
			if (ignored[i] === 1) continue;
			const sight = this.#bound.sights[i] as never;
			if (condition) this.#record(side, values, counters, i, () => condition(sight));
			if (sometimes && kind === "invariant") this.#record(side, values, counters, i, () => sometimes(sight));
			if (antecedent) this.#record(side, values, counters, i, () => antecedent(sight));
		}
	}

	/** Tells property `i` of an event that `process` emits. */
	hear(
		side: Side,
		values: Vector,
		counters: Vector,
		i: number,
		event: string,
		process: number,
		args: readonly unknown[],
	): void {
		const handle = this.#bound.properties[i]?.on[event] as ((v: object, ...args: unknown[]) => unknown) | undefined;
		const sight = { ...this.#bound.sights[i], me: this.#bound.contexts[process]?.me };
		if (handle) this.#record(side, values, counters, i, () => handle(sight, ...args));
	}

	#record(side: Side, values: Vector, counters: Vector, i: number, ask: () => unknown): void {
		this.#bound.vector.set(values);
		this.#bound.counters.set(counters);
		this.#current = this.#read.get(side)?.[i] as Uint8Array;
		try {
			ask();
		} catch {
			// The search meets the error itself.
		}
	}

	/**
	 * A swap under which some property has read other slots in images than the images of what it read, with it. One that
	 * stops at the first id that will do may do so by chance: it has then read of both ids somewhere.
	 */
	unequal(): { readonly swap: string; readonly property: Property } | undefined {
		for (const [side, { name, relabelling }] of this.group.swaps.entries())
			for (const [i, property] of this.#bound.properties.entries())
				if (!this.#isAlike(i, side, relabelling)) return { swap: name, property };
		return undefined;
	}

	#isAlike(property: number, side: Side, { W, P }: Relabelling): boolean {
		const { layout, vector } = this.#bound;
		const own = this.#read.get("own")?.[property] as Uint8Array;
		const image = this.#read.get(side)?.[property] as Uint8Array;
		const anywhere = (at: number) => [...this.#read.values()].some((sides) => sides[property]?.[at] === 1);
		const alike = (moves: readonly Moved[], slots: readonly Slot[], first: number) =>
			moves.every(({ to }, from) => {
				if (slots[from]?.fixed || own[first + from] === image[first + to]) return true;
				return anywhere(first + from) === anywhere(first + to);
			});
		return alike(W, layout.slots, 0) && alike(P, layout.counters, vector.length);
	}
}
