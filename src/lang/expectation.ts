import type { Scenario } from "./model.ts";

/** The last two are those of `sometimes` properties. */
export type Verdict = "holds" | "violated" | "vacuous" | "reached" | "never reached";

/** What a cost comes to: the most of any run; `unbounded` where a run can have ever more. */
export type Figure = `at most ${number}` | "unbounded";

/** The verdict that the rules demand of one property in one scenario, found by hand. */
export interface Expected {
	readonly verdict: Verdict | Figure;
	/** Which rules make it so. */
	readonly because: string;
}

/** A model's spec: for a scenario, the expected verdict of every property by its id. */
export type Expectations = (scenario: Scenario) => Readonly<Record<string, Expected>>;

/** Statements that no run of the model may take, in any of its scenarios: all others must be taken in some. */
export type Unreachable = readonly {
	readonly routine: string;
	readonly label: string;
	/** Why it stands there and is never taken. */
	readonly because: string;
}[];

/**
 * For each design that holds somewhere, by the value of the model's first axis (`default` where it has none): changes
 * of it that are wrong, and that some property catches. A design that is such a change of another needs none itself.
 */
export type Mutants = Readonly<Record<string, Mutant | readonly Mutant[]>>;
/** One wrong change of a design, and what catches it. */
export interface Mutant {
	/**
	 * The scenario that is the design so changed: a value of every axis; sizes are the defaults, unless given. It is of
	 * another design, or of another value of an axis named `mutant` than that axis' first.
	 */
	readonly scenario: Scenario;
	/** The property that is violated there, and that the design itself does not violate with all else the same. */
	readonly caughtBy: string;
	/** What was changed, where the scenario's name does not say it. */
	readonly because?: string;
}
