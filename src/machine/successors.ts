import type { Closure } from "../lang/index.ts";
import { type Edge, type Instance, type Program, slotsOf, type Target } from "./program.ts";

/** At most this many steps in one generated function: V8 does not optimise functions beyond 60 KiB of bytecode. */
const STEPS_PER_FUNCTION = 48;

/** Generates the successor functions of processes, with the constants they refer to; `R` is the `Control`. */
export class Generator {
	readonly constants: unknown[] = [];
	readonly #known = new Map<unknown, string>();

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

	/** Functions `p<i>_<j>` that take every step of the process from where it stands. */
	process(program: Program, context: object): string {
		const chunks: (typeof program.positions)[] = [];
		let size = Number.POSITIVE_INFINITY;
		for (const position of program.positions) {
			if (size + position.edges.length > STEPS_PER_FUNCTION) {
				chunks.push([]);
				size = 0;
			}
			(chunks.at(-1) as (typeof program.positions)[number][]).push(position);
			size += position.edges.length;
		}
		const name = `p${program.index}`;
		const gate = program.process.gate;
		const functions = chunks.map(
			(positions, j) => `function ${name}_${j}(pc) { switch (pc) {
				${positions
					.filter((position) => position.edges.length > 0)
					.map(
						(position) =>
							`case ${position.index}: ${position.edges.map((edge) => this.#step(program, edge, context)).join("\n")} return;`,
					)
					.join("\n")}
			} }`,
		);
		const bounds = chunks.map((positions) => positions[0]?.index ?? 0);
		const calls = chunks.map((_, j) =>
			j + 1 < chunks.length ? `if (pc < ${bounds[j + 1]}) ${name}_${j}(pc); else ` : `${name}_${j}(pc);`,
		);
		return `${functions.join("\n")}
			function ${name}() { const pc = P[${program.pc}]; ${gate ? `if (!${this.#call(gate.when, context)}) return;` : ""} ${calls.join("")} }`;
	}

	#step(program: Program, edge: Edge, context: object): string {
		const enter = program.process.gate?.enter;
		const own = edge.instance.context;
		const act = [
			enter ? `${this.#call(enter, context)};` : "",
			edge.effect ? `${this.#call(edge.effect, own)};` : "",
			edge.condition
				? `if (${this.#call(edge.condition, own)}) { ${this.#go(program, edge.after)} } else { ${this.#go(program, edge.otherwise as Target)} }`
				: this.#go(program, edge.after),
			`emit(${edge.id});`,
		].join(" ");
		return edge.guard ? `if (${this.#call(edge.guard, own)}) { ${act} }` : act;
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
				return `if (${this.#call(target.condition, target.instance.context)}) { ${this.#go(program, target.yes, seen)} } else { ${this.#go(program, target.no, seen)} }`;
			case "enter": {
				const args = target.args ? `, ${this.#constant(target.args)}` : "";
				const call =
					Object.keys(target.instance.routine.args).length > 0
						? `R.enter(${this.#constant(target.instance)}${args});`
						: "";
				return `${call} ${this.#go(program, target.next, seen)}`;
			}
			case "forget":
				return `${clear(target.instance, target.names)} ${this.#go(program, target.next, seen)}`;
			case "exit": {
				const { instance, value, into, next } = target;
				const call =
					value || into !== undefined
						? `R.exit(${this.#constant(instance)}, ${value ? this.#constant(value) : "undefined"}, ${JSON.stringify(into)});`
						: clear(instance);
				return `${call} ${this.#go(program, next, seen)}`;
			}
		}
	}

	#call(closure: Closure, context: object): string {
		return `${this.#constant(closure)}(${this.#constant(context)})`;
	}
}

/** Statements that reset the slots of these fields of a frame; default all. */
const clear = (instance: Instance, names?: readonly string[]): string =>
	slotsOf(instance, names)
		.map((offset) => `W[${offset}] = 0;`)
		.join(" ");
