import { type AnyRoutine, type Closure, ModelError, type Node, type Origin, type Process } from "../lang/index.ts";

export type NodeOf<K extends Node["kind"]> = Extract<Node, { kind: K }>;

/** As many decisions without a step are taken for a loop that never ends. */
const LOCAL_STEPS = 10_000;

/** What is still to run: an immutable stack of statements, loops and calls, innermost first. */
export type Rest =
	| {
			readonly kind: "body";
			readonly body: readonly Node[];
			readonly i: number;
			readonly at: string;
			readonly rest: Rest;
	  }
	| { readonly kind: "loop"; readonly body: readonly Node[]; readonly at: string; readonly rest: Rest }
	| { readonly kind: "called"; readonly call: NodeOf<"call"> | undefined; readonly rest: Rest }
	| { readonly kind: "end" };

/** A routine on the call stack. */
export interface Activation {
	readonly routine: AnyRoutine;
	/** Position names from the process's routine down to this one. */
	readonly path: string;
}

/** A step that may be taken, and what runs after it. */
export interface Step {
	readonly label: string;
	readonly origin: Origin;
	readonly guard: Closure | undefined;
	readonly effect: Closure | undefined;
	/** A labelled condition: `yes` follows when it holds, `no` when not. */
	readonly condition: Closure | undefined;
	readonly yes: Rest;
	readonly no: Rest | undefined;
	/** A call beyond the declared depth: nothing but a fault. */
	readonly tooDeep: AnyRoutine | undefined;
}

/** Where a process stands between steps. */
export interface Control {
	/** Equal to the position's name in the packed machine. */
	readonly at: string;
	readonly active: readonly Activation[];
	readonly steps: readonly Step[];
	readonly ended: boolean;
}

/** The frames of the process that runs: what decisions read, and calls and returns change. */
export interface Frames {
	decide(branch: NodeOf<"branch">): boolean;
	enter(call: NodeOf<"call">, routine: AnyRoutine): void;
	forget(names: readonly string[]): void;
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
			return { at: `${process.routine.name}.end`, active, steps: [], ended: true };
		case "loop":
			return { rest: body(rest.body, rest.at, rest), active };
		case "called":
			return giveBack(rest, undefined, active, frames);
		case "body": {
			const node = rest.body[rest.i];
			if (!node) return { rest: rest.rest, active };
			return statement(node, `${rest.at}.${rest.i}`, { ...rest, i: rest.i + 1 }, active, frames);
		}
	}
}

function statement(node: Node, at: string, next: Rest, active: readonly Activation[], frames: Frames): Going | Control {
	const { path } = active.at(-1) as Activation;
	const stand = (steps: Step[]): Control => ({ at: path + at, active, steps, ended: false });
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

const body = (nodes: readonly Node[], at: string, rest: Rest): Rest => ({ kind: "body", body: nodes, i: 0, at, rest });

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

function step({ label, origin, guard, effect }: NodeOf<"step">, yes: Rest): Step {
	return { label, origin, guard, effect, condition: undefined, yes, no: undefined, tooDeep: undefined };
}

function test({ condition, origin, yes, no }: NodeOf<"branch">, label: string, at: string, next: Rest): Step {
	const [guard, effect, tooDeep] = [undefined, undefined, undefined];
	return {
		label,
		origin,
		guard,
		effect,
		condition,
		yes: body(yes, `${at}+`, next),
		no: body(no, `${at}-`, next),
		tooDeep,
	};
}

/** The first steps of a choice's branches. */
function first(node: NodeOf<"choose">, at: string, next: Rest): Step[] {
	return node.branches.flatMap((branch, k) => firstOf(branch, `${at}|${k}`, next, node.origin));
}

function firstOf(branch: readonly Node[], at: string, rest: Rest, origin: Origin): Step[] {
	const node = branch[0];
	const next: Rest = { kind: "body", body: branch, i: 1, at, rest };
	if (node?.kind === "step") return [step(node, next)];
	if (node?.kind === "branch" && node.label !== undefined) return [test(node, node.label, `${at}.0`, next)];
	if (node?.kind === "choose") return first(node, `${at}.0`, next);
	if (node?.kind === "block") return firstOf(node.body, `${at}.0#`, next, origin);
	throw new ModelError(
		"each branch of choose() must begin with a step, for the choice is made together with it",
		origin.author,
	);
}

function beyond(tooDeep: AnyRoutine, origin: Origin): Step {
	if (tooDeep.depth === 1)
		throw new ModelError(`${tooDeep.name} calls itself: declare how deep with { depth }`, origin.author);
	const label = `${tooDeep.name}() /* deeper than ${tooDeep.depth} */`;
	const [guard, effect, condition, no] = [undefined, undefined, undefined, undefined];
	return { label, origin, guard, effect, condition, yes: { kind: "end" }, no, tooDeep };
}
