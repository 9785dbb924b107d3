import { setImmediate } from "node:timers/promises";
import type { Exploration } from "../../explore/exploration.ts";
import { Search } from "../../explore/search.ts";
import { Simulation } from "../../explore/simulation.ts";
import type { Location } from "../../lang/index.ts";
import { type Compilation, compile, type Machine, NotInterchangeable } from "../../machine/index.ts";
import type { ScenarioResult } from "../../report/index.ts";
import type { Subject } from "../../trace/index.ts";
import { failureOf } from "../failure.ts";
import { nameOf } from "../plan/scenarios.ts";
import { Crew } from "./crew.ts";
import { counterexampleOf, type Found, once, runOf, type Told, traceTo } from "./evidence.ts";
import { type Explored, failedResult, isQuotient, resultOf, violatedBefore } from "./explored.ts";
import { figuresOf } from "./figures.ts";
import { systemFor } from "./system.ts";
import type { Task, Watcher } from "./task.ts";

/** Milliseconds of searching between looks at the terminal and at Ctrl-C. */
const SLICE = 100;
/** The same while other threads are about to join. */
const SHORT_SLICE = 10;
/** Seconds after which others are asked to join: what is done by then needs none. */
const LONG = 0.1;

/** Explores one scenario and says what came out. */
export async function verify(task: Task, watcher: Watcher): Promise<ScenarioResult> {
	const { explored, subject } = await exploreScenario(task, watcher);
	return presented(explored, task, { kept: () => subject });
}

/** What need not be made, for it is there. */
interface AtHand {
	/** What it was explored with, if this thread still has it. */
	readonly kept?: () => Subject | undefined;
	/** What another thread has made of the counterexample to a property, if it has. */
	readonly told?: (property: string) => Told | undefined;
}

/** With counterexamples, made when first asked for, in place of the ways that were found, and lines in place of positions. */
export function presented(explored: Explored, task: Task, { kept, told }: AtHand): ScenarioResult {
	const { only, sources, minimise } = task;
	const made = once((): Subject => {
		const system = systemFor(task);
		// One that was refused while searching is not looked at again, for it may not be found out so soon.
		const quotient = explored.reductions.some(isQuotient);
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
	const placed = <T extends { readonly at: Location | undefined }>({ at, ...rest }: T) => ({
		...rest,
		get source() {
			return sources.line(at);
		},
	});
	return {
		...explored,
		properties,
		statements: explored.statements.map(placed),
		outcomes: explored.outcomes.map(placed),
		routines: explored.routines.map(placed),
	};
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
	const { model, scenario, only, sources } = task;
	let subject: Subject | undefined;
	let search: Exploration | undefined;
	try {
		const system = systemFor(task);
		const compilation = compilationFor(task, refused);
		subject = { system, machine: compile(system, compilation), only };
		search = explorationOf(task, subject.machine);
		await finish(search, task, compilation, watcher);
		const done = resultOf(task, system, search);
		const figures = await figuresOf(task, search, watcher, nameOf(model, scenario));
		return { explored: { ...done, properties: [...done.properties, ...figures] }, subject };
	} catch (error) {
		if (error instanceof NotInterchangeable) throw error;
		const failure = failureOf(error, sources);
		const trace = search && subject && traceTo(search, subject, sources);
		const before = search ? violatedBefore(task, search) : [];
		return { explored: failedResult(task, search, { ...failure, trace, before }), subject };
	}
}

/** Random walks take every state as it is. */
const compilationFor = (
	{ only, reductions, simulate, audit = false }: Task,
	refused: ReadonlyMap<string, string>,
): Compilation => ({
	only,
	refused,
	symmetry: !simulate && reductions.has("symmetry"),
	quotient: !simulate && reductions.has("quotient"),
	audit,
});

const explorationOf = ({ limits, simulate }: Task, machine: Machine): Exploration =>
	simulate ? new Simulation(machine, limits, simulate) : new Search(machine, limits);

/** Searches to the end, with other threads once it takes long and they have nothing else to do. */
async function finish(search: Exploration, task: Task, compilation: Compilation, watcher: Watcher): Promise<void> {
	const { model, scenario, threads, workers, reductions } = task;
	const name = nameOf(model, scenario);
	let crew: Crew | undefined;
	try {
		while (search.slice(crew?.expected ? SHORT_SLICE : SLICE)) {
			watcher.tick(name, search.progress);
			if (threads && search instanceof Search && isShared(search, task)) {
				const { bundle, index } = threads;
				crew ??= new Crew(search, { workers, bundle, index, scenario, reductions, compilation });
			}
			// Signals, and threads that are ready, are heard only here.
			await setImmediate();
			crew?.admit();
			if (watcher.interrupted()) search.stop("interrupt");
		}
	} finally {
		crew?.end();
	}
}

const isShared = (search: Search, { workers, threads }: Task): boolean =>
	workers > 1 && threads?.idle() === true && search.joinable && search.progress.seconds > LONG;
