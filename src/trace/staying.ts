import type { Machine, Step } from "../machine/index.ts";

/**
 * The path without moves from lane to lane that make no difference: each step is taken where its process is, and those
 * that follow it there too, or it is moved only afterwards, if it leads to a state of the same kind, and its last step to the same violations. A last step
 * that raises an error is taken where it was.
 */
export function staying(machine: Machine, path: readonly number[]): number[] {
	let best = [...path];
	const until = endOf(machine, path, path.length) === undefined ? path.length - 1 : path.length;
	const goal = endOf(machine, path, until);
	for (let i = 0; i < until; i++) {
		const { placement, process } = machine.steps[best[i] as number] as Step;
		const here = placement && laneBefore(machine, best, i);
		if (!placement || here === undefined || placement.lane === here) continue;
		const stayed = best.slice();
		for (let j = i; j < until; j++) {
			const step = machine.steps[stayed[j] as number] as Step;
			if (step.process !== process) continue;
			if (step.placement?.lane !== placement.lane) break;
			stayed[j] = siblingAt(machine, step, here);
		}
		const later = best.with(i, stayed[i] as number);
		best = [stayed, later].find((other) => endOf(machine, other, until) === goal) ?? best;
	}
	return best;
}

/** The same step, taken on another lane. */
function siblingAt({ steps }: Machine, { process, at, origin, label, choices, id }: Step, lane: number): number {
	const isSame = (other: Step) =>
		other.process === process &&
		other.at === at &&
		other.origin === origin &&
		other.label === label &&
		other.choices === choices;
	return steps.find((other) => isSame(other) && other.placement?.lane === lane)?.id ?? id;
}

function laneBefore(machine: Machine, path: readonly number[], i: number): number | undefined {
	machine.initial();
	for (const id of path.slice(0, i)) machine.take(id);
	return machine.place((machine.steps[path[i] as number] as Step).process).lane;
}

/** What is kept of the state that the path's first steps lead to, and what the last violates; undefined where they are not possible. */
function endOf(machine: Machine, path: readonly number[], until: number): string | undefined {
	machine.initial();
	try {
		for (const id of path.slice(0, until)) if (!machine.take(id)) return undefined;
	} catch {
		return undefined;
	}
	const violations = machine.found.map(({ property }) => property).sort();
	const state = new Int32Array(machine.words);
	machine.store(state, 0);
	machine.canonicalise(state, 0);
	return [...state, ...violations].join();
}
