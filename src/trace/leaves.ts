import type { Description } from "../machine/index.ts";
import { text } from "./diff.ts";

/** A value of a state with its path. */
export type Leaf = readonly [path: string, value: string];

/** Every value of a state: the shared ones, where each process stands with its variables, and properties' history. */
export function leavesOf({ state, ghosts, processes }: Description): Leaf[] {
	return [
		...flat("", state),
		...processes.flatMap(({ name, at, stack }): Leaf[] => [
			[name, at.endsWith(".end") ? "ended" : stack.map(({ routine }) => `${routine}()`).join(" > ")],
			...stack.flatMap(({ routine, frame }) => flat(`${name}: ${routine}`, frame)),
		]),
		...flat("history", ghosts),
	];
}

function flat(path: string, value: unknown): Leaf[] {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path, text(value)]];
	return Object.entries(value).flatMap(([name, each]) => flat(path === "" ? name : `${path}.${name}`, each));
}
