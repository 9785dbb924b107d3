import type { Description } from "../machine/index.ts";
import type { Change } from "./trace.ts";

/** What differs between two states, in the model's words. Lists and sets are compared whole. */
export function differences(before: Description, after: Description): Change[] {
	return [...stateChanges(before, after), ...frameChanges(before, after)];
}

/** As `differences`, of the shared state alone. */
export function stateChanges(before: Description, after: Description): Change[] {
	const changes: Change[] = [];
	compare("", before.state, after.state, (path, from, to) =>
		changes.push({ path, of: "state", from: text(from), to: text(to) }),
	);
	return changes;
}

/** Variables of routines that stand in both states, and those of routines that were entered; not those that ended. */
function frameChanges(before: Description, after: Description): Change[] {
	const changes: Change[] = [];
	after.processes.forEach(({ name, stack }, i) => {
		const old = before.processes[i]?.stack ?? [];
		let same = true;
		stack.forEach(({ routine, frame }, depth) => {
			same &&= old[depth]?.routine === routine;
			compare(`${name}: ${routine}`, same ? old[depth]?.frame : {}, frame, (path, from, to) => {
				if (to !== undefined) changes.push({ path, of: "frame", from: text(from), to: text(to) });
			});
		});
	});
	return changes;
}

function compare(
	path: string,
	from: unknown,
	to: unknown,
	report: (path: string, from: unknown, to: unknown) => void,
): void {
	if (isRecord(to) && (isRecord(from) || from === undefined)) {
		for (const key of Object.keys(to)) compare(path ? `${path}.${key}` : key, from?.[key], to[key], report);
		return;
	}
	if (text(from) !== text(to)) report(path, from, to);
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** A value of a description as a reader sees it. */
export function text(value: unknown): string {
	if (value === undefined) return "unset";
	if (value === null) return "none";
	if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
	if (isRecord(value))
		return `{${Object.entries(value)
			.map(([key, v]) => `${key}: ${text(v)}`)
			.join(", ")}}`;
	return String(value);
}
