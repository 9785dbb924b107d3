import { type AnyRoutine, isRoutine, labelsIn, ModelError, named, type Process, routinesIn } from "../lang/index.ts";

// What a property may ask of where processes stand: of what is nowhere, it would be told in silence that nobody is there.

/** Asks where processes stand; see the language's own type of this name. */
export type Where = (
	routine: object,
	labels: readonly string[] | "anywhere",
	visit: (f: object, process: number) => boolean,
) => boolean;

const run = new WeakMap<readonly Process[], ReadonlySet<AnyRoutine>>();

/** The labels that `at()` may ask for of `routine`, in a system of these processes. */
export function askable(routine: unknown, processes: readonly Process[]): ReadonlySet<string> {
	if (!isRoutine(routine)) throw new ModelError(`at() is asked about ${named(routine)}, and not about a routine`);
	const all = run.get(processes) ?? new Set(processes.flatMap((process) => [...routinesIn(process.routine)]));
	run.set(processes, all);
	if (!all.has(routine) && [...all].some(({ name }) => name === routine.name))
		throw new ModelError(`at() is asked about a ${routine.name} that nobody runs: another of that name is run`);
	return labelsIn(routine);
}

/** Refuses a place that does not exist: nobody ever stands there, so that what is said of it would hold in silence. */
export function requireLabels(routine: object, known: ReadonlySet<string>, labels: readonly string[]): void {
	const { name } = routine as AnyRoutine;
	if (!Array.isArray(labels))
		throw new ModelError(`at() of ${name} is given ${labels}: give it a list of labels, or "anywhere"`);
	for (const label of labels) {
		if (known.has(label)) continue;
		const there = [...known].map((each) => `"${each}"`).join(", ") || "none";
		throw new ModelError(`at() asks for "${label}", which is no statement of ${name}: there are ${there}`);
	}
}

/** The answer of what `at()` calls for a frame. */
export function requireVisit(answer: unknown, routine: object): boolean {
	if (typeof answer === "boolean") return answer;
	const { name } = routine as AnyRoutine;
	throw new ModelError(`what at() calls for a frame of ${name} gives ${answer}, and neither true nor false`);
}
