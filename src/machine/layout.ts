import { type Fields, ModelError, type Type } from "../lang/index.ts";
import type { AnyType } from "./types.ts";

/** One number of the state: a byte (or half word) of the working vector, `bits` bits of a stored state. */
export interface Slot {
	readonly offset: number;
	/** `P` holds the program counters, `W` all else. */
	readonly vector: "W" | "P";
	/** How many values it has; codes run from 0. */
	readonly size: number;
	/** Its one value, where it never changes: kept out of stored states. */
	fixed: boolean;
}

/** Assigns a working-vector offset to every number of the state. */
export class Layout {
	readonly slots: Slot[] = [];
	readonly counters: Slot[] = [];

	/** Reserves room for a value of `type`; returns its first offset. */
	allocate(type: Type<unknown>): number {
		const start = this.slots.length;
		this.#fill(type as AnyType, false);
		return start;
	}

	/** Reserves one slot of `size` values. */
	slot(size: number, fixed = false): number {
		if (size > 0x10000) throw new ModelError(`a type of ${size} values: at most 65536 fit, where absent counts as one`);
		const offset = this.slots.length;
		this.slots.push({ offset, vector: "W", size, fixed: fixed || size === 1 });
		return offset;
	}

	/** Reserves a program counter of `size` positions. */
	counter(size: number): number {
		const offset = this.counters.length;
		this.counters.push({ offset, vector: "P", size, fixed: size === 1 });
		return offset;
	}

	#fill(type: AnyType, fixed: boolean): void {
		switch (type.kind) {
			case "record":
				for (const field of Object.values(type.fields)) this.#fill(field as AnyType, fixed);
				return;
			case "perId":
				for (const id of type.set.all) {
					const names = fixed ? [] : type.fixed(id);
					if (names.length === 0) this.#fill(type.of as AnyType, fixed);
					else this.#fillSome(fieldsOf(type.of as AnyType), names, type.set.name);
				}
				return;
			case "list":
				// Code 0 stands after the last element, so that a list needs no length of its own.
				for (let i = 0; i < type.capacity; i++) this.slot(1 + sizeOf(type.of as AnyType), fixed);
				return;
			case "set":
				for (const _ of type.set.all) this.slot(2, fixed);
				return;
			default:
				this.slot(sizeOf(type), fixed);
		}
	}

	/** A record some of whose fields are fixed. */
	#fillSome(fields: Fields, fixed: readonly string[], set: string): void {
		const stray = fixed.find((name) => !Object.hasOwn(fields, name));
		if (stray !== undefined)
			throw new ModelError(
				`perId(${set}): ${stray} is to be fixed, which is no field of it: ${Object.keys(fields).join(", ")}`,
			);
		for (const [name, field] of Object.entries(fields)) this.#fill(field as AnyType, fixed.includes(name));
	}
}

function fieldsOf(type: AnyType): Fields {
	if (type.kind !== "record") throw new ModelError("only fields of a record can be fixed");
	return type.fields;
}

/** How many slots a value of `type` takes. */
export function width(type: AnyType): number {
	switch (type.kind) {
		case "record":
			return Object.values(type.fields).reduce((sum, field) => sum + width(field as AnyType), 0);
		case "perId":
			return type.set.count * width(type.of as AnyType);
		case "list":
			return type.capacity;
		case "set":
			return type.set.count;
		default:
			return 1;
	}
}

/** How many values a scalar type has. */
function sizeOf(type: AnyType): number {
	switch (type.kind) {
		case "bool":
			return 2;
		case "range":
			return type.hi - type.lo + 1;
		case "oneOf":
			return type.names.length;
		case "id":
			return Math.max(1, type.set.count);
		case "maybe":
			return 1 + sizeOf(type.of as AnyType);
		case "unset":
			return 1 + sizeOf(type.of as AnyType);
		default:
			throw new ModelError(`a ${type.kind} is not one number`);
	}
}
