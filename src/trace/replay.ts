import { isDeepStrictEqual } from "node:util";
import type { BuiltSystem } from "../lang/index.ts";
import { type Description, type Reference, type ReferenceState, reference, type Step } from "../machine/index.ts";
import { differences } from "./diff.ts";

/** The checker contradicts itself: a bug in it, never in a model. */
export class Disagreement extends Error {
	override readonly name = "Disagreement";
}

/** Takes a counterexample's steps in the reference interpreter, and demands the same states. */
export class Replay {
	readonly #reference: Reference;
	#state: ReferenceState;
	#taken = 0;

	constructor(system: BuiltSystem, only: ReadonlySet<string> | undefined, first: Description) {
		this.#reference = reference(system, only);
		this.#state = this.#reference.initial;
		this.#same(this.#state, first, "in the initial state");
	}

	/** Takes `step`, which leads to state `after`. Returns the properties that it violates, by id. */
	take(step: Step, after: Description): readonly string[] {
		this.#taken++;
		const made = this.#successors(step);
		const same = made.find(({ state }) => isDeepStrictEqual(this.#reference.describe(state), after));
		if (!same) {
			const [other] = made;
			if (other) this.#same(other.state, after, `after step ${this.#taken}, "${step.label}"`);
			throw new Disagreement(`the reference interpreter cannot take step ${this.#taken}, "${step.label}"`);
		}
		this.#state = same.state;
		return same.violations.map(({ property }) => property);
	}

	/** Demands that `step` raises an error here too. */
	raises(step: Step): void {
		this.#taken++;
		const raised = this.#ways(step).some((way) => {
			try {
				const transition = this.#reference.take(this.#state, step.process, way, step.placement);
				return transition !== undefined && transition.state === undefined;
			} catch {
				return true;
			}
		});
		if (!raised) throw new Disagreement(`in the reference interpreter, "${step.label}" raises no error`);
	}

	/** Ids of the properties that are false in the state reached. */
	violated(): readonly string[] {
		const { properties } = this.#reference;
		const indices = [...this.#reference.violated(this.#state), ...this.#reference.violatedAtEnd(this.#state)];
		return indices.map((i) => properties[i]?.id ?? "");
	}

	/** The states that the reference interpreter goes to by `step`, with what each way there violates. */
	#successors(step: Step) {
		try {
			return this.#ways(step).flatMap((way) => {
				const { state, violations } = this.#reference.take(this.#state, step.process, way, step.placement) ?? {};
				return state && violations ? [{ state, violations }] : [];
			});
		} catch (error) {
			throw new Disagreement(`the reference interpreter fails at step ${this.#taken}: ${(error as Error).message}`);
		}
	}

	/** Several branches of a choice may carry one label: the state that follows tells them apart. */
	#ways({ process, label, origin }: Step) {
		const steps = this.#state.controls[process]?.steps ?? [];
		return steps.filter((way) => way.label === label && way.origin === origin);
	}

	#same(state: ReferenceState, packed: Description, when: string): void {
		const described = this.#reference.describe(state);
		if (isDeepStrictEqual(described, packed)) return;
		const changes = differences(described, packed).map(({ path, from, to }) => `${path} is ${to}, not ${from}`);
		throw new Disagreement(
			`the two interpreters disagree ${when}: ${changes.join("; ") || "on where a process stands"}`,
		);
	}
}
