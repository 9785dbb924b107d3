import { confined } from "../explore/confined.ts";
import { type Machine, messageOf } from "../machine/index.ts";
import { inWords, type SavedStep, type SavedTrace } from "./saved.ts";
import { changesBy, initialState, type Way, waysFrom } from "./steps.ts";

/** The first step at which a model no longer does what it did when a trace was saved. */
export interface Departure {
	/** Number of the step, from 1. */
	readonly step: number;
	/** `gone`: not possible here any more; `changes`: it changes other things; `raises`, `quiet`: an error is new, or gone. */
	readonly how: "gone" | "changes" | "raises" | "quiet";
	/** What it changes now, or what it raises. */
	readonly now: readonly string[];
	/** Where it is gone: what is possible instead, and in which state. */
	readonly instead: readonly Way[];
	readonly from: Int32Array;
}

/** How far a saved trace leads in a machine. */
export interface Followed {
	/** Ids of the steps that could be taken. */
	readonly path: readonly number[];
	readonly departure: Departure | undefined;
}

interface Stand {
	readonly state: Int32Array;
	readonly path: readonly number[];
}

interface Move {
	readonly way: Way;
	readonly from: Stand;
	readonly changes: readonly string[];
}

/**
 * Takes the steps of a saved trace by their names. Where several steps of a name are possible, all of them are
 * followed, but only those that change what was saved if there are any.
 */
export function follow(searched: Machine, { steps, cut }: Pick<SavedTrace, "steps" | "cut">): Followed {
	const machine = confined(searched);
	let stands: Stand[] = [{ state: initialState(machine), path: [] }];
	let departure: Departure | undefined;
	for (const [i, step] of steps.entries()) {
		const raises = cut && i === steps.length - 1;
		const moves = movesBy(machine, stands, step);
		const same = moves.filter(({ way, changes }) => !way.next === raises && (raises || alike(changes, step.changes)));
		const [first] = same.length > 0 ? same : moves;
		if (same.length === 0) departure ??= departed(machine, i + 1, first, raises, stands[0] as Stand);
		if (!first) break;
		if (!first.way.next) return { path: [...first.from.path, first.way.step.id], departure };
		stands = distinct(same.length > 0 ? same : moves);
	}
	return { path: stands[0]?.path ?? [], departure };
}

function movesBy(machine: Machine, stands: readonly Stand[], { process, routine, label }: SavedStep): Move[] {
	return stands.flatMap((from) => {
		machine.load(from.state, 0);
		const { processes } = machine.describe();
		const named = machine.steps.filter(
			(step) =>
				step.label === label && step.instance.routine.name === routine && processes[step.process]?.name === process,
		);
		return waysFrom(machine, from.state, named).map((way) => ({
			way,
			from,
			changes: changesBy(machine, from.state, way).map(inWords),
		}));
	});
}

function departed(machine: Machine, step: number, move: Move | undefined, raises: boolean, from: Stand): Departure {
	if (!move) return { step, how: "gone", now: [], instead: waysFrom(machine, from.state), from: from.state };
	const { way, changes } = move;
	if (!way.next) {
		return { step, how: "raises", now: [messageOf(way.error)], instead: [], from: from.state };
	}
	return { step, how: raises ? "quiet" : "changes", now: changes, instead: [], from: from.state };
}

/** Where the moves lead, each state once. */
function distinct(moves: readonly Move[]): Stand[] {
	const found = new Map<string, Stand>();
	for (const { way, from } of moves)
		if (way.next && !found.has(way.next.join()))
			found.set(way.next.join(), { state: way.next, path: [...from.path, way.step.id] });
	return [...found.values()];
}

const alike = (a: readonly string[], b: readonly string[]): boolean =>
	a.length === b.length && a.every((each, i) => each === b[i]);
