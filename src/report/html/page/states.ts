import type { Race } from "../data.ts";

/** Values of one part of the state as a table: its members beside each other, their fields below. */
export interface Group {
	readonly name: string;
	/** One without a name where the part has no members. */
	readonly members: readonly string[];
	readonly fields: readonly { readonly field: string; readonly paths: readonly string[] }[];
}

/** The state before the first step and after each, by path. */
export function statesOf({ initial, steps }: Race): ReadonlyMap<string, string>[] {
	const states = [new Map(initial.map(([path, value]) => [path.join("."), value]))];
	for (const { changes } of steps) {
		const next = new Map(states.at(-1));
		for (const [path, , to, of] of changes) if (of === "state") next.set(path, to);
		states.push(next);
	}
	return states;
}

/** The parts of the state; only what some step changes, unless `all`. */
export function groupsOf({ initial, steps }: Race, all: boolean): Group[] {
	const changed = new Set(
		steps.flatMap(({ changes }) => changes.filter(([, , , of]) => of === "state").map(([path]) => path)),
	);
	const parts = initial.map(([path]) => ({ path: path.join("."), ...parted(path) }));
	const shown = parts.filter(({ path }) => all || changed.has(path));
	return distinct(shown, "group").map((name) => {
		const inside = shown.filter(({ group }) => group === name);
		const members = distinct(inside, "member");
		// Beside a value that changes, the same one of the other members is shown too.
		const path = (member: string, field: string) =>
			parts.find((each) => each.group === name && each.member === member && each.field === field)?.path ?? "";
		const fields = distinct(inside, "field").map((field) => ({
			field,
			paths: members.map((member) => path(member, field)),
		}));
		return { name, members, fields };
	});
}

const distinct = <K extends string>(parts: readonly Readonly<Record<K, string>>[], key: K): string[] => [
	...new Set(parts.map((part) => part[key])),
];

/** `cpu.CPU0.curr` is the field `curr` of the member `CPU0`; what is shorter has no member, or no group. */
function parted([group = "", ...rest]: readonly string[]): { group: string; member: string; field: string } {
	if (rest.length === 0) return { group: "state", member: "", field: group };
	if (rest.length === 1) return { group, member: "", field: rest[0] as string };
	return { group, member: rest[0] as string, field: rest.slice(1).join(".") };
}
