import type { Closure, Placement } from "../lang/index.ts";
import { CAME_FALSE, CAME_TRUE, type Decisions } from "./decisions.ts";
import { type Edge, type Instance, type Program, slotsOf, type Target } from "./program.ts";

/** Generates the successor functions of processes, with the constants they refer to; `R` is the `Control`. */
export class Generator {
	readonly constants: unknown[] = [];
	readonly #decisions: Decisions;
	readonly #known = new Map<unknown, string>();

	constructor(decisions: Decisions) {
		this.#decisions = decisions;
	}

	#constant(value: unknown): string {
		let name = this.#known.get(value);
		if (name === undefined) {
			name = `k${this.constants.push(value) - 1}`;
			this.#known.set(value, name);
		}
		return name;
	}

	/** Declarations of the constants used so far. */
	get declarations(): string {
		return this.constants.map((_, i) => `const k${i} = K[${i}];`).join("\n");
	}

	/** Function `p<i>`, which takes every step of the process from where it stands: one function per position. */
	process(program: Program, context: object): string {
		const name = `p${program.index}`;
		const { gate, placements } = program.process;
		if (placements.length === 0) {
			const [functions, turn] = this.#positions(program, context, name, undefined);
			return `${functions}
				function ${name}() {
					${gate ? `if (P[${program.pc}] === ${program.end.index} || !${this.#call(gate.when, context)}) return;` : ""}
					${turn}
				}`;
		}
		const parts = placements.map((placement, i) => this.#positions(program, context, `${name}_${i}`, placement));
		const turns = placements.map(({ when }, i) => `if (${this.#call(when, context)}) { ${parts[i]?.[1]} }`);
		return `${parts.map(([functions]) => functions).join("\n")}
			function ${name}() {
				if (P[${program.pc}] === ${program.end.index}) return;
				${turns.join("\n")}
			}`;
	}

	/** A function for each position, and the code that turns to the one where the process stands. */
	#positions(program: Program, context: object, name: string, placement: Placement | undefined): [string, string] {
		const { gate } = program.process;
		const standing = program.positions.filter((position) => position.edges.length > 0);
		const step = (edge: Edge) => {
			const code = this.#step(program, edge, context);
			if (!placement) return code;
			// The gate is asked where the process has gone.
			const asked = gate ? `if (${this.#call(gate.when, context)}) { ${code} }` : code;
			return `${this.#call(placement.enter, context)}; n = O.count; ${asked} if (O.count === n) restore();`;
		};
		const functions = standing.map(({ index, edges }) => {
			const here = edges.filter((edge) => edge.placement === placement).map(step);
			return `function ${name}_${index}() { ${placement ? "let n;" : ""} ${here.join("\n")} }`;
		});
		const cases = standing.map(({ index }) => `case ${index}: ${name}_${index}(); break;`);
		return [functions.join("\n"), `switch (P[${program.pc}]) { ${cases.join("\n")} }`];
	}

	#step(program: Program, edge: Edge, context: object): string {
		const enter = program.process.gate?.enter;
		const own = edge.instance.context;
		const act = [
			enter ? `${this.#call(enter, context)};` : "",
			edge.effect ? `${this.#call(edge.effect, own)};` : "",
			edge.condition
				? `if (${this.#call(edge.condition, own)}) { ${this.#came(edge, CAME_TRUE)} ${this.#go(program, edge.after)} } else { ${this.#came(edge, CAME_FALSE)} ${this.#go(program, edge.otherwise as Target)} }`
				: this.#go(program, edge.after),
			`emit(${edge.id});`,
		].join(" ");
		const { inside, guard } = edge;
		// That the guard came out true is known by the step.
		const guarded = guard ? `if (${this.#call(guard, own)}) { ${act} } else ${this.#came(edge, CAME_FALSE)}` : act;
		return inside ? `if (${this.#call(inside, own)}) { ${guarded} }` : guarded;
	}

	#came(place: Parameters<Decisions["of"]>[0], how: number): string {
		return `C[${this.#decisions.of(place)}] |= ${how};`;
	}

	/** Code that brings the process to where `target` leads. */
	#go(program: Program, target: Target, seen: readonly Target[] = []): string {
		switch (target.kind) {
			case "position":
				return `P[${program.pc}] = ${target.position.index};`;
			case "jump":
				if (seen.includes(target)) return `R.follow(${this.#constant(program)}, ${this.#constant(target)});`;
				return this.#go(program, target.to as Target, [...seen, target]);
			case "test":
				return `if (${this.#call(target.condition, target.instance.local)}) { ${this.#came(target, CAME_TRUE)} ${this.#go(program, target.yes, seen)} } else { ${this.#came(target, CAME_FALSE)} ${this.#go(program, target.no, seen)} }`;
			case "enter":
				return `${this.#enter(target)} ${this.#go(program, target.next, seen)}`;
			case "forget":
				return `${clear(target.instance, target.names)} ${this.#go(program, target.next, seen)}`;
			case "exit":
				return `${this.#exit(target)} ${this.#go(program, target.next, seen)}`;
			case "end": {
				const { context } = target.instance;
				const { when, enter } = target.exit;
				if (!when) return this.#go(program, target.otherwise, seen);
				return `if (${this.#call(when, context)}) { ${this.#call(enter, context)}; ${this.#go(program, target.next, seen)} } else { ${this.#go(program, target.otherwise, seen)} }`;
			}
		}
	}

	// What is wrong with a value that does not fit is found out by `Control`, which takes the step again.

	#enter({ instance, args }: Extract<Target, { kind: "enter" }>): string {
		const names = Object.keys(instance.routine.args);
		if (names.length === 0) return "";
		const values = args ? this.#call(args, (instance.caller ?? instance).local) : "{}";
		const frame = this.#constant(instance.context.f);
		return `{ const a = ${values}; ${names.map((name) => `${field(frame, name)} = ${field("a", name)};`).join(" ")} }`;
	}

	#exit({ instance, value, into }: Extract<Target, { kind: "exit" }>): string {
		const result = value && this.#call(value, instance.local);
		const frame = into !== undefined && instance.caller && this.#constant(instance.caller.context.f);
		// First of all, for a composite is a view of the frame it lies in.
		return `${frame ? `${field(frame, into)} = ${result};` : result ? `${result};` : ""} ${clear(instance)}`;
	}

	#call(closure: Closure, context: object): string {
		return `${this.#constant(closure)}(${this.#constant(context)})`;
	}
}

const field = (object: string, name: string): string => `${object}[${JSON.stringify(name)}]`;

/** Statements that reset the slots of these fields of a frame; default all. */
const clear = (instance: Instance, names?: readonly string[]): string =>
	slotsOf(instance, names)
		.map((offset) => `W[${offset}] = 0;`)
		.join(" ");
