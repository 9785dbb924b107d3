import type { Place } from "../lang/index.ts";
import type { Description, Machine, Step } from "../machine/index.ts";
import { Calls } from "./calls.ts";
import { differences, stateChanges, text } from "./diff.ts";
import { valuesOf } from "./leaves.ts";
import { MachineReplay, type Variables } from "./machine-replay.ts";
import { Occupants } from "./occupants.ts";
import { Disagreement, Replay } from "./replay.ts";
import type { Sources } from "./sources.ts";
import type { Subject } from "./subject.ts";
import { type Call, type Frame, isMark, type Trace, type TraceStep } from "./trace.ts";
import { valuesIn } from "./values.ts";
import { whyByStep, whyFalse } from "./why.ts";

/** What a path leads to. */
export type Ending =
	/** Nothing in particular. */
	| { readonly kind: "reached" }
	/** A property that is false in the last state, or of the last step. */
	| { readonly kind: "false"; readonly property: string }
	/** An error that the last step raises, so that it has no next state. */
	| { readonly kind: "raised"; readonly message: string }
	/** An error of the model itself: met by the last step, which is not taken, or else in the last state. */
	| { readonly kind: "failed"; readonly message: string; readonly byStep: boolean };

/**
 * Follows `path`, steps by id from the initial state, and says what a reader wants to know of each. Every step is
 * taken by the reference interpreter too. Throws `Disagreement` when either does not do what the search did.
 */
export function rebuild(subject: Subject, path: readonly number[], ending: Ending, sources: Sources): Trace {
	const { machine } = subject;
	const walk = new MachineReplay(machine);
	const first = walk.description;
	// A model that is wrong in itself need not run the same in both.
	const replay = ending.kind === "failed" ? undefined : new Replay(subject.system, subject.only, first);
	const running = machine.running().length > 0 ? new Occupants(machine.running()) : undefined;
	const calls = new Calls();
	/** Processes that have taken a step. */
	const begun = new Set<number>();
	const steps: TraceStep[] = [];
	let violated: readonly string[] = [];
	let end = ending;
	for (const [i, id] of path.entries()) {
		const step = machine.steps[id] as Step;
		const last = i === path.length - 1;
		const raises = last && ending.kind === "raised";
		const fails = last && ending.kind === "failed" && ending.byStep;
		const stood = machine.place(step.process);
		const before = {
			description: walk.description,
			place: step.placement ? { ...stood, lane: step.placement.lane } : stood,
		};
		const stack = calls.of(step, walk.description);
		// A step that fails is not taken even to look at it: it may be one that never ends.
		const outcome = fails ? undefined : walk.outcome(step);
		const frame = fails ? {} : walk.frameAfter(step);
		// A message may name the CPU, and another path may lead to another.
		if (raises) end = { kind: "raised", message: walk.raises(id) };
		else if (!fails) {
			walk.take(id);
			calls.begin(machine.entered);
		}
		const after = { description: walk.description, place: machine.place(step.process) };
		if (raises) replay?.raises(step);
		else violated = replay?.take(step, after.description) ?? [];
		const isBack = after.description.processes[step.process]?.at === first.processes[step.process]?.at;
		const preempts = running?.now(machine.running(), step, before.place) ?? false;
		const from = begun.has(step.process) && before.place.lane !== stood.lane ? stood.lane : undefined;
		begun.add(step.process);
		steps.push(readable(step, stack, before, after, { outcome, frame, isBack, preempts, from }, sources));
	}
	if (replay && ending.kind === "false") requireFalse(machine, replay, violated, ending.property);
	return {
		initial: valuesOf(first),
		steps,
		contextSwitches: switches(steps),
		kernelSwitches: running?.switches,
		net: stateChanges(first, walk.description),
		explanation: explanationOf(machine, end),
		cut: ending.kind === "raised" || ending.kind === "failed",
	};
}

/** Consecutive steps of different processes; the scheduler's marks stand between them and are not counted. */
function switches(steps: readonly TraceStep[]): number {
	const statements = steps.filter(({ label }) => !isMark(label));
	return statements.filter(({ process }, i) => i > 0 && process !== statements[i - 1]?.process).length;
}

interface Moment {
	readonly description: Description;
	readonly place: Place;
}

function readable(
	step: Step,
	stack: readonly Call[],
	before: Moment,
	after: Moment,
	{
		outcome,
		frame,
		isBack,
		preempts,
		from,
	}: {
		readonly outcome: boolean | undefined;
		readonly frame: Variables;
		readonly isBack: boolean;
		readonly preempts: boolean;
		readonly from: number | undefined;
	},
	sources: Sources,
): TraceStep {
	// A step into or out of an interrupt belongs to the interrupt.
	const inner = after.place.depth > before.place.depth ? after.place : before.place;
	return {
		process: before.description.processes[step.process]?.name ?? "",
		cpu: inner.lane ?? before.place.lane ?? after.place.lane,
		context: inner.context,
		depth: inner.depth,
		preempts,
		from,
		ends: isBack || after.place.depth < inner.depth,
		stack,
		label: step.label,
		outcome,
		values: valuesIn(step.label, frame),
		changes: differences(before.description, after.description),
		frames: framesOf(after.description, step.process),
		source: sources.ofStep(step.origin, step.instance.routine.origin),
		author: sources.line(step.origin.author),
	};
}

const framesOf = ({ processes }: Description, process: number): Frame[] =>
	(processes[process]?.stack ?? []).map(({ routine, frame }) => ({
		routine,
		values: Object.entries(frame).flatMap(([name, value]) =>
			value === undefined ? [] : [{ name, value: text(value) }],
		),
	}));

const indexOf = (machine: Machine, property: string) => machine.properties.findIndex((p) => p.id === property);

function explanationOf(machine: Machine, ending: Ending): readonly string[] {
	if (ending.kind === "reached") return [];
	if (ending.kind !== "false") return [ending.message];
	const { property } = ending;
	return [...whyByStep(machine.found, property), ...whyFalse(machine, indexOf(machine, property))];
}

/** Whether a condition of the property is false, or `sometimes` is met. */
function isTold(machine: Machine, index: number): boolean {
	if (machine.properties[index]?.sometimes) return machine.holds(index, "sometimes");
	return !machine.holds(index, "invariant") || !machine.holds(index, "terminal");
}

/** Both interpreters must find the property false at the end of the path. */
function requireFalse(machine: Machine, replay: Replay, byLastStep: readonly string[], property: string): void {
	const index = indexOf(machine, property);
	const packed =
		machine.found.some((violation) => violation.property === property) || (index >= 0 && isTold(machine, index));
	if (!packed) throw new Disagreement(`the path found for ${property} does not violate it`);
	if (!byLastStep.includes(property) && !replay.violated().includes(property))
		throw new Disagreement(`in the reference interpreter, the path found for ${property} does not violate it`);
}
