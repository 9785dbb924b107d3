import { type BuiltSystem, routinesIn } from "../../lang/index.ts";
import type { DeclaredRoutine } from "../../report/index.ts";
import type { Sources } from "../../trace/index.ts";
import { keyOf, type Placed } from "./statements.ts";

/** The routines that were declared for a system, and whether any of its processes calls them. */
export function routinesOf({ processes, routines }: BuiltSystem, sources: Sources): Placed<DeclaredRoutine>[] {
	const called = new Set(processes.flatMap(({ routine }) => [...routinesIn(routine)]));
	return routines.map((routine) => ({
		key: keyOf(routine.name, "", routine.origin),
		routine: routine.name,
		called: called.has(routine),
		at: sources.placeOf(routine.origin, routine.origin),
	}));
}
