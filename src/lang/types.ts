import { ModelError } from "./error.ts";
import { requireKnown } from "./known.ts";

declare const idBrand: unique symbol;
declare const valueBrand: unique symbol;

/** A member of the id set named `N`: a small number that only fits where that set is meant. */
export type Id<N extends string> = number & { readonly [idBrand]: N };

/** A finite type of the modelling language whose values are seen in TypeScript as `V`. */
export interface Type<V> {
	readonly kind: string;
	readonly [valueBrand]?: V;
}

/** A type whose value is one number in the state: what lists hold and `maybe` wraps. */
export interface Scalar<V> extends Type<V> {
	readonly scalar: true;
}

/** What a value of type `T` is in TypeScript. */
export type ValueOf<T> = T extends Type<infer V> ? V : never;
/** Fields of a record, the state or a frame by name: letters, digits and _, none first a digit. */
export type Fields = Readonly<Record<string, Type<unknown>>>;
/** What closures see of such fields. A write that does not fit the type is a model error. */
export type RecordOf<F extends Fields> = { -readonly [K in keyof F]: ValueOf<F[K]> };

/** What `bool` is. */
export interface BoolType extends Scalar<boolean> {
	readonly kind: "bool";
}
/** What `range()` makes: both bounds included. */
export interface RangeType extends Scalar<number> {
	readonly kind: "range";
	readonly lo: number;
	readonly hi: number;
}
/** What `oneOf()` makes. */
export interface OneOfType<L extends string> extends Scalar<L> {
	readonly kind: "oneOf";
	readonly names: readonly L[];
}
/** The type of the members of an id set, which the set itself is. */
export interface IdType<N extends string> extends Scalar<Id<N>> {
	readonly kind: "id";
	readonly set: IdSet<N>;
}
/** What `maybe()` makes. */
export interface MaybeType<V> extends Scalar<V | null> {
	readonly kind: "maybe";
	readonly of: Scalar<V>;
}
/** What `record()` makes. */
export interface RecordType<F extends Fields> extends Type<RecordOf<F>> {
	readonly kind: "record";
	readonly fields: F;
}
/** What `perId()` makes; `fixed` names the fields that never change for a member. */
export interface PerIdType<N extends string, V> extends Type<PerId<N, V>> {
	readonly kind: "perId";
	readonly set: IdSet<N>;
	readonly of: Type<V>;
	readonly fixed: (id: Id<N>) => readonly string[];
}
/** What `list()` makes. */
export interface ListType<V> extends Type<List<V>> {
	readonly kind: "list";
	readonly of: Scalar<V>;
	readonly capacity: number;
}
/** What `setOf()` makes. */
export interface SetType<N extends string> extends Type<IdMask<N>> {
	readonly kind: "set";
	readonly set: IdSet<N>;
}

/** One composite value for each member of an id set. */
export type PerId<N extends string, V> = { readonly [I in Id<N>]: V };

/** A bounded list. Overflow, and taking from an empty list, are model errors. */
export interface List<V> {
	readonly length: number;
	/** The element at `i`, counted from the head, which is 0; beyond the last is a model error. */
	at(i: number): V;
	/** Adds `v` behind the last; more than the capacity is a model error. */
	push(v: V): void;
	/** Removes and returns the head; of an empty list is a model error. */
	shift(): V;
	includes(v: V): boolean;
	/** Removes the first element equal to `v`; absent is a model error. */
	remove(v: V): void;
	clear(): void;
	/** The elements from the head, copied. */
	toArray(): V[];
}

/** A member of some id set. */
export interface Member {
	readonly set: IdSet<string>;
	readonly id: number;
}

/** A set of ids. To add one that is there, or delete one that is not, changes nothing. */
export interface IdMask<N extends string> {
	readonly size: number;
	has(id: Id<N>): boolean;
	add(id: Id<N>): void;
	delete(id: Id<N>): void;
	clear(): void;
}

/** False, which is the initial value, or true. */
export const bool: BoolType = { kind: "bool", scalar: true };

/** The whole numbers from `lo`, the initial value, to `hi`, both included: 65,536 at most. Else throws ModelError. */
export function range(lo: number, hi: number): RangeType {
	if ((lo | 0) !== lo || (hi | 0) !== hi || hi < lo || hi - lo > 0xffff)
		throw new ModelError(
			`range(${lo}, ${hi}) has no finite bound: give two whole 32-bit numbers, the lower first, at most 65536 values`,
		);
	return { kind: "range", scalar: true, lo, hi };
}

/** One of the named constants; the first is the initial value. */
export function oneOf<const L extends string>(...names: readonly L[]): OneOfType<L> {
	if (names.length === 0 || new Set(names).size !== names.length)
		throw new ModelError(`oneOf(${names.join(", ")}): names must be distinct and at least one`);
	return { kind: "oneOf", scalar: true, names };
}

/** A scalar or null; null is the initial value. */
export function maybe<V>(of: Scalar<V>): MaybeType<V> {
	requireType(of, "maybe");
	return { kind: "maybe", scalar: true, of };
}

/** Named fields, each initially as its type is. Throws ModelError for a name that is none, or a field without a type. */
export function record<F extends Fields>(fields: F): RecordType<F> {
	requireFields(fields, "field");
	return { kind: "record", fields };
}

/**
 * One `of` (a record, list, set or perId) for each member of `set`. The fields that `fixed` names never
 * change for that member: they keep their initial value and take no room in stored states.
 */
export function perId<N extends string, V extends object>(
	set: IdSet<N>,
	of: Type<V>,
	options: { fixed?: (id: Id<N>) => readonly (keyof V & string)[] } = {},
): PerIdType<N, V> {
	requireKnown(`perId(${set.name})`, options, { fixed: true });
	requireType(of, `perId(${set.name})`);
	if ("scalar" in of) throw new ModelError(`perId(${set.name}): wrap the scalar in a record, so that it has a name`);
	return { kind: "perId", set, of, fixed: options.fixed ?? (() => []) };
}

/** At most `capacity` scalars (1 to 255, else throws ModelError), in order; initially empty. */
export function list<V>(of: Scalar<V>, capacity: number): ListType<V> {
	requireType(of, "list");
	if (!Number.isSafeInteger(capacity) || capacity < 1 || capacity > 255)
		throw new ModelError(`list(…, ${capacity}) has no finite bound: give a capacity from 1 to 255`);
	return { kind: "list", of, capacity };
}

/** A set of members of `set`; initially empty. */
export function setOf<N extends string>(set: IdSet<N>): SetType<N> {
	return { kind: "set", set };
}

/**
 * A finite set of ids, itself the type of its members. Interchangeable ids (the default) promise that the
 * model only compares them, indexes with them and iterates over them without order; that is what symmetry
 * reduction relies on.
 */
export class IdSet<N extends string> implements IdType<N> {
	declare readonly [valueBrand]?: Id<N>;
	readonly kind = "id";
	readonly scalar = true;
	readonly #names: string[] = [];
	readonly #owners: (readonly Member[])[] = [];
	#all: readonly Id<N>[] = [];
	constructor(
		readonly name: N,
		readonly interchangeable: boolean,
	) {}
	get set(): this {
		return this;
	}
	/** How many members it has. */
	get count(): number {
		return this.#names.length;
	}
	/** Its members; the same array until one is added. */
	get all(): readonly Id<N>[] {
		return this.#all;
	}
	/**
	 * Adds a member; sets may grow until the model is linked. `owners`: the members of other sets that it belongs to,
	 * as a CPU's work item to that CPU. When owners are exchanged, what belongs to them is exchanged with them, in the
	 * order in which it was added.
	 */
	add(name = `${this.name}${this.count}`, ...owners: readonly Member[]): Id<N> {
		if (this.#names.includes(name)) throw new ModelError(`${this.name}: two members are named ${name}`);
		const id = (this.#names.push(name) - 1) as Id<N>;
		this.#owners.push(owners);
		this.#all = [...this.#all, id];
		return id;
	}
	/** The `i`-th member, from 0. Throws ModelError where there is none. */
	id(i: number): Id<N> {
		if (!Number.isSafeInteger(i) || i < 0 || i >= this.count)
			throw new ModelError(`there is no ${this.name} ${i}: the set has ${this.count}`);
		return i as Id<N>;
	}
	/** A member's name, as reports show it. */
	nameOf(id: number): string {
		return this.#names[id] ?? `${this.name}?${id}`;
	}
	/** A member, for saying what belongs to it. */
	member(id: Id<N>): Member {
		return { set: this as unknown as IdSet<string>, id };
	}
	/** What `add` was told of a member. */
	ownersOf(id: number): readonly Member[] {
		return this.#owners[id] ?? [];
	}
}

/**
 * `count` ids (0 to 200, else throws ModelError) named `name0`, `name1`, …; `ordered` ids are not interchangeable. The
 * first is the initial value of a field.
 */
export function ids<const N extends string>(name: N, count: number, options: { ordered?: boolean } = {}): IdSet<N> {
	requireKnown(`ids("${name}")`, options, { ordered: true });
	if (!Number.isSafeInteger(count) || count < 0 || count > 200)
		throw new ModelError(`ids("${name}", ${count}) has no finite bound: give a count from 0 to 200`);
	const set = new IdSet(name, options.ordered !== true);
	for (let i = 0; i < count; i++) set.add();
	return set;
}

/** The members of interchangeable sets among the values of `fields`. */
export function membersIn(fields: Fields, values: Readonly<Record<string, unknown>>): Member[] {
	return Object.entries(fields).flatMap(([name, type]) =>
		type instanceof IdSet && type.interchangeable && name in values ? [type.member(values[name] as never)] : [],
	);
}

/** Fields of a record or frame: their names are those of accessors in generated code. */
export function requireFields(fields: Fields, what: string): void {
	const { kind } = fields as { readonly kind?: unknown };
	if (typeof kind === "string")
		throw new ModelError(`${what} kind: a whole type stands among the fields: give it a name, and no ... before it`);
	for (const [name, type] of Object.entries(fields)) {
		if (!/^[A-Za-z_]\w*$/.test(name) || name === "constructor" || name === "__proto__")
			throw new ModelError(`${what} ${name}: a name is letters, digits and _, and does not begin with a digit`);
		requireType(type, `${what} ${name}`);
	}
}

function requireType(type: unknown, where: string): void {
	if (typeof type !== "object" || type === null || !("kind" in type))
		throw new ModelError(
			`${where}: ${JSON.stringify(type)} is not a type of the modelling language, so it has no finite bound`,
		);
}
