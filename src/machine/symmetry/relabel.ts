import type { IdSet } from "../../lang/index.ts";
import type { Bound } from "../bound.ts";
import type { Slot } from "../layout.ts";
import { width } from "../layout.ts";
import type { Instance, Program } from "../program.ts";
import type { AnyType } from "../types.ts";
import type { Moved, Relabelling } from "./group.ts";
import { Asymmetry, extend, follow, image, type Permutation } from "./permutation.ts";

/** How `base`, and what it moves along, acts on states. Throws `Asymmetry` where the system's structure forbids it. */
export function relabelling(bound: Bound, sets: Iterable<IdSet<string>>, base: Permutation): Relabelling {
	return new Relabeller(bound, extend(base, sets)).make();
}

class Relabeller {
	readonly #W: Moved[] = [];
	readonly #P: Moved[] = [];

	constructor(
		readonly bound: Bound,
		readonly permutation: Permutation,
	) {}

	make(): Relabelling {
		const { programs, stateType, ghostTypes, ghosts, vector, counters, layout } = this.bound;
		this.#move(stateType, 0, 0);
		let at = ghosts.from;
		for (const type of ghostTypes) {
			this.#move(type, at, at);
			at += width(type);
		}
		const owners = programs.map(({ process }) => process.of);
		const processes = follow(owners, this.permutation, (i) => `process ${programs[i]?.process.name}`);
		for (const [i, program] of programs.entries()) this.#program(program, programs[processes[i] as number] as Program);
		requireSameFixed(layout.slots, this.#W, vector);
		requireSameFixed(layout.counters, this.#P, counters);
		return { W: this.#W, P: this.#P };
	}

	#program(from: Program, to: Program): void {
		const apart = `${from.process.name} and ${to.process.name} run different code`;
		if (from.instances.length !== to.instances.length || from.positions.length !== to.positions.length)
			throw new Asymmetry(apart);
		const instances = new Map(to.instances.map((instance) => [instance.path, instance]));
		for (const instance of from.instances) {
			const other = instances.get(this.#renamed(instance.path));
			if (!other) throw new Asymmetry(apart);
			this.#frame(instance, other);
		}
		const positions = new Map(to.positions.map(({ name, index }) => [name, index]));
		const codes = from.positions.map(({ name }) => {
			const index = positions.get(this.#renamed(name));
			if (index === undefined) throw new Asymmetry(apart);
			return index;
		});
		const { size } = this.bound.layout.counters[from.pc] as Slot;
		this.#put(this.#P, from.pc, to.pc, codes.slice(0, size));
	}

	#frame(from: Instance, to: Instance): void {
		for (const [i, [name, type]] of Object.entries(from.fields).entries()) {
			if (!(name in to.fields)) throw new Asymmetry(`${from.path} and ${to.path} have different frames`);
			this.#move(type, from.offsets[i] as number, to.offsets[i] as number);
		}
	}

	/** A value of `type` moves from slot `from` to slot `to`. */
	#move(type: AnyType, from: number, to: number): void {
		switch (type.kind) {
			case "record": {
				let at = 0;
				for (const field of Object.values(type.fields)) {
					this.#move(field as AnyType, from + at, to + at);
					at += width(field as AnyType);
				}
				return;
			}
			case "perId": {
				const size = width(type.of as AnyType);
				for (const id of type.set.all)
					this.#move(
						type.of as AnyType,
						from + id * size,
						to + image(this.permutation, type.set as IdSet<string>, id) * size,
					);
				return;
			}
			case "list": {
				const codes = orAbsent(this.#codes(type.of as AnyType));
				for (let i = 0; i < type.capacity; i++) this.#put(this.#W, from + i, to + i, codes);
				return;
			}
			case "set":
				for (const id of type.set.all)
					this.#put(this.#W, from + id, to + image(this.permutation, type.set as IdSet<string>, id), undefined);
				return;
			default:
				this.#put(this.#W, from, to, this.#codes(type));
		}
	}

	/** What each code of a scalar becomes; none where all stay. */
	#codes(type: AnyType): readonly number[] | undefined {
		if (type.kind === "id") return this.permutation.get(type.set as IdSet<string>);
		if (type.kind === "maybe" || type.kind === "unset") return orAbsent(this.#codes(type.of as AnyType));
		return undefined;
	}

	/** Frames share slots: each must move the same way wherever it is used. */
	#put(moves: Moved[], from: number, to: number, codes: readonly number[] | undefined): void {
		const known = moves[from];
		const own = codes?.some((code, i) => code !== i) ? codes : undefined;
		if (known && (known.to !== to || known.codes?.join() !== own?.join()))
			throw new Asymmetry("the frames of its routines share room in another order");
		moves[from] = { to, codes: own };
	}

	/** Branches of a choice over a set's members are named by the member. */
	#renamed(name: string): string {
		return name.replace(/\|([A-Za-z_]\w*)=(\d+)/g, (_, set: string, id: string) => {
			for (const [{ name }, to] of this.permutation) if (name === set) return `|${set}=${to[Number(id)]}`;
			return `|${set}=${id}`;
		});
	}
}

/** Code 0 stands for none. */
const orAbsent = (codes: readonly number[] | undefined): readonly number[] | undefined =>
	codes && [0, ...codes.map((code) => code + 1)];

/** What never changes must be alike already. */
function requireSameFixed(slots: readonly Slot[], moves: readonly Moved[], vector: ArrayLike<number>): void {
	for (const [from, { fixed }] of slots.entries()) {
		const { to, codes } = moves[from] as Moved;
		const code = vector[from] as number;
		if (fixed !== slots[to]?.fixed || (fixed && vector[to] !== (codes ? codes[code] : code)))
			throw new Asymmetry("what never changes differs between them");
	}
}
