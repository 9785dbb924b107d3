import { alone } from "./alone.ts";
import { type Critical, criticalWindows } from "./critical.ts";
import { type Involved, involvedIn } from "./involved.ts";
import { type Standing, standingIn } from "./standing.ts";
import type { Subject } from "./subject.ts";
import type { Trace } from "./trace.ts";

/** What is found out about a counterexample by looking at the model again. */
export interface Explanation {
	readonly critical: Critical;
	readonly involved: readonly Involved[];
	/** Where the last state is an end that should not have been: what has become of everybody. Else empty. */
	readonly standing: readonly Standing[];
}

/** Explains the counterexample `path` to `property`, of which `trace` was made. */
export function explained(subject: Subject, property: string, path: readonly number[], trace: Trace): Explanation {
	return alone(subject.machine, property, () => ({
		critical: criticalWindows(subject, property, path),
		involved: involvedIn(subject, property, path, trace),
		standing: trace.cut ? [] : standingAt(subject, property, path),
	}));
}

function standingAt({ system, machine }: Subject, property: string, path: readonly number[]): Standing[] {
	machine.initial();
	for (const id of path) machine.take(id);
	const index = machine.properties.findIndex(({ id }) => id === property);
	const isEnd = machine.holds(index, "invariant") && !machine.holds(index, "terminal");
	return isEnd ? standingIn({ system, machine }) : [];
}
