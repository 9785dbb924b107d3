import type { Figure, Per, PropertyClass, Verdict } from "../lang/index.ts";
import type { Explanation, Minimise, SourceLine, Trace } from "../trace/index.ts";

/** How a scenario as a whole came out; the worst that holds of it, in the order error, violated, incomplete. */
export type Status = "holds" | "violated" | "incomplete" | "error";
/** Why a search ended before everything was seen. */
export type Stop = "states" | "time" | "memory" | "depth" | "interrupt" | "walks" | "lossy";
/** How states are told apart: whole, or by so little that some are taken for others. */
export type StateComparison = "exact" | "hash-compact" | "bitstate";

/** How far a search went. */
export interface Coverage {
	/** States of which all steps were taken. */
	readonly expanded: number;
	/** They are all there are up to this depth; -1 where not even the initial state was expanded. */
	readonly depth: number;
	/** How many states are expected to have been taken for others by mistake. */
	readonly omitted: number;
}

export interface PropertyResult<C = Counterexample> {
	readonly id: string;
	readonly title: string;
	readonly statement: string;
	readonly class: PropertyClass;
	/** False where the model does not declare it, and a step raised it all the same. */
	readonly declared: boolean;
	/** Of a cost, its figure. */
	readonly verdict: Verdict | Figure | "incomplete";
	/** Whether it is vacuous because no run ends. */
	readonly endless?: boolean;
	/** Of a cost: of what it is also told for each one. */
	readonly per?: Per | undefined;
	/** Of a cost whose figure is not known: why its own search ended early; `search`, where the one for violations did. */
	readonly unknown?: Stop | "search" | "size" | undefined;
	/** Of a cost that was asked for by name: a run that comes to the most, explained by what its steps cost. */
	readonly run?: C | undefined;
	/** Of a property that is violated. */
	readonly counterexample: C | undefined;
	/** Of a `sometimes` property that is reached: how. */
	readonly witness: C | undefined;
}

/** Whether a verdict is not what it should be. */
export const isBad = ({ verdict }: Pick<PropertyResult, "verdict">): boolean =>
	verdict === "violated" || verdict === "never reached";

/** A counterexample, and of what there is no other with fewer; undefined where that is not known. */
export interface ShownAs {
	readonly trace: Trace;
	readonly fewest: Minimise | undefined;
}

export interface Counterexample {
	/** Steps. */
	readonly length: number;
	/** Of several scenarios, the one with the least is shown. */
	readonly rank: number;
	/** Rebuilt, and replayed by the reference interpreter, when first asked for. */
	readonly trace: () => Trace;
	/**
	 * What it has the fewest of among all counterexamples of the scenario, and then the fewest of the other; undefined
	 * where that would have taken too long to find out.
	 */
	readonly fewest: () => Minimise | undefined;
	/** The same as the search came upon it, without looking for a better one: a fraction of the work. */
	readonly found: () => ShownAs;
	/** What a second look at the model finds out about it: a second or two of work, done when first asked for. */
	readonly explanation: () => Explanation;
}

/** A statement of the model, wherever calls have put it. */
export interface Statement {
	/** Equal for one statement in several scenarios. */
	readonly key: string;
	readonly routine: string;
	readonly label: string;
	readonly source: SourceLine | undefined;
	/** Transitions that took it; 0 where no run reached it. */
	readonly taken: number;
}

/** A routine that was declared for a system. */
export interface DeclaredRoutine {
	/** Equal for one routine in several scenarios. */
	readonly key: string;
	readonly routine: string;
	readonly source: SourceLine | undefined;
	/** Whether it stands in any process. */
	readonly called: boolean;
}

/** A way in which a condition, a guard or a choice of the model can come out. */
export interface Outcome {
	/** Equal for one outcome in several scenarios. */
	readonly key: string;
	readonly routine: string;
	/** What is the case as long as it has not come, for example `list_empty(&q): never true`. */
	readonly missed: string;
	readonly source: SourceLine | undefined;
	/** Whether the question ever arose. */
	readonly asked: boolean;
	readonly came: boolean;
}

/** The model itself is wrong. */
export interface Failure {
	readonly message: string;
	readonly source: SourceLine | undefined;
	/** Leads to the step that met the error, if one did. */
	readonly trace: Trace | undefined;
	/** What had been found to be violated by then, which is often why. */
	readonly before: readonly { readonly property: string; readonly steps: number }[];
}

export interface ScenarioResult<C = Counterexample> {
	readonly name: string;
	readonly axes: Readonly<Record<string, string | number>>;
	readonly sizes: Readonly<Record<string, number>>;
	readonly status: Status;
	readonly stopped: Stop | undefined;
	readonly comparison: StateComparison;
	readonly coverage: Coverage;
	/** Random walks instead of a search: how many at most, and from which seed. Then states are counted at each visit. */
	readonly simulation: { readonly walks: number; readonly seed: number } | undefined;
	/** Whether it was made sure in every state, and not in a sample, of what verdicts rely on. */
	readonly audit: boolean;
	readonly states: number;
	readonly transitions: number;
	readonly depth: number;
	readonly seconds: number;
	/** Reductions that were in force. */
	readonly reductions: readonly string[];
	/** Reductions that were not possible, and why. */
	readonly unreduced: readonly string[];
	/** Bits of a state. */
	readonly bits: number;
	readonly properties: readonly PropertyResult<C>[];
	/** Ids of faults that ended the paths they were on: nothing was looked at beyond. */
	readonly cuts: readonly string[];
	/** Distinct statements of the model. */
	readonly statements: readonly Statement[];
	readonly outcomes: readonly Outcome[];
	readonly routines: readonly DeclaredRoutine[];
	readonly failure: Failure | undefined;
}

/** What a run found out about one model. */
export interface ModelResult {
	readonly name: string;
	readonly about: string;
	/** As it was given on the command line. */
	readonly file: string;
	readonly scenarios: readonly ScenarioResult[];
	/** Names of scenarios that an interrupt or a model error left unexplored. */
	readonly notBegun: readonly string[];
	/** Scenarios that the model itself refuses or leaves out. */
	readonly refused: readonly { readonly name: string; readonly reason: string }[];
	/** Routines of the model's file that no process of any scenario calls; undefined where not every scenario was begun. */
	readonly uncalled: readonly DeclaredRoutine[] | undefined;
}

/** A violated property with the scenario that shows it best; or a reached one, with its witness. */
export interface Shown {
	readonly scenario: ScenarioResult;
	readonly property: PropertyResult;
	readonly counterexample: Counterexample;
}

/** Which violations are meant. */
export type Which = (scenario: ScenarioResult, property: PropertyResult) => boolean;

/** The best of its length, or, for a fraction of the work, the one that the search came upon. */
export const shownAs = ({ trace, fewest, found }: Counterexample, best: boolean): ShownAs =>
	best ? { trace: trace(), fewest: fewest() } : found();

/** The best counterexample to each violated property over all scenarios, in the order of declaration. */
export function shortest(model: Pick<ModelResult, "scenarios">, which: Which = () => true): Shown[] {
	return best(model, (scenario, property) => (which(scenario, property) ? property.counterexample : undefined));
}

/** The best witness of each `sometimes` property that is reached. */
export function witnesses(model: ModelResult, which: Which = () => true): Shown[] {
	return best(model, (scenario, property) => (which(scenario, property) ? property.witness : undefined));
}

function best(
	model: Pick<ModelResult, "scenarios">,
	of: (...which: Parameters<Which>) => Counterexample | undefined,
): Shown[] {
	const best = new Map<string, Shown | undefined>();
	for (const scenario of model.scenarios)
		for (const property of scenario.properties) {
			const counterexample = of(scenario, property);
			const known = best.get(property.id);
			if (counterexample && !(known && known.counterexample.rank <= counterexample.rank))
				best.set(property.id, { scenario, property, counterexample });
			else if (!known) best.set(property.id, undefined);
		}
	return [...best.values()].filter((shown) => shown !== undefined);
}
