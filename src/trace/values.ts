import { text } from "./diff.ts";
import type { Value } from "./trace.ts";

/** An identifier that is neither a member (`->x`, `.x`) nor called. */
const VARIABLE = /(?<![\w.]|->)[A-Za-z_]\w*\b(?!\s*\()/g;

/** The variables of `frame` that `label` names, in its order, with their values; unset ones are left out. */
export function valuesIn(label: string, frame: Readonly<Record<string, unknown>>): Value[] {
	const names = new Set(label.match(VARIABLE) ?? []);
	return [...names].flatMap((name) => {
		const value = Object.hasOwn(frame, name) ? frame[name] : undefined;
		return value === undefined ? [] : [{ name, value: text(value) }];
	});
}
