import type { Description } from "../machine/index.ts";
import { isRecord, text } from "./diff.ts";
import type { StateValue } from "./trace.ts";

/** A value of a state with its path. */
export type Leaf = readonly [path: string, value: string];

/** Every value of a state: the shared ones, where each process stands with its variables, and properties' history. */
export function leavesOf({ state, ghosts, processes }: Description): Leaf[] {
	return [
		...flat([], state),
		...processes.flatMap(({ name, at, stack }): Leaf[] => [
			[name, at.endsWith(".end") ? "ended" : stack.map(({ routine }) => `${routine}()`).join(" > ")],
			...stack.flatMap(({ routine, frame }) => flat([`${name}: ${routine}`], frame)),
		]),
		...flat(["history"], ghosts),
	];
}

/** Every value of the shared state. */
export const valuesOf = ({ state }: Description): StateValue[] => valuesIn([], state);

const flat = (path: readonly string[], value: unknown): Leaf[] =>
	valuesIn(path, value).map((each) => [each.path.join("."), each.value]);

function valuesIn(path: readonly string[], value: unknown): StateValue[] {
	if (!isRecord(value)) return [{ path, value: text(value) }];
	return Object.entries(value).flatMap(([key, inner]) => valuesIn([...path, key], inner));
}
