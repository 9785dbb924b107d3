import type { Id, IdMask, IdSet, List } from "../../lang/index.ts";
import { complain, nameOf } from "../complaints.ts";
import type { AnyType } from "../types.ts";
import type { Spot } from "./spot.ts";
import { type Scalar, scalar } from "./values.ts";

/** Runs `change` on the collection at `spot`, which must leave it as it was if it is declared fixed. */
function changing<E extends Scalar, R>(spot: Spot, change: (elements: E[]) => R): R {
	const elements = spot.writable as E[];
	const before = spot.holds() ? [...elements] : undefined;
	const result = change(elements);
	if (before && (before.length !== elements.length || before.some((v, i) => v !== elements[i])))
		complain.fixed(spot.path);
	return result;
}

export class ListView implements List<Scalar> {
	readonly #spot: Spot;
	readonly #of: AnyType;
	readonly #capacity: number;
	constructor(spot: Spot, of: AnyType, capacity: number) {
		this.#spot = spot;
		this.#of = of;
		this.#capacity = capacity;
	}

	get #elements(): readonly Scalar[] {
		return this.#spot.value as Scalar[];
	}
	get length(): number {
		return this.#elements.length;
	}
	at(i: number): Scalar {
		return i >= 0 && i < this.length ? this.#elements[i] : complain.absent(this.#spot.path, `element ${i}`);
	}
	includes(v: Scalar): boolean {
		return this.#elements.includes(v);
	}
	toArray(): Scalar[] {
		return [...this.#elements];
	}
	push(v: Scalar): void {
		changing<Scalar, void>(this.#spot, (elements) => this.#append(elements, v));
	}
	shift(): Scalar {
		return changing<Scalar, Scalar>(this.#spot, (elements) =>
			elements.length === 0 ? complain.absent(this.#spot.path, "head") : elements.shift(),
		);
	}
	remove(v: Scalar): void {
		changing<Scalar, void>(this.#spot, (elements) => {
			const i = elements.indexOf(v);
			if (i < 0) complain.absent(this.#spot.path, `element ${v}`);
			elements.splice(i, 1);
		});
	}
	clear(): void {
		changing<Scalar, void>(this.#spot, (elements) => {
			elements.length = 0;
		});
	}
	/** Takes over the contents of another list. */
	assign(source: readonly Scalar[]): void {
		if (source.length > this.#capacity) complain.overflow(this.#spot.path, this.#capacity);
		changing<Scalar, void>(this.#spot, (elements) => {
			elements.length = 0;
			for (const v of source) this.#append(elements, v);
		});
	}

	#append(elements: Scalar[], v: Scalar): void {
		const { path } = this.#spot;
		if (elements.length === this.#capacity) complain.overflow(path, this.#capacity);
		elements.push(scalar(this.#of, v, (wants) => complain.range(`${path} element`, v, wants)));
	}
}

export class SetView implements IdMask<string> {
	readonly #spot: Spot;
	readonly #set: IdSet<string>;
	constructor(spot: Spot, set: IdSet<string>) {
		this.#spot = spot;
		this.#set = set;
	}

	get size(): number {
		return (this.#spot.value as boolean[]).filter((member) => member).length;
	}
	has(id: Id<string>): boolean {
		return (this.#spot.value as boolean[])[this.#member(id)] === true;
	}
	add(id: Id<string>): void {
		this.#put(id, true);
	}
	delete(id: Id<string>): void {
		this.#put(id, false);
	}
	clear(): void {
		this.assign([]);
	}
	/** Takes over the members of another set. */
	assign(source: readonly boolean[]): void {
		changing<boolean, void>(this.#spot, (members) => {
			for (const id of this.#set.all) members[id] = source[id] === true;
		});
	}

	#put(id: Id<string>, member: boolean): void {
		const i = this.#member(id);
		changing<boolean, void>(this.#spot, (members) => {
			members[i] = member;
		});
	}
	#member(id: unknown): number {
		const type: AnyType = { kind: "id", scalar: true, set: this.#set };
		return scalar(type, id, () => complain.range(`${this.#spot.path} member`, id, nameOf(type))) as number;
	}
}
