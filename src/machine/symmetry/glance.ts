import type { Bound } from "../bound.ts";
import type { Generated } from "../generate.ts";
import type { Machine, StepViolation } from "../machine.ts";
import type { Trail } from "../trail.ts";
import type { Relabelling } from "./group.ts";
import type { Moving } from "./moving.ts";

type Reduced = Pick<Machine, "out" | "found" | "taken" | "words">;

/**
 * Looks by the search's own code whether the images of a state go on as it does, by one expansion each. What
 * properties read, and what steps cost, it does not see.
 */
export class Glance {
	readonly #machine: Reduced;
	readonly #moving: Moving;
	readonly #trail: Trail;
	readonly #came: Uint8Array;
	readonly #before: Uint8Array;
	/** Room for the trail's. */
	readonly #marks: Int32Array;
	readonly #expand: () => void;
	/** By successor of the state itself: 1 if one of the image's is the same. */
	readonly #matched: Uint8Array;

	constructor(bound: Bound, code: Generated, trail: Trail, machine: Reduced, moving: Moving) {
		this.#machine = machine;
		this.#moving = moving;
		this.#trail = trail;
		this.#came = bound.decisions.came;
		this.#before = this.#came.slice();
		this.#marks = trail.marks.slice();
		this.#expand = () => code.expand(0);
		this.#matched = new Uint8Array(machine.out.hashes.length);
	}

	/** Whether they do, if the successors of the current state are those from number `first` on, and none of its steps was cut. */
	isAlike(first: number, elements: readonly Relabelling[]): boolean {
		const { out, found } = this.#machine;
		const to = out.count;
		const met = found.splice(0);
		this.#marks.set(this.#trail.marks);
		// What comes of guards in images is not what the search has met.
		this.#before.set(this.#came);
		this.#trail.repeating = true;
		try {
			for (const element of elements) if (!this.#goesOnAlike(element, first, to, met)) return false;
			return true;
		} finally {
			this.#trail.repeating = false;
			this.#trail.marks.set(this.#marks);
			this.#came.set(this.#before);
			found.splice(0, found.length, ...met);
		}
	}

	#goesOnAlike(element: Relabelling, first: number, to: number, met: readonly StepViolation[]): boolean {
		const { out, found, taken } = this.#machine;
		try {
			this.#moving.in(element, this.#expand);
			return this.#sameStates(first, to) && this.#sameEvents(met);
		} catch {
			return false;
		} finally {
			for (let i = to; i < out.count; i++) {
				const edge = out.edges[i] as number;
				taken[edge] = (taken[edge] as number) - 1;
			}
			out.count = to;
			found.length = 0;
		}
	}

	/** Whether the successors from `first` up to `to` are those from `to` on, in any order. */
	#sameStates(first: number, to: number): boolean {
		const { out } = this.#machine;
		if (out.count - to !== to - first) return false;
		this.#matched.fill(0, first, to);
		for (let i = to; i < out.count; i++) {
			let own = first;
			while (own < to && (this.#matched[own] === 1 || !this.#areEqual(own, i))) own++;
			if (own === to) return false;
			this.#matched[own] = 1;
		}
		return true;
	}

	#areEqual(a: number, b: number): boolean {
		const { out, words } = this.#machine;
		if (out.hashes[a] !== out.hashes[b]) return false;
		for (let w = 0; w < words; w++) if (out.words[a * words + w] !== out.words[b * words + w]) return false;
		return true;
	}

	/** Whether the image's steps have raised what the state's own have. */
	#sameEvents(met: readonly StepViolation[]): boolean {
		const { found } = this.#machine;
		if (found.length !== met.length) return false;
		const left = [...met];
		return found.every(({ property, successor }) => {
			const at = left.findIndex(
				(own) => own.property === property && this.#areEqual(own.successor as number, successor as number),
			);
			if (at >= 0) left.splice(at, 1);
			return at >= 0;
		});
	}
}
