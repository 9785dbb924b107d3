import type { ScenarioResult } from "./result.ts";
import { groupBy } from "./text/group.ts";

/** Names of scenarios; those that differ only in one axis become one where all of that axis are there. */
export function namesOf(names: readonly string[], scenarios: readonly Pick<ScenarioResult, "name">[]): string {
	if (names.length === scenarios.length) return names.length === 1 ? (names[0] as string) : "any of these scenarios";
	const wanted = new Set(names);
	const others = scenarios.filter(({ name }) => !wanted.has(name)).map(({ name }) => partsOf(name));
	let patterns = [...names];
	for (let axis = partsOf(names[0] ?? "").length - 1; axis >= 0; axis--)
		patterns = [...groupBy(patterns, (name) => starred(name, axis))].flatMap(([star, members]) =>
			members.length > 1 && !others.some((other) => matches(other, partsOf(star))) ? [star] : members,
		);
	const isMore = (name: string, other: string): boolean => other !== name && matches(partsOf(name), partsOf(other));
	return patterns.filter((name) => !patterns.some((other) => isMore(name, other))).join(", ");
}

/** By axis, and sizes that are not the default behind the last one's value. */
const partsOf = (name: string): string[] => name.split("/");

const STAR = "*";

const starred = (name: string, axis: number): string =>
	partsOf(name)
		.map((part, i) => (i === axis ? part.replace(/^[^ ]+/, STAR) : part))
		.join("/");

/** A star stands for any value, and not for other sizes. */
const matches = (parts: readonly string[], pattern: readonly string[]): boolean =>
	pattern.every(
		(wanted, i) => parts[i] === wanted || (wanted.startsWith(STAR) && sizesIn(parts[i]) === sizesIn(wanted)),
	);

const sizesIn = (part = ""): string => part.replace(/^[^ ]+/, "");
