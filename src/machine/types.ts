import type {
	BoolType,
	Fields,
	IdType,
	ListType,
	MaybeType,
	OneOfType,
	PerIdType,
	RangeType,
	RecordType,
	Scalar,
	SetType,
	Type,
} from "../lang/index.ts";

/** A local that has no value until it is written: code 0 is "unset", and reading that is a model error. */
interface UnsetType extends Scalar<unknown> {
	readonly kind: "unset";
	readonly of: Scalar<unknown>;
}

/** Every type there is, to switch over. */
export type AnyType =
	| BoolType
	| RangeType
	| OneOfType<string>
	| IdType<string>
	| MaybeType<unknown>
	| UnsetType
	| RecordType<Fields>
	| PerIdType<string, unknown>
	| ListType<unknown>
	| SetType<string>;

export const isScalar = (type: Type<unknown>): type is Scalar<unknown> => "scalar" in type;

/** How a local of declared type `type` is kept: scalars other than `maybe` start unset. */
export function localType(type: Type<unknown>): AnyType {
	return isScalar(type) && type.kind !== "maybe"
		? ({ kind: "unset", scalar: true, of: type } as UnsetType)
		: (type as AnyType);
}

/**
 * How an argument is kept: it has a value as long as its frame stands, but where it names an interchangeable id, the
 * slot of a frame that is gone must not look like the first of them.
 */
export function argumentType(type: AnyType): AnyType {
	return type.kind === "id" && type.set.interchangeable ? localType(type) : type;
}

const shapes = new WeakMap<AnyType, string>();

/** Equal for types that share one layout and one view class. */
export function shapeOf(type: AnyType): string {
	const shape = shapes.get(type) ?? describe(type);
	shapes.set(type, shape);
	return shape;
}

function describe(type: AnyType): string {
	switch (type.kind) {
		case "bool":
			return "b";
		case "range":
			return `r${type.lo}:${type.hi}`;
		case "oneOf":
			return `o${JSON.stringify(type.names)}`;
		case "id":
			return `i${type.set.name}:${type.set.count}`;
		case "maybe":
		case "unset":
			return `${type.kind[0]}(${shapeOf(type.of as AnyType)})`;
		case "record":
			return `{${Object.entries(type.fields)
				.map(([name, field]) => `${name}:${shapeOf(field as AnyType)}`)
				.join(",")}}`;
		case "perId":
			return `p${type.set.name}:${type.set.count}(${shapeOf(type.of as AnyType)})`;
		case "list":
			return `l${type.capacity}(${shapeOf(type.of as AnyType)})`;
		case "set":
			return `s${type.set.name}:${type.set.count}`;
	}
}

/** A value of the type, in words of the model: ids by name. */
export function show(type: AnyType, value: unknown): unknown {
	switch (type.kind) {
		case "id":
			return type.set.nameOf(value as number);
		case "maybe":
			return value === null ? null : show(type.of as AnyType, value);
		case "unset":
			return value === undefined ? undefined : show(type.of as AnyType, value);
		case "list":
			return (value as { toArray(): unknown[] }).toArray().map((v) => show(type.of as AnyType, v));
		case "set":
			return type.set.all
				.filter((id) => (value as { has(id: number): boolean }).has(id))
				.map((id) => type.set.nameOf(id));
		case "record": {
			const fields: Record<string, unknown> = {};
			for (const name of Object.keys(type.fields))
				fields[name] = show(type.fields[name] as AnyType, (value as Record<string, unknown>)[name]);
			return fields;
		}
		case "perId": {
			const members: Record<string, unknown> = {};
			for (const id of type.set.all)
				members[type.set.nameOf(id)] = show(type.of as AnyType, (value as Record<number, unknown>)[id]);
			return members;
		}
		default:
			return value;
	}
}
