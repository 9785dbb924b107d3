import {
	type AnyRoutine,
	type Closure,
	type Exit,
	type Gate,
	ModelError,
	type Node,
	type Origin,
	type Process,
} from "../../lang/index.ts";
import { type Activation, body, type Control, type NodeOf, type Rest, type Step } from "./rest.ts";
import { beyond, effectful, first, step, test } from "./steps.ts";

/** As many decisions without a step are taken for a loop that never ends. */
const LOCAL_STEPS = 10_000;

/** The frames of the process that runs: what decisions read, and calls and returns change. */
export interface Frames {
	decide(branch: NodeOf<"branch">): boolean;
	enter(call: NodeOf<"call">, routine: AnyRoutine): void;
	forget(names: readonly string[]): void;
	/** Does what belongs to the end of the process, if that goes with its last step. */
	end(): boolean;
	/** The innermost routine returns from `call`, or the process's own from none. */
	leave(value: NodeOf<"return"> | undefined, call: NodeOf<"call"> | undefined): void;
}

/** The whole of a process. */
export function start(process: Process): { rest: Rest; active: readonly Activation[] } {
	const { routine } = process;
	const rest = body(routine.body, "", { kind: "called", call: undefined, rest: { kind: "end" } });
	return { rest, active: [{ routine, path: routine.name }] };
}

/** Runs what is no step of its own, up to where the process stands next. */
export function run(process: Process, rest: Rest, active: readonly Activation[], frames: Frames): Control {
	let going: Going | Control = { rest, active };
	for (let i = 0; i < LOCAL_STEPS && "rest" in going; i++) going = advance(process, going, frames);
	if ("steps" in going) return going;
	throw new ModelError(
		`a step that never ends: ${process.name} goes round a loop without reaching a step`,
		process.origin.author,
	);
}

interface Going {
	readonly rest: Rest;
	readonly active: readonly Activation[];
}

function advance(process: Process, { rest, active }: Going, frames: Frames): Going | Control {
	switch (rest.kind) {
		case "end":
			if (process.exit && !rest.done && !frames.end()) return exiting(process, process.exit, active);
			return { at: `${process.routine.name}.end`, active, steps: [], returned: true };
		case "loop":
			return { rest: body(rest.body, rest.at, rest), active };
		case "called":
			return giveBack(rest, undefined, active, frames);
		case "body": {
			const node = rest.body[rest.i];
			if (!node) return { rest: rest.rest, active };
			return statement(process.gate, node, rest, active, frames);
		}
	}
}

/** What belongs to the end of a process is a step of its own. */
function exiting({ routine, origin }: Process, { label, enter }: Exit, active: readonly Activation[]): Control {
	const done: Rest = { kind: "end", done: true };
	return { at: `${routine.name}.exit`, active, steps: [effectful(label, origin, enter, done)], returned: true };
}

function statement(
	gate: Gate | undefined,
	node: Node,
	here: Rest & { kind: "body" },
	active: readonly Activation[],
	frames: Frames,
): Going | Control {
	const { path } = active.at(-1) as Activation;
	const at = `${here.at}.${here.i}`;
	const next: Rest = { ...here, i: here.i + 1 };
	const stand = (steps: Step[]): Control => {
		const all = [...fromInside(gate, steps), ...entering(gate, steps, here)];
		return { at: path + at, active, steps: all, returned: false };
	};
	switch (node.kind) {
		case "step":
			return stand([step(node, next)]);
		case "choose":
			return stand(first(node, at, next));
		case "branch":
			if (node.label !== undefined) return stand([test(node, node.label, at, next)]);
			return { rest: frames.decide(node) ? body(node.yes, `${at}+`, next) : body(node.no, `${at}-`, next), active };
		case "loop":
			return { rest: { kind: "loop", body: node.body, at: `${at}@`, rest: next }, active };
		case "break":
			return { rest: innermostLoop(next, "leave() outside a loop", node.origin).rest, active };
		case "continue":
			return { rest: innermostLoop(next, "again() outside a loop", node.origin), active };
		case "block":
			return { rest: body(node.body, `${at}#`, next), active };
		case "forget":
			frames.forget(node.names);
			return { rest: next, active };
		case "return":
			return giveBack(innermostCall(next), node, active, frames);
		case "call": {
			const callee = node.routine();
			const depth = active.filter((a) => a.routine === callee).length;
			if (depth >= callee.depth) return stand([beyond(callee, node.origin)]);
			frames.enter(node, callee);
			const called: Rest = { kind: "called", call: node, rest: next };
			const activation = { routine: callee, path: `${path}${at}>${callee.name}` };
			return { rest: body(callee.body, "", called), active: [...active, activation] };
		}
	}
}

/** To enter the gate by itself: where that matters, and where each of `steps` waits. */
function entering(gate: Gate | undefined, steps: readonly Step[], here: Rest): Step[] {
	const [first] = steps;
	if (!gate?.enters || !first) return [];
	const { isInside, label, binds, waiting, only } = gate.enters;
	const mayWait = steps.every(({ guard }) => guard !== undefined);
	const waits: Closure = (c) => mayWait && steps.every(({ guard }) => !guard?.(c));
	const entered = (label: string, holds: Closure): Step => {
		const guard: Closure = (c) => !isInside(c) && holds(c);
		return step({ kind: "step", label, origin: first.origin, guard, effect: undefined }, here);
	};
	const matters: Closure = (c) => (only && !waits(c)) || (binds?.(c) === true && !(waiting && waits(c)));
	return [
		...(binds || only ? [entered(label, matters)] : []),
		...(waiting && mayWait ? [entered(waiting(first.label), waits)] : []),
	];
}

/** Steps that are taken from inside the gate alone, if the gate says so. */
function fromInside(gate: Gate | undefined, steps: readonly Step[]): readonly Step[] {
	const { enters } = gate ?? {};
	if (!enters?.only) return steps;
	return steps.map((step) => ({ ...step, guard: (c) => enters.isInside(c) && (step.guard ? step.guard(c) : true) }));
}

/** The innermost routine returns; a process's own stays. */
function giveBack(
	{ call, rest }: Rest & { kind: "called" },
	value: NodeOf<"return"> | undefined,
	active: readonly Activation[],
	frames: Frames,
): Going {
	frames.leave(value, call);
	return { rest, active: call ? active.slice(0, -1) : active };
}

function innermostLoop(from: Rest, message: string, where: Origin): Rest & { kind: "loop" } {
	let rest = from;
	while (rest.kind === "body") rest = rest.rest;
	if (rest.kind !== "loop") throw new ModelError(message, where.author);
	return rest;
}

function innermostCall(from: Rest): Rest & { kind: "called" } {
	let rest = from;
	while (rest.kind === "body" || rest.kind === "loop") rest = rest.rest;
	if (rest.kind !== "called") throw new TypeError("a return outside a routine");
	return rest;
}
