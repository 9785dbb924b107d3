import { type Fields, ModelError } from "../lang/index.ts";
import type { Bank, Vector } from "./bank.ts";
import { nameOf } from "./complaints.ts";
import { freeze } from "./frozen.ts";
import { width } from "./layout.ts";
import { type AnyType, isScalar, shapeOf } from "./types.ts";
import { indexed } from "./undeclared.ts";

type View = object;
type ViewClass = new (offset: number, path: string, children: readonly View[]) => View;
type FrameClass = new (path: string, offsets: readonly number[], children: readonly View[]) => View;

/** Which fields of a record are declared never to change; all means its composites' contents too. */
type Fixed = readonly string[] | "all";

// What a view keeps for itself is named with a $, which no field of the author's has.

/**
 * Builds views over one working vector: objects with an accessor per field, so that the author's closures run on
 * packed numbers as they would on plain objects. Types of the same shape share a class, which keeps the call
 * sites in helpers monomorphic.
 */
export class Views {
	/** Views of records some fields of which are fixed. */
	readonly #fixed: { readonly view: View; readonly names: readonly string[] }[] = [];
	/** Views of lists and sets that are fixed as a whole. */
	readonly #frozen: (() => void)[] = [];
	/** Arrays of views, each with what it must hold: V8 reads frozen arrays slowly, so they are checked instead. */
	readonly #arrays: { readonly array: View[]; readonly intact: readonly View[]; readonly path: string }[] = [];
	/** What was found in place of a view, and not yet whose it is. */
	#wrong: string | undefined;
	/** Where the vector begins in the bank's cells. */
	readonly #base: number;

	constructor(
		readonly vector: Vector,
		readonly bank: Bank,
	) {
		this.#base = vector.byteOffset / vector.BYTES_PER_ELEMENT;
	}

	/**
	 * A view of the value of `type` that starts at `offset`. Views of one class have the same fields to check for being
	 * `fixed`: those of `some`.
	 */
	make(type: AnyType, offset: number, path: string, fixed: Fixed = [], some: Fixed = fixed): View {
		if (type.kind === "perId") {
			const size = width(type.of as AnyType);
			const any = fixed === "all" ? fixed : [...new Set(type.set.all.flatMap((id) => type.fixed(id)))];
			const array = type.set.all.map((id) => {
				const at = `${path}[${type.set.nameOf(id)}]`;
				const names = fixed === "all" ? fixed : type.fixed(id);
				return this.make(type.of as AnyType, offset + id * size, at, names, any);
			});
			this.#arrays.push({ array, intact: [...array], path });
			return indexed(array, () => path);
		}
		const View = this.#class(type, some);
		if (type.kind === "record") {
			const names = fixed === "all" ? Object.keys(type.fields) : fixed;
			const children = this.#children(type.fields, offset, path, names);
			const view = new View(this.#base + offset, path, children);
			if (names.length > 0) this.#fixed.push({ view, names });
			return view;
		}
		const view = new View(this.#base + offset, path, []);
		if (fixed === "all") {
			const slots = this.vector.subarray(offset, offset + width(type));
			this.#frozen.push(() => freeze(view, new View(this.#base + offset, path, []), slots, path));
		}
		return view;
	}

	/** A view whose fields lie at `offsets`, in the order of `fields`. To a `peek`, a local without value is undefined. */
	frame(fields: Readonly<Record<string, AnyType>>, offsets: readonly number[], path: string, peek = false): View {
		const entries = Object.entries(fields);
		const shape = `${peek ? "peek " : ""}${entries.map(([name, type]) => `${name}:${shapeOf(type)}`).join(",")}`;
		const params = entries.map((_, i) => `this.$${i} = offsets[${i}];`).join(" ");
		const made = this.bank.classOf(
			`frame ${shape}`,
			() =>
				`class Frame { constructor(path, offsets, children) { this.$p = path; ${params} ${childFields(entries)} Object.preventExtensions(this); }
				${entries.map(([name, type], i) => accessor(name, type, `W[this.$${i}]`, false, peek)).join("\n")} }; ${peek ? "" : behind("Frame")} return Frame;`,
		) as FrameClass;
		const children = entries.flatMap(([name, type], i) =>
			isScalar(type) ? [] : [this.make(type, offsets[i] ?? 0, `${path}${name}`)],
		);
		return new made(
			path,
			offsets.map((o) => o + this.#base),
			children,
		);
	}

	/** Ends the initialisation, during which fields declared fixed take their value. */
	freezeFixed(): void {
		for (const { view, names } of this.#fixed) for (const name of names) Reflect.set(view, isFixed(name), true);
		for (const freezeView of this.#frozen) freezeView();
	}

	/** Demands that the step that was just taken has not put something else in place of a view. */
	check(): void {
		const wrong = this.#mended();
		if (wrong !== undefined) throw new ModelError(wrong);
	}

	/** Has views in their places again; what some step has put there is told by `settle()`, unless its second run tells whose it was. */
	mend(): void {
		this.#wrong ??= this.#mended();
	}

	/** Demands that no step has put something else in place of a view. */
	settle(): void {
		this.mend();
		if (this.#wrong !== undefined) throw new ModelError(this.#wrong);
	}

	#mended(): string | undefined {
		let first: string | undefined;
		for (const { array, intact, path } of this.#arrays) {
			const wrong = wrongIn(array, intact, path);
			if (wrong === undefined) continue;
			for (const name of Object.keys(array)) Reflect.deleteProperty(array, name);
			array.length = intact.length;
			Object.assign(array, intact);
			first ??= wrong;
		}
		return first;
	}

	#children(fields: Fields, offset: number, path: string, fixed: readonly string[]): View[] {
		const views: View[] = [];
		let at = offset;
		for (const [name, field] of Object.entries(fields)) {
			const type = field as AnyType;
			const child = path === "" ? name : `${path}.${name}`;
			if (!isScalar(type)) views.push(this.make(type, at, child, fixed.includes(name) ? "all" : []));
			at += width(type);
		}
		return views;
	}

	#class(type: AnyType, fixed: Fixed): ViewClass {
		const shape = `${shapeOf(type)} ${fixed}`;
		return this.bank.classOf(shape, () => viewSource(type, fixed)) as ViewClass;
	}
}

function wrongIn(array: readonly View[], intact: readonly View[], path: string): string | undefined {
	if (array.length !== intact.length) return `${path} is indexed by what is not an id of its set`;
	for (let i = 0; i < array.length; i++)
		if (array[i] !== intact[i])
			return `an element of ${path} was assigned to: assign to its fields, or to all of ${path}`;
	// A plain array takes any name: without an id before the field nothing of the state would be written.
	const name = Object.keys(array)[array.length];
	return name === undefined
		? undefined
		: `${path}.${name} is written, and was not declared: ${path} is indexed by an id first`;
}

function viewSource(type: AnyType, fixed: Fixed): string {
	if (type.kind === "record") {
		const entries = Object.entries(type.fields) as [string, AnyType][];
		const canBeFixed = (name: string): boolean => fixed === "all" || fixed.includes(name);
		const free = entries.flatMap(([name]) => (canBeFixed(name) ? [`this.${isFixed(name)} = false;`] : [])).join(" ");
		let at = 0;
		const accessors = entries.map(([name, field]) => {
			const source = accessor(name, field, `W[this.$o + ${at}]`, canBeFixed(name));
			at += width(field);
			return source;
		});
		return `class Record { constructor(offset, path, children) { this.$o = offset; this.$p = path === "" ? "" : path + "."; ${free} ${childFields(entries)} Object.preventExtensions(this); }
			${accessors.join("\n")}
			$copy(v) { ${entries.map(([name]) => `this.${name} = v.${name};`).join(" ")} } }; ${behind("Record")} return Record;`;
	}
	if (type.kind === "list") return listSource(type.of as AnyType, type.capacity);
	if (type.kind === "set") return setSource(type.set.count, nameOf({ kind: "id", scalar: true, set: type.set }));
	throw new ModelError(`no view of a ${type.kind}`);
}

/** A name that was not declared is an error to read, too; properties ask frames of several designs what they have. */
const behind = (View: string): string => `Object.setPrototypeOf(${View}.prototype, U);`;

/** Where a view notes that this field of its record has its value for good. */
const isFixed = (name: string): string => `$fixed_${name}`;

const childFields = (entries: readonly (readonly [string, AnyType])[]): string =>
	entries
		.filter(([, type]) => !isScalar(type))
		.map(([name], i) => `this.$_${name} = children[${i}];`)
		.join(" ");

function accessor(name: string, type: AnyType, cell: string, canBeFixed: boolean, peek = false): string {
	if (!isScalar(type)) {
		return `get ${name}() { return this.$_${name}; } set ${name}(v) { ${assign(type, `this.$_${name}`, "v")} }`;
	}
	const check = canBeFixed ? `if (this.${isFixed(name)} && this.${name} !== v) E.fixed(this.$p + "${name}");` : "";
	return `get ${name}() { const c = ${cell}; return ${decode(type, "c", peek ? "undefined" : `E.unset(this.$p + "${name}")`)}; }
		set ${name}(v) { ${check} ${encode(
			type,
			"v",
			(code) => `${cell} = ${code};`,
			(wants) => `E.range(this.$p + "${name}", v, ${wants});`,
		)} }`;
}

/** Statements that copy composite `from` over `to`. */
function assign(type: AnyType, to: string, from: string): string {
	if (type.kind !== "perId") return `${to}.$copy(${from});`;
	return type.set.all.map((i) => assign(type.of as AnyType, `${to}[${i}]`, `${from}[${i}]`)).join(" ");
}

/** An expression for the value that code `c` stands for. */
function decode(type: AnyType, c: string, unset: string): string {
	switch (type.kind) {
		case "bool":
			return `${c} !== 0`;
		case "range":
			return type.lo === 0 ? c : `${c} + ${type.lo}`;
		case "oneOf":
			return type.names.reduceRight(
				(rest, name, i) => (rest === "" ? JSON.stringify(name) : `${c} === ${i} ? ${JSON.stringify(name)} : ${rest}`),
				"",
			);
		case "id":
			return c;
		case "maybe":
			return `${c} === 0 ? null : ${decode(type.of as AnyType, `(${c} - 1)`, unset)}`;
		case "unset":
			return `${c} === 0 ? ${unset} : ${decode(type.of as AnyType, `(${c} - 1)`, unset)}`;
		default:
			throw new ModelError(`a ${type.kind} is not one number`);
	}
}

/** Statements that store the code of value `v`, or fail. */
function encode(type: AnyType, v: string, store: (code: string) => string, fail: (wants: string) => string): string {
	const wrong = fail(JSON.stringify(nameOf(type)));
	switch (type.kind) {
		case "bool":
			return `if (${v} === true) ${store("1")} else if (${v} === false) ${store("0")} else ${wrong}`;
		case "range":
			return `if ((${v} | 0) === ${v} && ${v} >= ${type.lo} && ${v} <= ${type.hi}) ${store(type.lo === 0 ? v : `${v} - ${type.lo}`)} else ${wrong}`;
		case "id":
			return `if ((${v} | 0) === ${v} && ${v} >= 0 && ${v} < ${type.set.count}) ${store(v)} else ${wrong}`;
		case "oneOf":
			return `${type.names.map((name, i) => `if (${v} === ${JSON.stringify(name)}) ${store(`${i}`)}`).join(" else ")} else ${wrong}`;
		case "maybe":
			return `if (${v} === null) ${store("0")} else { ${encode(
				type.of as AnyType,
				v,
				(code) => store(`(${code}) + 1`),
				() => wrong,
			)} }`;
		case "unset":
			return encode(type.of as AnyType, v, (code) => store(`(${code}) + 1`), fail);
		default:
			throw new ModelError(`a ${type.kind} is not one number`);
	}
}

/** A list of codes: each that of an element plus one, then 0 up to the capacity. */
function listSource(of: AnyType, capacity: number): string {
	const put = encode(
		of,
		"v",
		(code) => `W[at] = (${code}) + 1;`,
		(wants) => `E.range(this.$p + " element", v, ${wants});`,
	);
	const get = decode(of, "(c - 1)", "0");
	const find = (found: string) =>
		`for (let k = this.$o, end = k + ${capacity}, c; k < end && (c = W[k]) !== 0; k++) if ((${get}) === v) ${found}`;
	return `class List { constructor(offset, path) { this.$o = offset; this.$p = path; }
		get length() { const o = this.$o; let n = 0; while (n < ${capacity} && W[o + n] !== 0) n++; return n; }
		at(i) { const c = i >= 0 && i < ${capacity} ? W[this.$o + i] : 0; if (!(c > 0)) E.absent(this.$p, "element " + i); return ${get}; }
		push(v) { const n = this.length; if (n === ${capacity}) E.overflow(this.$p, ${capacity}); const at = this.$o + n; ${put} }
		shift() { const c = W[this.$o]; if (c === 0) E.absent(this.$p, "head"); this.$drop(this.$o); return ${get}; }
		$drop(at) { const last = this.$o + ${capacity - 1}; for (let c = 1; c !== 0; at++) W[at] = c = at < last ? W[at + 1] : 0; }
		includes(v) { ${find("return true;")} return false; }
		remove(v) { ${find("return this.$drop(k);")} E.absent(this.$p, "element " + v); }
		clear() { for (let k = this.$o, end = k + ${capacity}; k < end && W[k] !== 0; k++) W[k] = 0; }
		$copy(l) { const o = this.$o; if (l instanceof List) { const from = l.$o; for (let k = 0; k < ${capacity}; k++) W[o + k] = W[from + k]; return; } const n = l.length; if (n > ${capacity}) E.overflow(this.$p, ${capacity}); const a = l.toArray(); this.clear(); for (let i = 0; i < n; i++) this.push(a[i]); }
		toArray() { const a = []; for (let k = this.$o, end = k + ${capacity}, c; k < end && (c = W[k]) !== 0; k++) a.push(${get}); return a; }
	}; return List;`;
}

function setSource(count: number, wants: string): string {
	const check = `if (!((v | 0) === v && v >= 0 && v < ${count})) E.range(this.$p + " member", v, ${JSON.stringify(wants)});`;
	return `class IdMask { constructor(offset, path) { this.$o = offset; this.$p = path; }
		get size() { let n = 0; for (let k = this.$o; k < this.$o + ${count}; k++) n += W[k]; return n; }
		has(v) { ${check} return W[this.$o + v] !== 0; }
		add(v) { ${check} W[this.$o + v] = 1; }
		delete(v) { ${check} W[this.$o + v] = 0; }
		clear() { for (let k = this.$o; k < this.$o + ${count}; k++) W[k] = 0; }
		$copy(m) { const a = []; for (let i = 0; i < ${count}; i++) a.push(m.has(i)); for (let i = 0; i < ${count}; i++) W[this.$o + i] = a[i] ? 1 : 0; }
	}; return IdMask;`;
}
