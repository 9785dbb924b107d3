import { setImmediate } from "node:timers/promises";
import type { Exploration } from "../explore/exploration.ts";
import { type Keep, Search } from "../explore/search.ts";
import { Simulation } from "../explore/simulation.ts";
import { compile, type Machine, NotInterchangeable } from "../machine/index.ts";
import { type Failure, isBad, type ScenarioResult, type StateComparison, type Status } from "../report/index.ts";
import type { Subject } from "../trace/index.ts";
import { Crew } from "./crew.ts";
import { counterexampleOf, type Found, foundBy, once, runOf, type Told, traceTo } from "./evidence.ts";
import { failureOf } from "./failure.ts";
import { figuresOf } from "./figures.ts";
import type { Orders } from "./orders.ts";
import { outcomesOf } from "./outcomes.ts";
import { nameOf } from "./scenarios.ts";
import { statementsOf } from "./statements.ts";
import type { Task, Watcher } from "./task.ts";
import { verdictsOf } from "./verdicts.ts";

/** Milliseconds of searching between looks at the terminal and at Ctrl-C. */
const SLICE = 100;
/** The same while other threads are about to join. */
const SHORT_SLICE = 10;
/** Seconds after which others are asked to join: what is done by then needs none. */
const LONG = 0.1;

/** How the reductions that were in force name it. */
const QUOTIENT = "a quotient over ";

/** What a scenario came to, with the ways that were found. Data that one thread can hand to another. */
export type Explored = ScenarioResult<Found>;

/** Explores one scenario and says what came out. */
export async function verify(task: Task, watcher: Watcher): Promise<ScenarioResult> {
	const { explored, subject } = await exploreScenario(task, watcher);
	return presented(explored, task, { kept: () => subject });
}

/** Where what is told of a scenario may come from. */
export interface At {
	/** What it was explored with, if this thread still has it. */
	readonly kept?: () => Subject | undefined;
	/** What another thread has made of the counterexample to a property, if it has. */
	readonly told?: (property: string) => Told | undefined;
}

/** With counterexamples, made when first asked for, in place of the ways that were found. */
export function presented(explored: Explored, task: Task, { kept, told }: At): ScenarioResult {
	const { model, scenario, only, sources, minimise } = task;
	const made = once((): Subject => {
		const system = model.build(scenario);
		// One that was refused while searching is not looked at again, for it may not be found out so soon.
		const quotient = explored.reductions.some((each) => each.startsWith(QUOTIENT));
		return { system, machine: compile(system, { only, symmetry: true, quotient }), only };
	});
	const subject = () => kept?.() ?? made();
	const shown = (found: Found | undefined) =>
		found && counterexampleOf(found, subject, sources, minimise, () => told?.(found.property));
	const properties = explored.properties.map((property) => ({
		...property,
		counterexample: shown(property.counterexample),
		witness: shown(property.witness),
		run: property.run && runOf(property.run, subject, sources),
	}));
	return { ...explored, properties };
}

/** A scenario that was explored. */
export interface Exploring {
	readonly explored: Explored;
	/** What it was explored with; none where it could not be built. */
	readonly subject: Subject | undefined;
}

export async function exploreScenario(task: Task, watcher: Watcher): Promise<Exploring> {
	const refused = new Map<string, string>();
	for (;;) {
		try {
			return await explore(task, refused, watcher);
		} catch (error) {
			// What was explored so far relied on it: once more without.
			if (!(error instanceof NotInterchangeable)) throw error;
			refused.set(error.swap, error.message);
		}
	}
}

async function explore(task: Task, refused: ReadonlyMap<string, string>, watcher: Watcher): Promise<Exploring> {
	const { model, scenario, limits, only, threads } = task;
	const name = nameOf(model, scenario);
	const symmetry = !task.simulate && task.reductions.has("symmetry");
	const quotient = !task.simulate && task.reductions.has("quotient");
	const compilation = { only, refused, symmetry, quotient, audit: task.audit === true };
	let subject: Subject;
	let search: Exploration;
	try {
		const system = model.build(scenario);
		subject = { system, machine: compile(system, compilation), only };
		const { machine } = subject;
		search = task.simulate ? new Simulation(machine, limits, task.simulate) : new Search(machine, limits);
	} catch (error) {
		return { explored: failed(task, undefined, failureOf(error, task.sources)), subject: undefined };
	}
	let crew: Crew | undefined;
	try {
		while (search.slice(crew?.expected ? SHORT_SLICE : SLICE)) {
			watcher.tick(name, search.progress);
			if (
				threads &&
				threads.workers > 1 &&
				threads.idle() &&
				search instanceof Search &&
				search.joinable &&
				search.progress.seconds > LONG
			)
				crew ??= crewFor(search, threads, { scenario, compilation });
			// Signals, and threads that are ready, are heard only here.
			await setImmediate();
			crew?.admit();
			if (watcher.interrupted()) search.stop("interrupt");
		}
	} catch (error) {
		if (error instanceof NotInterchangeable) throw error;
		const failure = failureOf(error, task.sources);
		return { explored: failed(task, search, { ...failure, trace: traceTo(search, subject, task.sources) }), subject };
	} finally {
		crew?.end();
	}
	const done = result(task, search);
	try {
		const figures = await figuresOf(task, search, watcher, name);
		return { explored: { ...done, properties: [...done.properties, ...figures] }, subject };
	} catch (error) {
		if (error instanceof NotInterchangeable) throw error;
		return { explored: failed(task, search, failureOf(error, task.sources)), subject };
	}
}

function crewFor(
	search: Search,
	{ idle: _, ...threads }: NonNullable<Task["threads"]>,
	about: Pick<Orders, "scenario" | "compilation">,
) {
	return new Crew(search, { ...threads, ...about });
}

function result(task: Task, search: Exploration): Explored {
	const { findings, stopped } = search;
	const properties = verdictsOf(search, task.only, (finding) => foundBy(search, finding));
	const violated = properties.some(isBad);
	const status: Status = violated ? "violated" : stopped ? "incomplete" : "holds";
	const cuts = [...findings.values()].filter(({ message }) => message !== undefined).map(({ property }) => property);
	return { ...common(task, search), status, properties, cuts };
}

function failed(task: Task, search: Exploration | undefined, failure: Failure): Explored {
	return { ...common(task, search), status: "error", properties: [], cuts: [], failure };
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

function reductionsOf({ group, quotient }: Machine): Pick<ScenarioResult, "reductions" | "unreduced"> {
	const quotients = quotient ? [quotient] : [];
	return {
		reductions: [
			...group.classes.map((over) => `symmetry over ${over}`),
			...quotients.filter(({ refused }) => refused === undefined).map(({ over }) => `${QUOTIENT}${over}`),
		],
		unreduced: [
			...group.refused.map(({ over, reason }) => `no symmetry over ${over}: ${reason}`),
			...quotients.filter(({ refused }) => refused).map(({ over, refused }) => `no quotient over ${over}: ${refused}`),
		],
	};
}
