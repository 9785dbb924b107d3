import type { BuiltSystem } from "../lang/index.ts";
import { type Machine, type Step, stackOf } from "../machine/index.ts";
import { initialState } from "./steps.ts";
import type { Subject } from "./subject.ts";
import { isMark } from "./trace.ts";

/** Two consecutive steps of one process between which others stepped in, or it was moved, though it could have gone on. */
export interface Window {
	readonly process: number;
	/** Numbers of the two steps on the path, from 0; the second is undefined where the path ends first. */
	readonly after: number;
	readonly before: number | undefined;
	/** The lane (CPU) that the process is on, if it is on one. */
	readonly lane: number | undefined;
	/** The statement that is to come. */
	readonly next: Step;
	/** By step id: whether it is taken from this point of the code, in whichever process. */
	readonly points: Uint8Array;
}

type Coded = Pick<Subject, "machine" | "system">;

/** The windows of a path, as they come. The scheduler's marks and background steps make none. */
export function windowsOf({ machine, system }: Coded, path: readonly number[]): Window[] {
	const counts = countsIn(system);
	const taken = path.map((id) => machine.steps[id] as Step);
	const state = initialState(machine);
	const windows: Window[] = [];
	for (const [i, step] of taken.entries()) {
		machine.load(state, 0);
		if (!tryTake(machine, step.id)) break;
		machine.store(state, 0);
		const { process } = step;
		const later = taken.findIndex((other, j) => j > i && other.process === process);
		const before = later < 0 ? undefined : later;
		const { lane } = machine.place(process);
		const there = taken[before ?? -1]?.placement;
		const isMoved = there !== undefined && there.lane !== lane;
		if ((before === i + 1 && !isMoved) || i === taken.length - 1) continue;
		const next = possible(machine, state).find((other) => other.process === process && counts(other));
		if (!next || !counts(step)) continue;
		windows.push({ process, after: i, before, lane, next, points: pointsBetween({ machine, system }, step, next) });
	}
	return distinct(windows);
}

/** Whether a step is of the modelled code. */
export const countsIn =
	(system: BuiltSystem) =>
	(step: Step): boolean =>
		!isMark(step.label) && system.processes[step.process]?.background === false;

/** By step id: whether it is taken from where `next` is, which a process takes after `step`. */
export function pointsBetween({ machine, system }: Coded, step: Step, next: Step): Uint8Array {
	const counts = countsIn(system);
	const like = isLike(step, next);
	return Uint8Array.from(machine.steps, (other) => Number(counts(other) && like(other)));
}

/** The innermost call that both of a process's statements stand in. */
export function sharedBy(one: Step["instance"], other: Step["instance"]): Step["instance"] {
	const callers = new Set(stackOf(one));
	return stackOf(other).findLast((instance) => callers.has(instance)) ?? other;
}

/** The last step of a path may raise an error. */
function tryTake(machine: Machine, id: number): boolean {
	try {
		return machine.take(id);
	} catch {
		return false;
	}
}

function possible(machine: Machine, state: Int32Array): Step[] {
	const { out } = machine;
	const from = out.count;
	machine.load(state, 0);
	machine.expand();
	const ids = [...out.edges.slice(from, out.count), ...machine.found.map(({ edge }) => edge)];
	out.count = from;
	machine.load(state, 0);
	return ids.map((id) => machine.steps[id] as Step);
}

/**
 * Whether a step is taken from the same point of the code as `next`: of the same routine where both statements stand in
 * one, and else below the same call in the innermost routine that holds both.
 */
function isLike(step: Step, next: Step): (other: Step) => boolean {
	const shared = sharedBy(step.instance, next.instance);
	const placeIn = ({ at }: Step, { path }: Step["instance"]) => ofAnyId(at.slice(path.length));
	const place = placeIn(next, shared);
	return (other) =>
		stackOf(other.instance).some(
			(instance) => instance.routine === shared.routine && placeIn(other, instance) === place,
		);
}

/** Branches that are alike but for an id are one point, so that an exchange of ids leaves the points as they are. */
const ofAnyId = (at: string): string => at.replace(/(\|\w+=)\d+/g, "$1");

/** Of several passages through one point of the code, the first. */
function distinct(windows: readonly Window[]): Window[] {
	const known = new Map<string, Window>();
	for (const window of windows) {
		const key = window.points.join("");
		if (!known.has(key)) known.set(key, window);
	}
	return [...known.values()];
}
