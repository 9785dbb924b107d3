import type { Finding, Search } from "../explore/search.ts";
import { StepError } from "../machine/index.ts";
import type { Counterexample } from "../report/index.ts";
import { type Ending, rebuild, type Sources, type Subject, type Trace } from "../trace/index.ts";

/** The counterexample to a finding. Its path is kept, not the search, which would hold all states. */
export function counterexampleTo(finding: Finding, subject: Subject, search: Search, sources: Sources): Counterexample {
	const { property, message, length } = finding;
	const path = search.path(finding);
	const ending: Ending = message === undefined ? { kind: "false", property } : { kind: "raised", message };
	let trace: Trace | undefined;
	return {
		length,
		trace: () => {
			trace ??= rebuild(subject, path, ending, sources);
			return trace;
		},
	};
}

/** The steps that lead to a model error; none where a model is too erratic to be led there again. */
export function traceTo(search: Search, message: string, subject: Subject, sources: Sources): Trace | undefined {
	if (!search.failing) return undefined;
	const { state, error } = search.failing;
	const edge = error instanceof StepError ? error.edge.id : undefined;
	try {
		const path = search.path({ state, edge });
		return rebuild(subject, path, { kind: "failed", message, byStep: edge !== undefined }, sources);
	} catch {
		return undefined;
	}
}
