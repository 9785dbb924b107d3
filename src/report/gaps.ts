import type { DeclaredRoutine, Outcome, ScenarioResult, Statement } from "./result.ts";

/** What no run of any of some scenarios did. */
export interface Gaps {
	/** All statements there are, and those never taken. */
	readonly statements: readonly Statement[];
	readonly untaken: readonly Statement[];
	/** All outcomes there are of what was asked, and those that never came. */
	readonly outcomes: readonly Outcome[];
	readonly missed: readonly Outcome[];
	/** Routines that no process calls. */
	readonly uncalled: readonly DeclaredRoutine[];
}

export function gapsIn(scenarios: readonly Pick<ScenarioResult, "statements" | "outcomes" | "routines">[]): Gaps {
	const statements = new Map<string, { statement: Statement; taken: number }>();
	for (const statement of scenarios.flatMap((scenario) => scenario.statements)) {
		const known = statements.get(statement.key) ?? { statement, taken: 0 };
		known.taken += statement.taken;
		statements.set(statement.key, known);
	}
	const outcomes = new Map<string, { outcome: Outcome; asked: boolean; came: boolean }>();
	for (const outcome of scenarios.flatMap((scenario) => scenario.outcomes)) {
		const known = outcomes.get(outcome.key) ?? { outcome, asked: false, came: false };
		known.asked ||= outcome.asked;
		known.came ||= outcome.came;
		outcomes.set(outcome.key, known);
	}
	const declared = scenarios.flatMap(({ routines }) => routines);
	const called = new Set(declared.filter((routine) => routine.called).map(({ key }) => key));
	const uncalled = new Map(declared.filter(({ key }) => !called.has(key)).map((routine) => [routine.key, routine]));
	const all = [...statements.values()];
	const asked = [...outcomes.values()].filter((known) => known.asked);
	return {
		statements: all.map(({ statement }) => statement),
		untaken: all.filter(({ taken }) => taken === 0).map(({ statement }) => statement),
		outcomes: asked.map(({ outcome }) => outcome),
		missed: asked.filter(({ came }) => !came).map(({ outcome }) => outcome),
		uncalled: [...uncalled.values()],
	};
}
