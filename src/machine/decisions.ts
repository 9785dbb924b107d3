import type { Origin } from "../lang/index.ts";
import { type Edge, type Instance, type Program, type Target, targetsFrom } from "./program.ts";

/** A place where a step's guard, or a condition, is asked, as it stands in one process. */
export interface Decision {
	readonly kind: "guard" | "condition";
	/** The step that has it; a condition on the frame belongs to no one step. */
	readonly step: number | undefined;
	readonly instance: Instance;
	/** Of the step; a condition that is no step of its own has none. */
	readonly label: string | undefined;
	/** What `callOneOf` compares with here: then only that it is ever so is of interest. */
	readonly name: string | undefined;
	readonly origin: Origin;
}

export const CAME_TRUE = 1;
export const CAME_FALSE = 2;

type Test = Extract<Target, { kind: "test" }>;

/** All decisions of a system, and how each has come out. */
export class Decisions {
	readonly all: Decision[] = [];
	/** By decision: the sum of `CAME_TRUE` and `CAME_FALSE`, as far as they apply. */
	readonly came: Uint8Array;
	readonly #numbers = new Map<Edge | Test, number>();

	constructor(programs: readonly Program[]) {
		for (const { positions, entry } of programs) {
			this.#follow(entry);
			for (const { edges } of positions)
				for (const edge of edges) {
					const { id: step, instance, label, origin } = edge;
					const about = { step, instance, label, name: undefined, origin };
					if (edge.guard) this.#add(edge, { kind: "guard", ...about });
					if (edge.condition) this.#add(edge, { kind: "condition", ...about });
					this.#follow(edge.after);
					if (edge.otherwise) this.#follow(edge.otherwise);
				}
		}
		this.came = new Uint8Array(this.all.length);
	}

	/** Number of the decision by the guard or condition of an edge, or by a test. */
	of(place: Edge | Test): number {
		return this.#numbers.get(place) as number;
	}

	note(place: Edge | Test, outcome: boolean): void {
		const number = this.of(place);
		this.came[number] = (this.came[number] as number) | (outcome ? CAME_TRUE : CAME_FALSE);
	}

	#add(place: Edge | Test, decision: Decision): void {
		this.#numbers.set(place, this.all.push(decision) - 1);
	}

	#follow(target: Target): void {
		for (const at of targetsFrom(target)) {
			if (at.kind !== "test" || this.#numbers.has(at)) continue;
			const { instance, origin, name } = at;
			this.#add(at, { kind: "condition", step: undefined, label: undefined, instance, name, origin });
		}
	}
}
