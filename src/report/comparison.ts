import type { Expected, Figure, Verdict } from "../lang/index.ts";
import type { SourceLine } from "../trace/index.ts";
import type { Which } from "./result.ts";

/** A verdict that is not the expected one. */
export interface Difference {
	readonly scenario: string;
	readonly property: string;
	/** Nothing, where the spec does not speak of the property. */
	readonly expected: Expected | undefined;
	/** Nothing, where the model has no such property; `none declared`, where the spec has no mutant of a design. */
	readonly actual: Verdict | Figure | "incomplete" | "none declared" | undefined;
}

/** A comparison of a model's verdicts with those that a spec expects. */
export interface Comparison {
	/** The spec's file. */
	readonly spec: string;
	readonly differences: readonly Difference[];
	/** Where the spec declares mutants: those caught, and how many are in scenarios that were not chosen. */
	readonly mutants?: { readonly caught: readonly CaughtMutant[]; readonly unseen: number };
	/** Where it does, and every scenario was explored: properties that none of them violates. */
	readonly neverViolated?: readonly string[] | undefined;
	/** Where the spec speaks of coverage; undefined entries where that could not be compared. */
	readonly coverage?: { readonly differences: readonly CoverageDifference[] | undefined };
}

/** A mutant of a design, in a scenario that violates the property which is to catch it. */
export interface CaughtMutant {
	readonly design: string;
	readonly scenario: string;
	readonly property: string;
	readonly because: string | undefined;
}

/** A statement that is never taken, or one that the spec declares unreachable and that is taken. */
export interface CoverageDifference {
	readonly routine: string;
	readonly label: string;
	readonly source: SourceLine | undefined;
	/** Why the spec declares it unreachable. */
	readonly because: string | undefined;
}

/** The violations that a spec did not expect. */
export const surprising =
	({ differences }: Comparison): Which =>
	(scenario, property) =>
		differences.some((d) => d.scenario === scenario.name && d.property === property.id);

/** Counterexamples worth their time in a report that has all of them: with a gate, those that are not as expected. */
export const telling = (gate: Comparison | undefined): Which => (gate ? surprising(gate) : () => true);
