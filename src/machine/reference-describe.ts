import type { BuiltSystem, Process, Property } from "../lang/index.ts";
import type { Description } from "./machine.ts";
import { fieldsOf } from "./reference-scene.ts";
import type { ReferenceState } from "./reference-state.ts";
import { type PlainRecord, showRecord } from "./reference-values.ts";

/** The state in the model's words, exactly as the packed machine gives it. */
export function describeReference(
	{ state, processes }: BuiltSystem,
	properties: readonly Property[],
	{ data, controls }: ReferenceState,
): Description {
	const ghosts = properties.flatMap(({ id, ghost }, i) =>
		Object.keys(ghost).length === 0 ? [] : [[id, showRecord(ghost, data.ghosts[i] as PlainRecord)]],
	);
	return {
		state: showRecord(state.fields, data.shared),
		ghosts: Object.fromEntries(ghosts),
		processes: controls.map(({ at, active }, p) => ({
			name: (processes[p] as Process).name,
			at,
			stack: active.map(({ routine }, depth) => ({
				routine: routine.name,
				frame: showRecord(fieldsOf(routine), data.frames[p]?.[depth] as PlainRecord),
			})),
		})),
	};
}
