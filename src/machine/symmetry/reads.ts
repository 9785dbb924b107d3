import type { Property } from "../../lang/index.ts";
import { allotWatched, type Vector, type WatchedBank } from "../bank.ts";
import type { Bound, Sighted } from "../bound.ts";
import type { Slot } from "../layout.ts";
import type { Instance } from "../program.ts";
import { Views } from "../views.ts";
import { where } from "../where.ts";
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
	/** The state that is looked at, in a bank that notes what is read. */
	readonly #vector: Vector;
	readonly #counters: Vector;
	readonly #bank: WatchedBank;
	readonly #sights: readonly Sighted[];
	/** By process: itself, as it is seen there. */
	readonly #selves: readonly object[];
	/** What is being read: one number a slot, of the working vector, then of the counters. */
	readonly #now: Uint8Array;
	/** By side, then by property, the same of all that was read. */
	readonly #read = new Map<Side, readonly Uint8Array[]>();

	constructor(
		bound: Bound,
		readonly group: Group,
		/** Where it is noted what was read: one number for each side, property and slot. */
		looked: Uint8Array,
	) {
		const { vector, bank } = allotWatched(bound.layout.slots);
		this.#bound = bound;
		this.#vector = vector;
		this.#counters = bound.counters.slice();
		this.#bank = bank;
		const views = new Views(vector, bank);
		const state = views.make(bound.stateType, 0, "");
		const peeks = new Map<Instance, object>();
		const peek = (instance: Instance): object => {
			const known = peeks.get(instance) ?? views.frame(instance.fields, instance.offsets, "", true);
			peeks.set(instance, known);
			return known;
		};
		const read = (pc: number) => {
			bank.read[vector.length + pc] = 1;
		};
		this.#sights = bound.sightsBy(views, state, where(bound.programs, this.#counters, { peek, read }));
		this.#selves = bound.programs.map(({ process }) => process.me(state as never));
		const slots = slotsOf(bound);
		this.#now = new Uint8Array(slots);
		const { properties } = bound;
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
			const sight = this.#sights[i] as never;
			const record = (ask: (v: never) => unknown, found: boolean) =>
				this.#record(side, values, counters, i, () => ask(sight), found);
			if (condition) record(condition, false);
			if (sometimes && kind === "invariant") record(sometimes, true);
			if (antecedent) record(antecedent, true);
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
		const sight = { ...this.#sights[i], me: this.#selves[process] };
		if (handle) this.#record(side, values, counters, i, () => handle(sight, ...args));
	}

	/** Where it answers `found`, a condition may have stopped at the first id of many that is as it looked for: that says nothing. */
	#record(side: Side, values: Vector, counters: Vector, i: number, ask: () => unknown, found?: boolean): void {
		const read = this.#now.fill(0);
		this.#vector.set(values);
		this.#counters.set(counters);
		this.#bank.read = read;
		this.#bank.first = this.#vector.byteOffset / this.#vector.BYTES_PER_ELEMENT;
		try {
			if (ask() === found && found !== undefined) return;
		} catch {
			// The search meets the error itself.
		}
		const noted = this.#read.get(side)?.[i] as Uint8Array;
		for (let slot = 0; slot < read.length; slot++) if (read[slot] === 1) noted[slot] = 1;
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
