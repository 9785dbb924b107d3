import type { Location, Origin } from "../../lang/index.ts";
import type { Machine } from "../../machine/index.ts";
import type { Statement } from "../../report/index.ts";
import { isMark, type Sources } from "../../trace/index.ts";

/**
 * With its position in the code as it runs in place of its line: data that one thread can hand to another, of which only what is shown is
 * looked up.
 */
export type Placed<T extends { readonly source: unknown }> = Omit<T, "source"> & { readonly at: Location | undefined };

/** The model's statements, each once however often it is inlined, with how many transitions took it. */
export function statementsOf({ steps, taken, group }: Machine, sources: Sources): Placed<Statement>[] {
	const all = new Map<string, Placed<Statement> & { taken: number }>();
	for (const { id, label, origin, instance } of steps) {
		if (isMark(label)) continue;
		const { routine } = instance;
		const key = keyOf(routine.name, label, origin);
		const known = all.get(key);
		if (known) known.taken += taken[id] as number;
		else
			all.set(key, {
				key,
				routine: routine.name,
				label,
				at: sources.placeOf(origin, routine.origin),
				taken: taken[id] as number,
			});
	}
	const statements = [...all.values()];
	if (group.classes.length > 0) shareAlike(statements);
	return statements;
}

/** Equal for one place in the model's source, wherever calls have put it. */
export const keyOf = (routine: string, what: string, { author }: Origin): string =>
	`${routine}\0${what}\0${author?.file}:${author?.line}:${author?.column}`;

/** Where ids are interchangeable, what is taken for one is taken for all: labels may name them. */
function shareAlike(statements: readonly (Placed<Statement> & { taken: number })[]): void {
	const kind = ({ key }: Pick<Statement, "key">) => key.replace(/\d+(?=[^\0]*\0[^\0]*$)/g, "#");
	const taken = new Map<string, number>();
	for (const statement of statements)
		taken.set(kind(statement), Math.max(taken.get(kind(statement)) ?? 0, statement.taken));
	for (const statement of statements) if (statement.taken === 0) statement.taken = taken.get(kind(statement)) ?? 0;
}
