import type { ScenarioResult, Statement, Stop } from "./result.ts";
import { count, grouped } from "./text/wrap.ts";

/** What every verdict of a scenario relies on: without these it says nothing. */
export interface Label {
	readonly scenario: string;
	/** Values of the axes and sizes: the bounds. */
	readonly axes: Readonly<Record<string, string | number>>;
	readonly sizes: Readonly<Record<string, number>>;
	readonly memoryModel: string;
	readonly comparison: string;
	readonly determinism: string;
	/** None when empty. */
	readonly reductions: readonly string[];
	/** Reductions that were not possible, and why. */
	readonly unreduced: readonly string[];
	/** How much of it was seen: every interleaving, or why not. */
	readonly explored: string;
	readonly states: number;
	readonly transitions: number;
	readonly depth: number;
	/** Statements that no run took, and how many there are in all. */
	readonly unreached: readonly Statement[];
	readonly statements: number;
}

/** What all these searches rely on. */
export function commonTo(scenarios: readonly ScenarioResult[]) {
	const audit = scenarios.length > 0 && scenarios.every((scenario) => scenario.audit);
	return {
		memoryModel: "SC",
		/** In which states it was seen that steps are deterministic. */
		determinism: audit ? "every state" : "sampled",
		comparison: scenarios[0]?.comparison ?? "exact",
	} as const;
}

export function labelOf(result: ScenarioResult): Label {
	const { name, axes, sizes, reductions, unreduced, states, transitions, depth, statements, failure } = result;
	return {
		scenario: name,
		axes,
		sizes,
		...commonTo([result]),
		reductions,
		unreduced,
		explored: failure ? "only what came before the error in the model" : (unseen(result) ?? "every interleaving"),
		states,
		transitions,
		depth,
		unreached: statements.filter(({ taken }) => taken === 0),
		statements: statements.length,
	};
}

/** In which states it was made sure of what the searches rely on. */
export function assurance(scenarios: readonly ScenarioResult[]): string {
	const { determinism } = commonTo(scenarios);
	const reductions = scenarios.flatMap((scenario) => scenario.reductions);
	const some = (kind: string) => reductions.some((each) => each.startsWith(kind));
	if (determinism === "sampled")
		return `that steps are deterministic${reductions.length > 0 ? " and reductions lose nothing" : ""} is checked in a sample of states`;
	return (
		`that steps are deterministic${some("symmetry") ? " and ids interchangeable" : ""} is checked in every state` +
		(some("a quotient") ? ", that a quotient loses nothing in a sample of them" : "")
	);
}

/** The label of one scenario in a line. */
export function labelText(result: ScenarioResult): string {
	const { simulation, stopped, failure } = result;
	const { states, depth, unreached, statements } = labelOf(result);
	const end = failure ? "the error in the model" : stopped && STOPS[stopped];
	const seen = simulation
		? `of ${bounded(result)} only random walks, which prove nothing`
		: end
			? `of ${bounded(result)} ${stopped === "lossy" && !failure ? "not all for certain" : `only what was explored before ${end}`}`
			: `every interleaving of ${bounded(result)}`;
	const all = count(statements, "statement");
	const taken = unreached.length === 0 ? `all ${all}` : `${statements - unreached.length} of ${all}`;
	const found = `${count(states, "state")}, depth ${grouped(depth)}, ${taken} taken`;
	return `${seen}, ${manner([result])}: ${found}`;
}

/** How the searches went about it. */
export function manner(scenarios: readonly ScenarioResult[]): string {
	const names = [...new Set(scenarios.flatMap(({ reductions }) => reductions))];
	return `under sequential consistency, ${names.length > 0 ? `reduced by ${names.join(", ")}` : "no reductions"}`;
}

/** A scenario with all its sizes: `v4/direct/full (cpus=2, bios=2)`. */
export function bounded({ name, sizes }: ScenarioResult): string {
	const all = Object.entries(sizes).map(([size, value]) => `${size}=${value}`);
	return (name.split(" ")[0] as string) + (all.length > 0 ? ` (${all.join(", ")})` : "");
}

export const STOPS: Readonly<Record<Stop, string>> = {
	states: "the limit on states",
	time: "the limit on time",
	memory: "the limit on memory",
	depth: "the limit on depth",
	interrupt: "an interrupt",
	walks: "the last of its random walks",
	lossy: "states that were taken for others",
};

/** Why not everything of a scenario was seen; nothing where it was. */
export function unseen(result: ScenarioResult): string | undefined {
	const { simulation, stopped, states, depth } = result;
	if (!stopped) return undefined;
	if (!simulation) return [...(stopped === "lossy" ? [] : [ended(result)]), ...lossy(result)].join("; ");
	const early = stopped === "walks" ? "" : `, ended by ${STOPS[stopped]}`;
	const { walks, seed } = simulation;
	return `only walked at random, which proves nothing: ${count(walks, "walk")} from seed ${seed}${early}; ${count(states - 1, "step")}, at most ${depth} in a walk`;
}

function ended({ stopped, coverage, states, depth }: ScenarioResult): string {
	const all = coverage.depth < 0 ? "" : `, among them all up to depth ${grouped(coverage.depth)}`;
	return (
		`ended by ${STOPS[stopped as Stop]} at ${count(states, "state")}, depth ${grouped(depth)}: ` +
		`${grouped(coverage.expanded)} were expanded${all}`
	);
}

function lossy({ comparison, coverage: { omitted } }: ScenarioResult): string[] {
	if (comparison === "exact") return [];
	return [
		`not exhaustive, for --${comparison} takes states for others: ${figure(omitted)} are expected to have been omitted, ` +
			`and the omission probability (of at least one) is ${figure(probabilityOf(omitted))}`,
	];
}

/** That at least one was omitted, where so many are expected to be. */
export const probabilityOf = (omitted: number): number => -Math.expm1(-omitted);

/** Two digits that count. */
const figure = (n: number): string => (n === 0 ? "0" : n >= 10 ? grouped(Math.round(n)) : n.toPrecision(2));
