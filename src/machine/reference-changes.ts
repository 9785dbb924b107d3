import type { Patch } from "immer";
import { type Fields, type Property, record } from "../lang/index.ts";
import type { Activation, Control } from "./reference-rest.ts";
import { fieldsOf } from "./reference-scene.ts";
import type { Change, ReferenceState } from "./reference-state.ts";
import { initialRecord, type Plain, type PlainRecord, showPlain } from "./reference-values.ts";
import type { AnyType } from "./types.ts";

/** What immer's patches say, at the grain of the model's types: whole lists and sets, single scalars. */
export function changes(
	fields: Fields,
	properties: readonly Property[],
	before: ReferenceState,
	after: ReferenceState,
	patches: readonly Patch[],
): Change[] {
	const found = new Map<string, Change>();
	const note = (where: string, from: unknown, to: unknown) => {
		if (JSON.stringify([from]) !== JSON.stringify([to])) found.set(where, { where, from, to });
	};
	for (const {
		path: [part, i, ...path],
	} of patches) {
		if (part === "shared")
			touched(
				record(fields) as AnyType,
				i === undefined ? [] : [i, ...path],
				before.data.shared,
				after.data.shared,
				"",
				note,
			);
		else if (part === "ghosts") {
			const { id, ghost } = properties[Number(i)] as Property;
			touched(record(ghost) as AnyType, path, before.data.ghosts[Number(i)], after.data.ghosts[Number(i)], id, note);
		} else if (part === "frames") frames(Number(i), before, after, note);
	}
	return [...found.values()];
}

type Note = (where: string, from: unknown, to: unknown) => void;

/** Compares what lies at and below `path` of a value at `where`. */
function touched(
	type: AnyType,
	path: readonly (string | number)[],
	before: Plain,
	after: Plain,
	where: string,
	note: Note,
): void {
	const [key, ...rest] = path;
	const each = (name: string | number, of: unknown, at: string) => {
		if (key === undefined || String(key) === String(name))
			touched(of as AnyType, rest, Reflect.get(before as object, name), Reflect.get(after as object, name), at, note);
	};
	if (type.kind === "record")
		for (const [name, of] of Object.entries(type.fields)) each(name, of, where === "" ? name : `${where}.${name}`);
	else if (type.kind === "perId") for (const id of type.set.all) each(id, type.of, `${where}[${type.set.nameOf(id)}]`);
	else note(where, showPlain(type, before), showPlain(type, after));
}

/** Compares the frames of process `p`: a routine that was called begins with nothing, one that returned is gone. */
function frames(p: number, before: ReferenceState, after: ReferenceState, note: Note): void {
	(after.controls[p] as Control).active.forEach(({ routine, path }: Activation, depth) => {
		const fields = fieldsOf(routine);
		const same = before.controls[p]?.active[depth]?.path === path;
		const was = same ? (before.data.frames[p]?.[depth] as PlainRecord) : initialRecord(fields);
		const is = after.data.frames[p]?.[depth] as PlainRecord;
		for (const [name, type] of Object.entries(fields))
			touched(type as AnyType, [], was[name], is[name], `${routine.name}: ${name}`, note);
	});
}
