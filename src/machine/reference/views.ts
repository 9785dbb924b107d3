import type { Fields, Id } from "../../lang/index.ts";
import { complain } from "../complaints.ts";
import { type AnyType, isScalar } from "../types.ts";
import { indexed, undeclared } from "../undeclared.ts";
import { ListView, SetView } from "./collections.ts";
import { type Container, type Fixed, Spot } from "./spot.ts";
import { type Plain, type PlainRecord, type Scalar, scalar } from "./values.ts";

const NONE: Fixed = [];

type RecordClass = new (spot: Spot) => object;
const classes = new WeakMap<Fields, RecordClass>();
/** Of frames as properties see them. */
const peeking = new WeakMap<Fields, RecordClass>();

/** A view of the record at `spot`; `joint` stands between its path and the names of its fields. */
export function recordView(fields: Fields, spot: Spot, joint = "."): object {
	const known = spot.access.peeks ? peeking : classes;
	let made = known.get(fields);
	if (!made) {
		made = recordClass(fields, joint, spot.access.peeks);
		known.set(fields, made);
	}
	return new made(spot);
}

/** A class with an accessor for each field: checked, and without room for a field that was not declared. */
function recordClass(fields: Fields, joint: string, peeks: boolean): RecordClass {
	class View {
		readonly #spot: Spot;
		constructor(spot: Spot) {
			this.#spot = spot;
			Object.preventExtensions(this);
		}
		static accessor(name: string, type: AnyType): PropertyDescriptor {
			const joined = joint + name;
			const called = (spot: Spot) => (isState(spot) ? name : joined);
			return {
				enumerable: true,
				get(this: View) {
					return read(this.#spot, type, name, called);
				},
				set(this: View, value: unknown) {
					write(this.#spot, type, name, called, value);
				},
			};
		}
		static undeclared(view: object, name: string): string {
			const spot = (view as View).#spot;
			return spot.path + (isState(spot) ? "" : joint) + name;
		}
	}
	for (const [name, type] of Object.entries(fields))
		Object.defineProperty(View.prototype, name, View.accessor(name, type as AnyType));
	Object.setPrototypeOf(View.prototype, peeks ? Object.prototype : undeclared(View.undeclared));
	return View;
}

const isState = ({ owner, name }: Spot): boolean => owner === undefined && name === "";

/** What error messages call a field, seen from the record that it lies in. */
type Called = (spot: Spot) => string;

function read(spot: Spot, type: AnyType, name: string, called: Called): unknown {
	const value = (spot.value as PlainRecord)[name];
	if (isScalar(type))
		return type.kind === "unset" && value === undefined && !spot.access.peeks
			? complain.unset(spot.path + called(spot))
			: value;
	const of = value as Container;
	return spot.view(name, of, () => {
		const fixed = spot.fixed === "all" || spot.fixed.includes(name) ? "all" : NONE;
		return composite(type, new Spot(spot.access, called(spot), fixed, spot, name, of));
	});
}

/** A view of the composite at `spot`. */
function composite(type: AnyType, spot: Spot): object {
	switch (type.kind) {
		case "perId":
			return Object.freeze(
				indexed(
					membersOf(type).map(({ id, called, fixed }) =>
						composite(
							type.of as AnyType,
							new Spot(spot.access, called, spot.fixed === "all" ? "all" : fixed, spot, id),
						),
					),
					() => spot.path,
				),
			);
		case "list":
			return new ListView(spot, type.of as AnyType, type.capacity);
		case "set":
			return new SetView(spot, type.set);
		case "record":
			return recordView(type.fields, spot);
		default:
			throw new TypeError(`a ${type.kind} is no composite`);
	}
}

interface Member {
	readonly id: Id<string>;
	/** As error messages name it. */
	readonly called: string;
	/** What the author's function says. */
	readonly fixed: Fixed;
}

const members = new WeakMap<AnyType, readonly Member[]>();

/** Of each id of the set; asked for once. */
function membersOf(type: AnyType & { readonly kind: "perId" }): readonly Member[] {
	let all = members.get(type);
	if (!all) {
		all = type.set.all.map((id) => ({ id, called: `[${type.set.nameOf(id)}]`, fixed: type.fixed(id) }));
		members.set(type, all);
	}
	return all;
}

function write(spot: Spot, type: AnyType, name: string, called: Called, value: unknown): void {
	const record = spot.writable as PlainRecord;
	if (isScalar(type)) {
		if (spot.holds(name) && record[name] !== value) complain.fixed(spot.path + called(spot));
		record[name] = scalar(type, value, (wants) => complain.range(spot.path + called(spot), value, wants));
		return;
	}
	// Read what is assigned, then write it, checked, into a composite of its own: the two never share anything.
	const source = snapshot(type, value);
	if (!spot.holds(name)) record[name] = copy(record[name]);
	put(type, read(spot, type, name, called), source);
}

const copy = (value: Plain): Plain => {
	if (Array.isArray(value)) return value.map(copy);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, copy(field)]));
};

/** The contents of a composite, of a view or a literal; nothing in it is checked yet. */
function snapshot(type: AnyType, value: unknown): unknown {
	switch (type.kind) {
		case "list":
			return (value as ListView).toArray();
		case "set":
			return type.set.all.map((id) => (value as SetView).has(id));
		case "perId":
			return type.set.all.map((id) => snapshot(type.of as AnyType, (value as readonly unknown[])[id]));
		case "record":
			return Object.fromEntries(
				Object.entries(type.fields).map(([name, of]) => [
					name,
					snapshot(of as AnyType, Reflect.get(value as object, name)),
				]),
			);
		default:
			return value;
	}
}

/** Writes contents through a view's checks. */
function put(type: AnyType, view: unknown, source: unknown): void {
	switch (type.kind) {
		case "list":
			(view as ListView).assign(source as readonly Scalar[]);
			return;
		case "set":
			(view as SetView).assign(source as readonly boolean[]);
			return;
		case "perId":
			for (const id of type.set.all)
				put(type.of as AnyType, (view as readonly unknown[])[id], (source as readonly unknown[])[id]);
			return;
		case "record":
			for (const [name, of] of Object.entries(type.fields)) {
				const value: unknown = Reflect.get(source as object, name);
				if (isScalar(of)) Reflect.set(view as object, name, value);
				else put(of as AnyType, Reflect.get(view as object, name), value);
			}
			return;
		default:
			throw new TypeError(`a ${type.kind} is no composite`);
	}
}
