import type { Place } from "../lang/index.ts";
import type { Description, Machine, Step } from "../machine/index.ts";
import { differences, stateChanges, text } from "./diff.ts";
import type { Sources } from "./sources.ts";
import type { Call, Trace, TraceStep } from "./trace.ts";
import { valuesIn } from "./values.ts";

/** What a path leads to. */
export interface Ending {
	readonly property: string;
	/** What the last step raised, when it could not be completed. */
	readonly message: string | undefined;
}

/** The checker contradicts itself: a bug in it, never in a model. */
export class Disagreement extends Error {
	override readonly name = "Disagreement";
}

/** Follows `path`, steps by id from the initial state, and says what a reader wants to know of each. */
export function rebuild(machine: Machine, path: readonly number[], ending: Ending, sources: Sources): Trace {
	const walk = new Walk(machine);
	const first = walk.description;
	const running = new Occupants(machine.running());
	const steps: TraceStep[] = [];
	path.forEach((id, i) => {
		const step = machine.steps[id] as Step;
		const last = i === path.length - 1;
		const before = { description: walk.description, place: machine.place(step.process) };
		const outcome = outcomeOf(step);
		walk.take(id, last && ending.message !== undefined);
		const after = { description: walk.description, place: machine.place(step.process) };
		steps.push(readable(step, before, after, outcome, sources));
		running.now(machine.running());
	});
	if (ending.message === undefined) requireFalse(machine, ending.property);
	return {
		steps,
		contextSwitches: steps.filter((step, i) => i > 0 && step.process !== steps[i - 1]?.process).length,
		kernelSwitches: running.switches,
		net: stateChanges(first, walk.description),
		explanation: ending.message === undefined ? machine.explain(indexOf(machine, ending.property)) : [ending.message],
		cut: ending.message !== undefined,
	};
}

/** A machine that is led along a path. */
class Walk {
	readonly #state: Int32Array;
	description: Description;

	constructor(readonly machine: Machine) {
		this.#state = new Int32Array(machine.words);
		machine.out.count = 0;
		machine.initial();
		this.#state.set(machine.out.words.subarray(0, machine.words));
		machine.out.count = 0;
		machine.load(this.#state, 0);
		this.description = machine.describe();
	}

	/** Takes step `id`; one that is `cut` raises an error, and the state stays as it was. */
	take(id: number, cut: boolean): void {
		const { machine } = this;
		try {
			if (!machine.take(id))
				throw new Disagreement(`"${machine.steps[id]?.label}" is not possible where the search took it`);
		} catch (error) {
			if (!cut || error instanceof Disagreement) throw error;
			machine.load(this.#state, 0);
			return;
		}
		if (cut) throw new Disagreement(`"${machine.steps[id]?.label}" raised an error that it does not raise again`);
		machine.store(this.#state, 0);
		this.description = machine.describe();
	}
}

/** Counts how often a CPU turns to another task than the one it ran last. */
class Occupants {
	switches = 0;
	readonly #last: (number | null)[];
	constructor(initial: readonly (number | null)[]) {
		this.#last = [...initial];
	}
	now(running: readonly (number | null)[]): void {
		running.forEach((task, lane) => {
			if (task === null || task === this.#last[lane]) return;
			this.#last[lane] = task;
			this.switches++;
		});
	}
}

interface Moment {
	readonly description: Description;
	readonly place: Place;
}

function readable(
	step: Step,
	before: Moment,
	after: Moment,
	outcome: boolean | undefined,
	sources: Sources,
): TraceStep {
	const stack = before.description.processes[step.process]?.stack ?? [];
	const top = stack.length - 1;
	const old = stack[top]?.frame ?? {};
	const kept = after.description.processes[step.process]?.stack[top];
	const frame = kept?.routine === stack[top]?.routine ? { ...old, ...defined(kept?.frame ?? {}) } : old;
	// A step into or out of an interrupt belongs to the interrupt.
	const inner = after.place.depth > before.place.depth ? after.place : before.place;
	return {
		process: before.description.processes[step.process]?.name ?? "",
		cpu: inner.lane ?? before.place.lane ?? after.place.lane,
		context: inner.context,
		depth: inner.depth,
		stack: callsOf(step, stack),
		label: step.label,
		outcome,
		values: valuesIn(step.label, frame),
		changes: differences(before.description, after.description),
		source: sources.ofStep(step.origin, step.instance.routine.origin),
	};
}

function callsOf(step: Step, stack: Description["processes"][number]["stack"]): Call[] {
	const instances = [];
	for (let at: Step["instance"] | undefined = step.instance; at; at = at.caller) instances.unshift(at);
	return instances.map(({ routine }, i) => ({
		routine: routine.name,
		args: Object.keys(routine.args).map((name) => ({ name, value: text(stack[i]?.frame[name]) })),
	}));
}

const defined = (frame: Readonly<Record<string, unknown>>) =>
	Object.fromEntries(Object.entries(frame).filter(([, value]) => value !== undefined));

/** How the condition of a step comes out in the machine's current state. */
function outcomeOf(step: Step): boolean | undefined {
	return step.condition && Boolean(step.condition(step.instance.context as never));
}

const indexOf = (machine: Machine, property: string) => machine.properties.findIndex((p) => p.id === property);

function requireFalse(machine: Machine, property: string): void {
	const index = indexOf(machine, property);
	const byStep = machine.found.some((violation) => violation.property === property);
	if (!byStep && !machine.violated().includes(index) && !machine.violatedAtEnd().includes(index))
		throw new Disagreement(`the path found for ${property} does not violate it`);
}
