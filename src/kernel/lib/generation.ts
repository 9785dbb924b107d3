import { fault, type Id, type IdSet, ModelError, maybe, range, record } from "../../lang/index.ts";
import type { Rule } from "../rules.ts";

/** The kernel, as far as it matters here. */
interface Follows {
	obeys(rule: Rule): boolean;
}
/** The records of all objects of a kind; each has its generation. */
export type Objects<N extends string> = { readonly [I in Id<N>]: { gen: number } };
/** A pointer, and the generation of the object that it was made of. */
export interface Reference<N extends string> {
	to: Id<N> | null;
	gen: number;
}

/**
 * RC1: objects that are freed, and allocated anew at most `recyclings` times: bios, requests, csds. Freeing an object
 * and allocating it again each make its next generation, so that an odd one is free memory. An access through a
 * reference of an older generation is a use after free (P11), whoever has the object by then.
 *
 * The record of an object has `...generation`, its references have the type `reference`. Everything else is called
 * inside a step.
 */
export class Generations<N extends string> {
	readonly #k: Follows;
	readonly #set: IdSet<N>;
	readonly #last: number;

	constructor(k: Follows, set: IdSet<N>, recyclings = 0) {
		if (!Number.isInteger(recyclings) || recyclings < 0)
			throw new ModelError(`a number of recyclings is a whole number from 0 on, not ${recyclings}`);
		this.#k = k;
		this.#set = set;
		this.#last = 2 * recyclings + 1;
	}

	/** A field of the object's record. */
	get generation() {
		return { gen: range(0, this.#last) };
	}

	/** The type of a reference, which at first refers to nothing. */
	get reference() {
		return record({ to: maybe(this.#set), ...this.generation });
	}

	/** An access through a pointer that is known to be no older than the object. `what` is the statement. */
	touch(objects: Objects<N>, id: Id<N>, what: string): void {
		if (this.isFree(objects, id) && this.#k.obeys("RC1"))
			fault("P11", `${what}: ${this.#set.nameOf(id)} is used after it was freed`);
	}

	/** `ref = &object` */
	refer(objects: Objects<N>, ref: Reference<N>, id: Id<N>): void {
		this.touch(objects, id, "a pointer is made");
		ref.to = id;
		ref.gen = objects[id].gen;
	}

	/** An access through `ref`. */
	follow(objects: Objects<N>, ref: Reference<N>, what: string): Id<N> {
		if (ref.to === null) fault("P11", `${what}: a null pointer is followed`);
		this.touch(objects, ref.to, what);
		if (this.isStale(objects, ref) && this.#k.obeys("RC1"))
			fault("P11", `${what}: ${this.#set.nameOf(ref.to)} was freed and is another's by now`);
		return ref.to;
	}

	/** Whether `ref` refers to an object that has been freed since. */
	isStale(objects: Objects<N>, ref: Reference<N>): boolean {
		return ref.to !== null && objects[ref.to].gen !== ref.gen;
	}

	isFree(objects: Objects<N>, id: Id<N>): boolean {
		return objects[id].gen % 2 === 1;
	}

	/** Frees an object; twice is a use after free. */
	free(objects: Objects<N>, id: Id<N>): void {
		this.touch(objects, id, "it is freed");
		if (!this.isFree(objects, id)) objects[id].gen++;
	}

	/** Whether the object is free, and allocated again once more. */
	canAllocate(objects: Objects<N>, id: Id<N>): boolean {
		return this.isFree(objects, id) && objects[id].gen < this.#last;
	}

	/** Where `canAllocate`: it is somebody's again. */
	allocate(objects: Objects<N>, id: Id<N>): void {
		if (!this.canAllocate(objects, id)) throw new ModelError(`${this.#set.nameOf(id)} is not there to be allocated`);
		objects[id].gen++;
	}
}
