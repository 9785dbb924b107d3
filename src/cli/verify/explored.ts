import type { Exploration } from "../../explore/exploration.ts";
import { type Keep, Search } from "../../explore/search.ts";
import type { BuiltSystem } from "../../lang/index.ts";
import type { Machine } from "../../machine/index.ts";
import {
	type DeclaredRoutine,
	type Failure,
	isBad,
	type Outcome,
	type ScenarioResult,
	type StateComparison,
	type Statement,
	type Status,
} from "../../report/index.ts";
import { nameOf } from "../plan/scenarios.ts";
import { type Found, foundBy } from "./evidence.ts";
import { outcomesOf } from "./outcomes.ts";
import { routinesOf } from "./routines.ts";
import { type Placed, statementsOf } from "./statements.ts";
import type { Task } from "./task.ts";
import { verdictsOf } from "./verdicts.ts";

/** What a scenario came to, with the ways that were found. Data that one thread can hand to another. */
export interface Explored extends Omit<ScenarioResult<Found>, "statements" | "outcomes" | "routines"> {
	readonly statements: readonly Placed<Statement>[];
	readonly outcomes: readonly Placed<Outcome>[];
	readonly routines: readonly Placed<DeclaredRoutine>[];
}

/** What came of a search that has ended. */
export function resultOf(task: Task, system: BuiltSystem, search: Exploration): Explored {
	const { findings, stopped } = search;
	const properties = verdictsOf(search, task.only, (finding) => foundBy(search, finding));
	const violated = properties.some(isBad);
	const status: Status = violated ? "violated" : stopped ? "incomplete" : "holds";
	const cuts = [...findings.values()].filter(({ message }) => message !== undefined).map(({ property }) => property);
	const routines = routinesOf(system, task.sources);
	return { ...common(task, search), status, properties, cuts, routines };
}

/** What a search had found to be violated when an error in the model ended it; nothing of a model that is too erratic. */
export function violatedBefore(task: Task, search: Exploration): Failure["before"] {
	try {
		const properties = verdictsOf(search, task.only, (finding) => foundBy(search, finding));
		return properties.flatMap(({ id, counterexample }) =>
			counterexample ? [{ property: id, steps: counterexample.steps.length }] : [],
		);
	} catch {
		return [];
	}
}

/** Of one that an error in the model has ended, or kept from beginning. */
export function failedResult(task: Task, search: Exploration | undefined, failure: Failure): Explored {
	return { ...common(task, search), status: "error", properties: [], cuts: [], routines: [], failure };
}

const COMPARISONS: Readonly<Record<Keep, StateComparison>> = {
	whole: "exact",
	compressed: "exact",
	hashed: "hash-compact",
	bits: "bitstate",
};

function common({ model, scenario, sources, simulate, audit = false, limits }: Task, search: Exploration | undefined) {
	const statements = search ? statementsOf(search.machine, sources) : [];
	const part = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, scenario[name]]));
	const { states = 0, transitions = 0, depth = 0, seconds = 0 } = search?.progress ?? {};
	return {
		name: nameOf(model, scenario),
		axes: part(model.axes) as Record<string, string | number>,
		sizes: part(model.sizes) as Record<string, number>,
		stopped: search?.stopped,
		simulation: simulate,
		audit,
		comparison: COMPARISONS[limits.keep ?? "whole"],
		coverage: search instanceof Search ? search.coverage : { expanded: 0, depth: -1, omitted: 0 },
		states,
		transitions,
		depth,
		seconds,
		bits: search?.machine.bits ?? 0,
		...(search ? reductionsOf(search.machine) : { reductions: [], unreduced: [] }),
		statements,
		outcomes: search ? outcomesOf(search.machine, statements, sources) : [],
		failure: undefined,
	};
}

/** How the reductions that were in force name it. */
const QUOTIENT = "a quotient over ";
export const isQuotient = (reduction: string): boolean => reduction.startsWith(QUOTIENT);

function reductionsOf({ group, quotient, eager }: Machine): Pick<ScenarioResult, "reductions" | "unreduced"> {
	const quotients = quotient ? [quotient] : [];
	return {
		reductions: [
			...group.classes.map((over) => `symmetry over ${over}`),
			...quotients.flatMap(({ over, refused }) => (refused === undefined ? over.map((each) => QUOTIENT + each) : [])),
			...(eager ? ["eager switches, moves and ends"] : []),
		],
		unreduced: [
			...group.refused.map(({ over, reason }) => `no symmetry over ${over}: ${reason}`),
			...quotients
				.filter(({ refused }) => refused)
				.map(({ over, refused }) => `no quotient over ${over.join(" and ")}: ${refused}`),
		],
	};
}
