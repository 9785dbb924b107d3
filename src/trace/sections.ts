import { type Step, stackOf } from "../machine/index.ts";
import type { Subject } from "./subject.ts";
import { countsIn, pointsBetween, sharedBy, type Window } from "./windows.ts";

/** Consecutive statements of one process on a path, with all the points between them. */
export interface Section {
	/** The innermost routine that holds them all. */
	readonly routine: string;
	/** Numbers of the first and the last step on the path, from 0; the last is undefined where the path ends first. */
	readonly from: number;
	readonly to: number | undefined;
	readonly labels: readonly [string, string];
	/** By step id, as those of a window. */
	readonly points: Uint8Array;
	/** The same without its first statement, and without its last, unless no point would be left. */
	readonly shorter: () => readonly Section[];
}

/** The sections that hold a window: of the routine that it is in, of that and its caller, and so on. */
export function sectionsAround(
	subject: Pick<Subject, "machine" | "system">,
	path: readonly number[],
	{ process, after, next }: Window,
): Section[] {
	const { machine, system } = subject;
	const counts = countsIn(system);
	const own = path.flatMap((id, index) => {
		const step = machine.steps[id] as Step;
		return step.process === process ? [{ step, index: index as number | undefined }] : [];
	});
	const here = own.findIndex(({ index }) => index === after);
	if (here === own.length - 1) own.push({ step: next, index: undefined });
	const at = (i: number) => own[i] as (typeof own)[number];
	const between = own.slice(1).map(({ step }, i) => pointsBetween(subject, at(i).step, step));
	const section = (first: number, last: number): Section => ({
		routine: routineOf(own.slice(first, last + 1).map(({ step }) => step)),
		from: at(first).index as number,
		to: at(last).index,
		labels: [at(first).step.label, at(last).step.label],
		points: Uint8Array.from(machine.steps, (_, id) =>
			Number(between.slice(first, last).some((some) => some[id] === 1)),
		),
		shorter: () => (last - first > 1 ? [section(first + 1, last), section(first, last - 1)] : []),
	});
	const around = (call: Step["instance"]): readonly [first: number, last: number] => {
		const isIn = (i: number) => i in own && counts(at(i).step) && stackOf(at(i).step.instance).includes(call);
		let [first, last] = [here, here + 1];
		while (isIn(first - 1)) first--;
		while (isIn(last + 1)) last++;
		return [first, last];
	};
	const calls = stackOf(sharedBy(at(here).step.instance, at(here + 1).step.instance)).toReversed();
	const ends = new Map(calls.map(around).map(([first, last]) => [last - first, [first, last] as const]));
	return [...ends.values()].flatMap(([first, last]) => (last - first > 1 ? [section(first, last)] : []));
}

const routineOf = ([step, ...others]: readonly Step[]): string =>
	others.reduce((shared, { instance }) => sharedBy(shared, instance), (step as Step).instance).routine.name;
