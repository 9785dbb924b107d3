import type { ScenarioResult } from "./result.ts";
import { groupBy } from "./text/group.ts";

/** Names of scenarios; those that differ only in the last axis become one where they are all there. */
export function namesOf(names: readonly string[], scenarios: readonly ScenarioResult[]): string {
	if (names.length === scenarios.length) return names.length === 1 ? (names[0] as string) : "any of these scenarios";
	const starred = (name: string) => name.replace(/[^/ ]+(?= |$)/, "*");
	const all = groupBy(
		scenarios.map(({ name }) => name),
		starred,
	);
	return [...groupBy(names, starred)]
		.flatMap(([star, members]) => (members.length > 1 && members.length === all.get(star)?.length ? [star] : members))
		.join(", ");
}
