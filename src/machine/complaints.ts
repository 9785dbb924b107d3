import { FixedField, ModelError, type Origin } from "../lang/index.ts";
import type { AnyType } from "./types.ts";

/** What both interpreters say when a value does not fit; `where` is a path such as `cpu[cpu0].list`. */
export const complain = {
	range(where: string, value: unknown, wants: string): never {
		throw new ModelError(
			value === null || value === undefined
				? `absent value written to ${where}, which is ${wants}`
				: `out-of-range write: ${where} is ${wants}, not ${typeof value === "number" ? value : JSON.stringify(value)}`,
		);
	},
	unset(where: string): never {
		throw new ModelError(`absent value read: ${where} was never set`);
	},
	fixed(where: string): never {
		throw new FixedField(`${where} is declared fixed and cannot change`);
	},
	overflow(where: string, capacity: number): never {
		throw new ModelError(`list overflow: ${where} holds at most ${capacity}`);
	},
	absent(where: string, what: string): never {
		throw new ModelError(`absent value read: ${what} of ${where}`);
	},
};

/** Writes to a frame what a call passes or returns: where it does not fit, it is the call that is wrong. */
export function hand(frame: object, name: string, value: unknown, call: Origin): void {
	try {
		Reflect.set(frame, name, value);
	} catch (error) {
		throw error instanceof ModelError ? new ModelError(error.message, call.author) : error;
	}
}

/** The type as an error message names it. */
export function nameOf(type: AnyType): string {
	switch (type.kind) {
		case "range":
			return `a number from ${type.lo} to ${type.hi}`;
		case "oneOf":
			return `one of ${type.names.join(", ")}`;
		case "id":
			return `an id of ${type.set.name} (0 to ${type.set.count - 1})`;
		case "maybe":
			return `${nameOf(type.of as AnyType)} or null`;
		case "unset":
			return nameOf(type.of as AnyType);
		default:
			return `a ${type.kind}`;
	}
}
