import { isDeepStrictEqual } from "node:util";
import { Timeout, within } from "../explore/confine.ts";
import { ENOUGH } from "../explore/endless.ts";
import type { Description, Machine } from "../machine/index.ts";
import { isRecord } from "./diff.ts";
import { initialState } from "./steps.ts";
import type { Subject } from "./subject.ts";
import type { Trace } from "./trace.ts";

/** Something of the state without which the property would not be false. */
export interface Involved {
	/** For example `bio.bio0`: an element of a collection, or else a variable. */
	readonly object: string;
	/** Those of its fields of which another value would make the property true, and that some step changed; none for a variable that has none. */
	readonly fields: readonly string[];
	/** Numbers of the steps that changed these fields, or the variable, from 1. */
	readonly steps: readonly number[];
}

/**
 * What the violation at the end of `path` depends on. Every variable of the shared state is given every other value in
 * turn, in the last state, or before the last step where that is what the property is false of; those are involved
 * that can make the property true, or change what it says of why it is false. Only what some step changed is told.
 */
export function involvedIn(
	{ machine }: Subject,
	property: string,
	path: readonly number[],
	{ steps }: Trace,
): Involved[] {
	const states = statesOn(machine, path);
	const objects = new Map<string, Set<string>>();
	for (const [before, after] of variants(machine, property, states, path))
		for (const [object, field] of different(before, after)) {
			const fields = objects.get(object) ?? new Set();
			if (field !== undefined) fields.add(field);
			objects.set(object, fields);
		}
	const changing = (part: string): number[] =>
		steps.flatMap(({ changes }, i) =>
			changes.some(({ of, path: at }) => of === "state" && (at === part || at.startsWith(`${part}.`))) ? [i + 1] : [],
		);
	return [...objects]
		.map(([object, all]) => {
			if (all.size === 0) return { object, fields: [], steps: changing(object) };
			const fields = [...all].filter((field) => changing(`${object}.${field}`).length > 0);
			const those = new Set(fields.flatMap((field) => changing(`${object}.${field}`)));
			return { object, fields, steps: [...those].sort((a, b) => a - b) };
		})
		.filter((involved) => involved.steps.length > 0);
}

/** Milliseconds of trying values between looks at the time. */
const SLICE = 100;

type Pair = readonly [before: Description, after: Description];

/** States of which the violation says otherwise, each beside the one it was made of. */
function variants(machine: Machine, property: string, states: readonly Int32Array[], path: readonly number[]): Pair[] {
	const index = machine.properties.findIndex(({ id }) => id === property);
	const last = states.at(-1) as Int32Array;
	const isFalse = () => index >= 0 && !(machine.holds(index, "invariant") && machine.holds(index, "terminal"));
	machine.load(last, 0);
	// A raised error leaves no last state: there are as many states as steps then.
	const raised = states.length === path.length;
	const told = raised || index < 0 ? undefined : explainedBy(machine, index);
	const saysOtherwise = () => told !== undefined && machine.explain(index).join("\n") !== told;
	if (isFalse()) return changed(machine, last, () => !isFalse() || saysOtherwise());
	const step = path.at(-1) as number;
	const fine = () => machine.take(step) && machine.found.every((violation) => violation.property !== property);
	const before = changed(machine, states[path.length - 1] as Int32Array, fine);
	return raised ? before : [...before, ...changed(machine, last, saysOtherwise)];
}

/** What the property says of why it is false; nothing where that fails, for then there is nothing to compare with. */
function explainedBy(machine: Machine, index: number): string | undefined {
	try {
		return within(ENOUGH, () => machine.explain(index)).join("\n");
	} catch {
		return undefined;
	}
}

/** The states on the way; the last is missing where the last step raises an error. */
function statesOn(machine: Machine, path: readonly number[]): Int32Array[] {
	const states = [initialState(machine)];
	machine.load(states[0] as Int32Array, 0);
	for (const id of path) {
		try {
			if (!machine.take(id)) break;
		} catch {
			break;
		}
		const state = new Int32Array(machine.words);
		machine.store(state, 0);
		states.push(state);
	}
	return states;
}

/** For each variable, the first state that differs from `state` in it alone and where `test` is true, if there is one. */
function changed(machine: Machine, state: Int32Array, test: () => boolean): Pair[] {
	machine.load(state, 0);
	const before = machine.describe();
	const found: (Pair | undefined)[] = [];
	// What never changes has no other value, and is not put right by the next load.
	const values = machine.variables.flatMap((size, variable) =>
		size === 1 ? [] : Array.from({ length: size }, (_, code) => ({ variable, code })),
	);
	const give = ({ variable, code }: (typeof values)[number]): void => {
		machine.load(state, 0);
		machine.assign(variable, code);
	};
	const tryOne = (value: (typeof values)[number]): void => {
		if (found[value.variable]) return;
		give(value);
		try {
			if (!test()) return;
		} catch {
			// A value that makes no sense here.
			return;
		}
		give(value);
		found[value.variable] = [before, machine.describe()];
	};
	let next = 0;
	const tryMany = (): void => {
		for (const until = performance.now() + SLICE; next < values.length && performance.now() < until; next++)
			tryOne(values[next] as (typeof values)[number]);
	};
	while (next < values.length)
		try {
			within(SLICE + ENOUGH, tryMany);
		} catch (error) {
			if (!(error instanceof Timeout)) throw error;
			// Nor does one with which the test never ends, such as a list that is a ring.
			next++;
		}
	return found.flatMap((pair) => (pair ? [pair] : []));
}

/** An object, and a field of it if it is a record. */
type Part = readonly [object: string, field: string | undefined];

/** The objects that differ, each with a field of it that does. */
function different(before: Description, after: Description): Part[] {
	return Object.entries(before.state).flatMap(([name, from]): Part[] => {
		const to = after.state[name];
		if (!isRecord(from) || !isRecord(to)) return isDeepStrictEqual(from, to) ? [] : [[name, undefined]];
		return partsOf(name, from).flatMap(([object, key]) => {
			const [a, b] = key === undefined ? [from, to] : [from[key], to[key]];
			if (!isRecord(a) || !isRecord(b)) return [];
			const fields = Object.keys(a).filter((field) => !isDeepStrictEqual(a[field], b[field]));
			return fields.map((field): Part => [object, field]);
		});
	});
}

/** The elements of a collection, with their keys; a record that is none is one object. */
const partsOf = (name: string, value: Record<string, unknown>): Part[] =>
	Object.values(value).every(isRecord)
		? Object.keys(value).map((key): Part => [`${name}.${key}`, key])
		: [[name, undefined]];
