import { enablePatches, type Patch, produceWithPatches } from "immer";
import { Blocked, type BuiltSystem, Fault, fault, type Place, type Process, type Property } from "../lang/index.ts";
import type { Description } from "./machine.ts";
import { changes } from "./reference-changes.ts";
import { run, start } from "./reference-control.ts";
import { describeReference } from "./reference-describe.ts";
import { CallStack } from "./reference-frames.ts";
import type { Activation, Control, Step } from "./reference-rest.ts";
import { type Data, type Heard, Scene } from "./reference-scene.ts";
import type { ReferenceState, Transition, Violation } from "./reference-state.ts";
import { initialRecord } from "./reference-values.ts";
import { PropertyError, StepError } from "./steperror.ts";

enablePatches();

/**
 * The slow interpreter: it walks the tree of statements as the author wrote it, on immer drafts of plain objects.
 * Nothing of it is shared with the packed machine but the checks' wording, so that comparing the two finds what
 * is wrong in either. `only` restricts the properties by id.
 */
export function reference(system: BuiltSystem, only?: ReadonlySet<string>): Reference {
	return new Reference(system, only);
}

export class Reference {
	readonly properties: readonly Property[];
	/** Indices of the properties that were ever put to the test. */
	readonly exercised = new Set<number>();
	readonly initial: ReferenceState;
	readonly #system: BuiltSystem;

	constructor(system: BuiltSystem, only: ReadonlySet<string> | undefined) {
		this.#system = system;
		this.properties = system.properties.filter((p) => !only || only.has(p.id));
		this.initial = this.#begin();
	}

	/** The types' first values, then the model's, then each process up to its first step. */
	#begin(): ReferenceState {
		const { state, processes, init } = this.#system;
		const empty: Data = {
			shared: initialRecord(state.fields),
			ghosts: this.properties.map((p) => initialRecord(p.ghost)),
			frames: processes.map(() => []),
		};
		const controls: Control[] = [];
		const { data } = drafted(empty, (draft) => {
			const scene = new Scene(this.#system, this.properties, draft, controls, { initialising: true });
			init?.(scene.state() as never);
			processes.forEach((process, p) => {
				const { rest, active } = start(process);
				const frames = new CallStack(scene, p, []);
				frames.push(process.routine, process.args, process.origin);
				controls.push(run(process, rest, active, frames));
			});
			scene.close();
		});
		return { data, controls };
	}

	/** Every step that is possible, in the packed machine's order. Throws a `StepError` where one is in error. */
	successors(state: ReferenceState): Transition[] {
		return state.controls.flatMap(({ steps }, p) => steps.flatMap((step) => this.take(state, p, step) ?? []));
	}

	/** Takes a step of process `p`; undefined if it is not possible. */
	take(state: ReferenceState, p: number, step: Step): Transition | undefined {
		try {
			return this.#take(state, p, step);
		} catch (error) {
			if (error instanceof Blocked) return undefined;
			throw new StepError(error, { id: undefined, process: p, label: step.label, origin: step.origin });
		}
	}

	#take(state: ReferenceState, p: number, step: Step): Transition | undefined {
		const { background } = this.#system.processes[p] as Process;
		const { active } = state.controls[p] as Control;
		const heard: Heard[] = [];
		let made: { state: ReferenceState; patches: readonly Patch[] } | undefined;
		let cut: Fault | undefined;
		try {
			if (!this.#possible(state, p, step)) return undefined;
			made = this.#act(state, p, step, heard);
		} catch (error) {
			if (!(error instanceof Fault)) throw error;
			cut = error;
		}
		for (const { property } of heard) this.exercised.add(property);
		const violations: Violation[] = heard
			.filter(({ holds }) => !holds)
			.map(({ property }) => ({ property: this.#id(property), message: undefined }));
		return {
			process: p,
			label: step.label,
			routine: (active.at(-1) as Activation).routine.name,
			origin: step.origin,
			background,
			state: made?.state,
			violations: cut ? [...violations, { property: cut.property, message: cut.message }] : violations,
			patches: made?.patches ?? [],
			changes: made ? changes(this.#system.state.fields, this.properties, state, made.state, made.patches) : [],
		};
	}

	#possible(state: ReferenceState, p: number, { guard, label }: Step): boolean {
		const { gate } = this.#system.processes[p] as Process;
		const scene = this.#scene(state);
		const reader = `the guard of "${label}"`;
		const possible =
			(!gate || gate.when(scene.own(p, reader) as never) === true) &&
			(!guard || guard(scene.context(p, reader) as never) === true);
		scene.close();
		return possible;
	}

	#act(state: ReferenceState, p: number, step: Step, heard: Heard[]) {
		const process = this.#system.processes[p] as Process;
		const { active } = state.controls[p] as Control;
		const { tooDeep, effect, condition, label, yes, no } = step;
		const { data, patches, result } = drafted(state.data, (draft) => {
			const scene = new Scene(this.#system, this.properties, draft, state.controls, { heard });
			process.gate?.enter?.(scene.own(p) as never);
			if (tooDeep) fault("P16", `${tooDeep.name} nests deeper than ${tooDeep.depth}`);
			effect?.(scene.context(p) as never);
			const holds = !condition || Boolean(condition(scene.context(p, `the condition "${label}"`, true) as never));
			const routines = active.map(({ routine }) => routine);
			const control = run(process, holds || !no ? yes : no, active, new CallStack(scene, p, routines));
			scene.close();
			return control;
		});
		return { state: { data, controls: state.controls.with(p, result) }, patches };
	}

	/** Index of each invariant that `state` violates, and of each `sometimes` condition that it meets. */
	violated(state: ReferenceState): readonly number[] {
		const met = this.properties.flatMap(({ sometimes }, i) =>
			sometimes && this.#look(state, i, (sight) => sometimes(sight)) ? [i] : [],
		);
		return [...this.#check(state, "invariant"), ...met].sort((a, b) => a - b);
	}

	/** Index of each terminal condition that `state` violates. */
	violatedAtEnd(state: ReferenceState): readonly number[] {
		return this.#check(state, "terminal");
	}

	#check(state: ReferenceState, kind: "invariant" | "terminal"): readonly number[] {
		return this.properties.flatMap((property, i) => {
			const holds = property[kind];
			if (!holds) return [];
			return this.#look(state, i, (sight) => {
				if (!this.exercised.has(i) && (!property.antecedent || property.antecedent(sight))) this.exercised.add(i);
				return holds(sight) ? [] : [i];
			});
		});
	}

	/** Lines that say why property `index` is false in `state`. */
	explain(state: ReferenceState, index: number): readonly string[] {
		return this.#look(state, index, (sight) => this.properties[index]?.explain?.(sight) ?? []);
	}

	#look<R>(state: ReferenceState, i: number, ask: (sight: never) => R): R {
		const scene = this.#scene(state);
		try {
			return ask(scene.sight(i, "nothing") as never);
		} catch (error) {
			throw new PropertyError(error, this.properties[i] as Property);
		} finally {
			scene.close();
		}
	}

	/** Where process `p` is to be shown. */
	place(state: ReferenceState, p: number): Place {
		const { place } = this.#system.processes[p] as Process;
		const own = this.#scene(state).own(p, "place");
		return place ? place(own as never) : { lane: undefined, context: "", depth: 0 };
	}

	/** What each lane runs. */
	running(state: ReferenceState): readonly (number | null)[] {
		const s = this.#scene(state).state("running");
		return this.#system.running?.(s as never) ?? [];
	}

	/** The state in the model's words, exactly as the packed machine gives it. */
	describe(state: ReferenceState): Description {
		return describeReference(this.#system, this.properties, state);
	}

	#scene({ data, controls }: ReferenceState): Scene {
		return new Scene(this.#system, this.properties, data, controls);
	}

	#id(property: number): string {
		return (this.properties[property] as Property).id;
	}
}

function drafted<R>(data: Data, recipe: (draft: Data) => R): { data: Data; patches: readonly Patch[]; result: R } {
	const results: R[] = [];
	const [next, patches] = produceWithPatches(data, (draft) => {
		results.push(recipe(draft));
	});
	return { data: next, patches, result: results[0] as R };
}
