import type { Fields } from "../../lang/index.ts";
import { nameOf } from "../complaints.ts";
import type { AnyType } from "../types.ts";

/** A value of the state as the reference interpreter keeps it: scalars by themselves, a set as one bool a member. */
export type Plain = Scalar | PlainRecord | Plain[];
export type Scalar = boolean | number | string | null | undefined;
export type PlainRecord = { [field: string]: Plain };

/** The value that a type starts with. */
export function initial(type: AnyType): Plain {
	switch (type.kind) {
		case "bool":
			return false;
		case "range":
			return type.lo;
		case "oneOf":
			return type.names[0];
		case "id":
			return 0;
		case "maybe":
			return null;
		case "unset":
			return undefined;
		case "record":
			return initialRecord(type.fields);
		case "perId":
			return type.set.all.map(() => initial(type.of as AnyType));
		case "list":
			return [];
		case "set":
			return type.set.all.map(() => false);
	}
}

export function initialRecord(fields: Fields): PlainRecord {
	return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, initial(type as AnyType)]));
}

/** `value` as a scalar of `type`, or whatever `refuse` does about it. */
export function scalar(type: AnyType, value: unknown, refuse: (wants: string) => never): Scalar {
	switch (type.kind) {
		case "bool":
			return typeof value === "boolean" ? value : refuse(nameOf(type));
		case "range":
			return whole(value, type.lo, type.hi) ?? refuse(nameOf(type));
		case "id":
			return whole(value, 0, type.set.count - 1) ?? refuse(nameOf(type));
		case "oneOf":
			return type.names.find((name) => name === value) ?? refuse(nameOf(type));
		case "maybe":
			return value === null ? null : scalar(type.of as AnyType, value, () => refuse(nameOf(type)));
		case "unset":
			return scalar(type.of as AnyType, value, refuse);
		default:
			return refuse(nameOf(type));
	}
}

/** `value` if it is a whole number between the bounds, both included; never -0. */
function whole(value: unknown, lo: number, hi: number): number | undefined {
	return typeof value === "number" && Number.isInteger(value) && value >= lo && value <= hi ? value + 0 : undefined;
}

const shown = new WeakMap<object, unknown>();

/** The value in words of the model, as `show` of types.ts gives it of a view. Frozen values are shown once. */
function showPlain(type: AnyType, value: Plain): unknown {
	if (typeof value !== "object" || value === null || !Object.isFrozen(value)) return showAnew(type, value);
	let words = shown.get(value);
	if (words === undefined) {
		words = showAnew(type, value);
		shown.set(value, words);
	}
	return words;
}

function showAnew(type: AnyType, value: Plain): unknown {
	switch (type.kind) {
		case "id":
			return type.set.nameOf(value as number);
		case "maybe":
		case "unset":
			return value === null || value === undefined ? value : showPlain(type.of as AnyType, value);
		case "record":
			return showRecord(type.fields, value as PlainRecord);
		case "perId": {
			const members: Record<string, unknown> = {};
			for (const id of type.set.all)
				members[type.set.nameOf(id)] = showPlain(type.of as AnyType, (value as Plain[])[id]);
			return members;
		}
		case "list":
			return (value as Plain[]).map((element) => showPlain(type.of as AnyType, element));
		case "set":
			return type.set.all.filter((id) => (value as Plain[])[id]).map((id) => type.set.nameOf(id));
		default:
			return value;
	}
}

export function showRecord(fields: Fields, value: PlainRecord): Record<string, unknown> {
	const words: Record<string, unknown> = {};
	for (const name of Object.keys(fields)) words[name] = showPlain(fields[name] as AnyType, value[name]);
	return words;
}
