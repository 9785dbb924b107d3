import { labelsIn, routinesIn } from "./labels.ts";
import type { EventTypes, System } from "./system.ts";
import { IdSet } from "./types.ts";

type Parts = "state" | "events" | "processes" | "properties" | "costs";

/** What a system is made of, without its closures, as text: the same for two that are made alike. */
export function outlineOf(system: Pick<System<never, never, EventTypes>, Parts>): string {
	const { state, events, processes, properties, costs } = system;
	const routines = [...new Set(processes.flatMap(({ routine }) => [...routinesIn(routine)]))];
	return JSON.stringify(
		[
			state,
			events,
			processes.map(({ name, args, background }) => [name, args, background]),
			routines.map((routine) => [routine.name, routine.args, routine.locals, [...labelsIn(routine)]]),
			[...properties, ...costs].map(({ id }) => id),
		],
		(_, value) => (value instanceof IdSet ? [value.name, value.all.map((id) => value.nameOf(id))] : value),
	);
}
