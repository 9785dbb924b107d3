import type { BuiltSystem, Process, Property } from "../../lang/index.ts";
import type { Description } from "../machine.ts";
import type { Control } from "./rest.ts";
import { fieldsOf } from "./scene.ts";
import type { ReferenceState } from "./state.ts";
import { type PlainRecord, showRecord } from "./values.ts";

type ProcessDescription = Description["processes"][number];

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
		processes: controls.map((control, p) =>
			describeProcess((processes[p] as Process).name, control, data.frames[p] as PlainRecord[]),
		),
	};
}

/** Most steps leave most processes where they were: what was said of one is kept with where it stands. */
const said = new WeakMap<Control, { readonly frames: PlainRecord[]; readonly words: ProcessDescription }>();

function describeProcess(name: string, control: Control, frames: PlainRecord[]): ProcessDescription {
	const known = said.get(control);
	if (known?.frames === frames) return known.words;
	const stack = control.active.map(({ routine }, depth) => ({
		routine: routine.name,
		frame: showRecord(fieldsOf(routine), frames[depth] as PlainRecord),
	}));
	const words = { name, at: control.at, stack };
	said.set(control, { frames, words });
	return words;
}
