import {
	type AnyRoutine,
	branchName,
	fault,
	type Gate,
	ModelError,
	type Node,
	type Origin,
	type Placement,
	type Process,
} from "../lang/index.ts";
import { gated } from "./gated.ts";
import type { Layout } from "./layout.ts";
import type { Edge, Instance, Position, Program, Target } from "./program.ts";
import { orderByReach } from "./reach.ts";
import { type AnyType, argumentType, localType, shapeOf } from "./types.ts";

type NodeOf<K extends Node["kind"]> = Extract<Node, { kind: K }>;

/** Where `break`, `continue` and `return` lead from the statement being linked. */
interface Exits {
	readonly leave: Target | undefined;
	readonly again: Target | undefined;
	readonly giveBack: (value: NodeOf<"return">["value"]) => Target;
}

/** Links one process: inlines its calls into one flat program, and gives every frame its slots. */
export function link(process: Process, index: number, layout: Layout, nextEdge: () => number): Program {
	const linker = new Linker(index, process, layout, nextEdge);
	const { root, entry, end } = linker.root(process);
	const { positions, instances } = linker;
	const pc = layout.counter(orderByReach(positions, entry));
	return { process, index, root, entry, positions, end, instances, pc };
}

class Linker {
	readonly positions: Position[] = [];
	readonly instances: Instance[] = [];
	readonly placements: readonly Placement[];
	readonly gate: Gate | undefined;
	/** Slots that no routine on the current call stack uses, by shape: siblings share them. */
	readonly #free = new Map<string, number[]>();

	constructor(
		readonly process: number,
		{ placements, gate }: Process,
		readonly layout: Layout,
		readonly nextEdge: () => number,
	) {
		this.placements = placements;
		this.gate = gate;
	}

	root(process: Process): { root: Instance; entry: Target; end: Position } {
		const root = this.#instance(process.routine, undefined, "", process.origin);
		const end = this.#position(`${root.path}.end`, root, true);
		const ending = this.#ending(process, root, end);
		const entry = this.#routine(root, (value) => ({
			kind: "exit",
			instance: root,
			value,
			into: undefined,
			next: ending,
		}));
		return { root, entry, end };
	}

	/** What stands between the return of the process's routine and its end. */
	#ending({ exit, origin }: Process, root: Instance, end: Position): Target {
		const next: Target = { kind: "position", position: end };
		if (!exit) return next;
		const edge = this.#edge({ instance: root, label: exit.label, origin, effect: exit.enter, after: next });
		return { kind: "end", instance: root, exit, next, otherwise: this.#stand(".exit", root, [edge], true) };
	}

	#instance(routine: AnyRoutine, caller: Instance | undefined, at: string, origin: Origin): Instance {
		const fields: Record<string, AnyType> = {};
		for (const [name, type] of Object.entries(routine.args)) fields[name] = argumentType(type as AnyType);
		for (const [name, type] of Object.entries(routine.locals)) fields[name] = localType(type);
		const offsets = Object.values(fields).map((type) => this.#take(type));
		const path = `${caller ? `${caller.path}${at}>` : ""}${routine.name}`;
		const instance = {
			routine,
			caller,
			origin,
			path,
			fields,
			offsets,
			peek: {},
			context: undefined as never,
			local: undefined as never,
		};
		this.instances.push(instance);
		return instance;
	}

	#take(type: AnyType): number {
		return this.#free.get(shapeOf(type))?.pop() ?? this.layout.allocate(type);
	}

	/** The last first, so that a sibling of the same routine is given the same slots. */
	#release(instance: Instance): void {
		const types = Object.values(instance.fields);
		for (let i = types.length - 1; i >= 0; i--) {
			const shape = shapeOf(types[i] as AnyType);
			const free = this.#free.get(shape);
			const offset = instance.offsets[i] as number;
			if (free) free.push(offset);
			else this.#free.set(shape, [offset]);
		}
	}

	/** The body of `instance`; `exit` says where its return leads. */
	#routine(instance: Instance, exit: Exits["giveBack"]): Target {
		return this.#block(
			instance.routine.body,
			0,
			"",
			instance,
			{ leave: undefined, again: undefined, giveBack: exit },
			() => exit(undefined),
		);
	}

	/** The statements of `body` from `i` on, then `rest`. */
	#block(body: readonly Node[], i: number, at: string, instance: Instance, exits: Exits, rest: () => Target): Target {
		const node = body[i];
		if (!node) return rest();
		const next = () => this.#block(body, i + 1, at, instance, exits, rest);
		return this.#node(node, `${at}.${i}`, instance, exits, next);
	}

	#node(node: Node, at: string, instance: Instance, exits: Exits, next: () => Target): Target {
		switch (node.kind) {
			case "step":
				return this.#stand(at, instance, [this.#step(node, instance, next)]);
			case "branch": {
				const join = jump(node.origin);
				const target =
					node.label === undefined
						? this.#test(node, at, instance, exits, join)
						: this.#stand(at, instance, [this.#condition(node, at, instance, exits, join)]);
				join.to = next();
				return target;
			}
			case "choose": {
				const join = jump(node.origin);
				const target = this.#stand(at, instance, this.#branches(node, at, instance, exits, join));
				join.to = next();
				return target;
			}
			case "loop": {
				const head = jump(node.origin);
				const out = jump(node.origin);
				head.to = this.#block(node.body, 0, `${at}@`, instance, { ...exits, leave: out, again: head }, () => head);
				out.to = next();
				return head;
			}
			case "break":
				return required(exits.leave, "leave() outside a loop", node.origin);
			case "continue":
				return required(exits.again, "again() outside a loop", node.origin);
			case "return":
				return exits.giveBack(node.value);
			case "forget":
				return { kind: "forget", instance, names: node.names, next: next() };
			case "block":
				return this.#block(node.body, 0, `${at}#`, instance, exits, next);
			case "call":
				return this.#call(node, at, instance, next);
		}
	}

	/** A condition on the frame alone: decided together with the step before it. */
	#test(node: NodeOf<"branch">, at: string, instance: Instance, exits: Exits, join: Target): Target {
		const yes = this.#block(node.yes, 0, `${at}+`, instance, exits, () => join);
		const no = this.#block(node.no, 0, `${at}-`, instance, exits, () => join);
		return { kind: "test", instance, name: node.name, condition: node.condition, yes, no, origin: node.origin };
	}

	#step(node: NodeOf<"step">, instance: Instance, next: () => Target): Edge {
		const { label, guard, effect, origin } = node;
		return this.#edge({ instance, label, origin, guard, effect, after: next() });
	}

	/** A condition on the state: a step of its own. */
	#condition(node: NodeOf<"branch">, at: string, instance: Instance, exits: Exits, join: Target): Edge {
		const after = this.#block(node.yes, 0, `${at}+`, instance, exits, () => join);
		const otherwise = this.#block(node.no, 0, `${at}-`, instance, exits, () => join);
		return this.#edge({
			instance,
			label: node.label as string,
			origin: node.origin,
			condition: node.condition,
			after,
			otherwise,
		});
	}

	/** The first steps of a choice's branches. */
	#branches(node: NodeOf<"choose">, at: string, instance: Instance, exits: Exits, join: Target): Edge[] {
		return node.branches.flatMap((branch, index) => {
			const where = `${at}${branchName(node, index)}`;
			const edges = this.#first(branch, 0, where, instance, exits, () => join, node.origin);
			for (const edge of edges) edge.choices.push({ node, index });
			return edges;
		});
	}

	#first(
		body: readonly Node[],
		i: number,
		at: string,
		instance: Instance,
		exits: Exits,
		rest: () => Target,
		origin: Origin,
	): Edge[] {
		const node = body[i];
		const where = `${at}.${i}`;
		const next = () => this.#block(body, i + 1, at, instance, exits, rest);
		const joined = (edges: (join: Target) => Edge[]): Edge[] => {
			const join = jump(origin);
			const made = edges(join);
			join.to = next();
			return made;
		};
		if (node?.kind === "step") return [this.#step(node, instance, next)];
		if (node?.kind === "branch" && node.label !== undefined)
			return joined((join) => [this.#condition(node, where, instance, exits, join)]);
		if (node?.kind === "choose") return joined((join) => this.#branches(node, where, instance, exits, join));
		// A version of a statement that is none here does not count.
		if (node?.kind === "block" && node.body.length === 0)
			return this.#first(body, i + 1, at, instance, exits, rest, origin);
		if (node?.kind === "block") return this.#first(node.body, 0, `${where}#`, instance, exits, next, origin);
		throw new ModelError(
			"each branch of choose() must begin with a step, for the choice is made together with it",
			origin.author,
		);
	}

	#call(node: NodeOf<"call">, at: string, caller: Instance, next: () => Target): Target {
		const routine = node.routine();
		let depth = 1;
		for (let up: Instance | undefined = caller; up; up = up.caller) if (up.routine === routine) depth++;
		if (depth > routine.depth) return this.#tooDeep(at, caller, routine, node.origin);
		const instance = this.#instance(routine, caller, at, node.origin);
		const join = jump(node.origin);
		const body = this.#routine(instance, (value) => ({ kind: "exit", instance, value, into: node.into, next: join }));
		// Only now: what follows the call may use the callee's slots again.
		this.#release(instance);
		join.to = next();
		return { kind: "enter", instance, args: node.args, next: body };
	}

	/** Beyond the declared depth of a recursion stands one step that reports P16. */
	#tooDeep(at: string, instance: Instance, routine: AnyRoutine, origin: Origin): Target {
		if (routine.depth === 1)
			throw new ModelError(`${routine.name} calls itself: declare how deep with { depth }`, origin.author);
		const effect = () => fault("P16", `${routine.name} nests deeper than ${routine.depth}`);
		const after = jump(origin);
		const label = `${routine.name}() /* deeper than ${routine.depth} */`;
		const target = this.#stand(at, instance, [this.#edge({ instance, label, origin, effect, after })]);
		after.to = target;
		return target;
	}

	#stand(at: string, instance: Instance, edges: readonly Edge[], returned = false): Target {
		const position = this.#position(`${instance.path}${at}`, instance, returned);
		const wheres = this.placements.length > 0 ? this.placements : [undefined];
		const target: Target = { kind: "position", position };
		for (const placement of wheres)
			for (const edge of returned ? edges : gated(this.gate, edges, (own) => this.#edge({ ...own, after: target })))
				position.edges.push({ ...edge, id: this.nextEdge(), at: position.name, placement });
		return target;
	}

	#position(name: string, instance: Instance, returned: boolean): Position {
		const position = { index: this.positions.length, name, instance, returned, edges: [] };
		this.positions.push(position);
		return position;
	}

	#edge(edge: Pick<Edge, "instance" | "label" | "origin" | "after"> & Partial<Edge>): Edge {
		return {
			id: UNNUMBERED,
			process: this.process,
			choices: [],
			at: "",
			placement: undefined,
			inside: undefined,
			guard: undefined,
			effect: undefined,
			condition: undefined,
			otherwise: undefined,
			...edge,
		};
	}
}

/** Before a step is put to its place. */
const UNNUMBERED = -1;

const jump = (origin: Origin): Target & { kind: "jump" } => ({ kind: "jump", to: undefined, origin });

function required(target: Target | undefined, message: string, origin: Origin): Target {
	if (!target) throw new ModelError(message, origin.author);
	return target;
}
