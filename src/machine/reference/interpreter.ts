import { produce } from "immer";
import {
	Blocked,
	type BuiltSystem,
	Fault,
	fault,
	type Place,
	type Placement,
	type Process,
	type Property,
} from "../../lang/index.ts";
import { requireDone, requireTruth } from "../answers.ts";
import type { Description } from "../machine.ts";
import { PropertyError, StepError } from "../steperror.ts";
import { run, start } from "./control.ts";
import { describeReference } from "./describe.ts";
import { CallStack } from "./frames.ts";
import type { Activation, Control, Step } from "./rest.ts";
import { type Data, type Heard, Scene } from "./scene.ts";
import type { ReferenceState, Transition, Violation } from "./state.ts";
import { initialRecord } from "./values.ts";

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
	#looked: { readonly state: ReferenceState; readonly scene: Scene } | undefined;

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
			scene.during(() => {
				init?.(scene.state() as never);
				processes.forEach((process, p) => {
					const { rest, active } = start(process);
					const frames = new CallStack(scene, p, []);
					frames.push(process.routine, process.args, process.origin);
					controls.push(run(process, rest, active, frames));
				});
			});
		});
		return { data, controls };
	}

	/** Every step that is possible, in the packed machine's order. Throws a `StepError` where one is in error. */
	successors(state: ReferenceState): Transition[] {
		return state.controls.flatMap(({ steps }, p) =>
			this.choices(p, steps).flatMap(({ step, placement }) => this.take(state, p, step, placement) ?? []),
		);
	}

	/** The steps of process `p`, each with every place that it may go to with it. */
	choices(p: number, steps: readonly Step[]): { readonly step: Step; readonly placement: Placement | undefined }[] {
		const { placements } = this.#system.processes[p] as Process;
		const wheres = placements.length > 0 ? placements : [undefined];
		return wheres.flatMap((placement) => steps.map((step) => ({ step, placement })));
	}

	/** Takes a step of process `p`, which goes to `placement` with it; undefined if it is not possible. */
	take(state: ReferenceState, p: number, step: Step, placement: Placement | undefined): Transition | undefined {
		try {
			const from = placement ? this.#placed(state, p, step, placement) : state;
			return from && this.#take(from, p, step);
		} catch (error) {
			if (error instanceof Blocked) return undefined;
			throw new StepError(error, { id: undefined, process: p, label: step.label, origin: step.origin });
		}
	}

	#take(state: ReferenceState, p: number, step: Step): Transition | undefined {
		const { background } = this.#system.processes[p] as Process;
		const { active } = state.controls[p] as Control;
		const heard: Heard[] = [];
		let made: ReferenceState | undefined;
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
			.map(({ property }) => ({ property: this.#id(property), message: cut?.message }));
		return {
			process: p,
			label: step.label,
			routine: (active.at(-1) as Activation).routine.name,
			origin: step.origin,
			background,
			state: made,
			violations: cut ? [...violations, { property: cut.property, message: cut.message }] : violations,
		};
	}

	/** The process elsewhere; undefined where it may not go. */
	#placed(
		state: ReferenceState,
		p: number,
		{ label, origin }: Step,
		{ when, enter }: Placement,
	): ReferenceState | undefined {
		const what = `the placement of "${label}"`;
		if (!this.#ask(state, (scene) => requireTruth(when(scene.own(p, what) as never), what, origin))) return undefined;
		const { data } = drafted(state.data, (draft) => {
			const scene = new Scene(this.#system, this.properties, draft, state.controls);
			scene.during(() => enter(scene.own(p) as never));
		});
		return { ...state, data };
	}

	#possible(state: ReferenceState, p: number, { guard, label, origin }: Step): boolean {
		const { gate } = this.#system.processes[p] as Process;
		const reader = `the guard of "${label}"`;
		return this.#ask(
			state,
			(scene) =>
				(!gate || requireTruth(gate.when(scene.own(p, reader) as never), reader, origin)) &&
				(!guard || requireTruth(guard(scene.context(p, reader) as never), reader, origin)),
		);
	}

	#act(state: ReferenceState, p: number, step: Step, heard: Heard[]): ReferenceState {
		const process = this.#system.processes[p] as Process;
		const { active } = state.controls[p] as Control;
		const { tooDeep, effect, condition, label, origin, yes, no } = step;
		const { data, result } = drafted(state.data, (draft) => {
			const scene = new Scene(this.#system, this.properties, draft, state.controls, { heard });
			return scene.during(() => {
				process.gate?.enter?.(scene.own(p) as never);
				if (tooDeep) fault("P16", `${tooDeep.name} nests deeper than ${tooDeep.depth}`);
				requireDone(effect?.(scene.context(p) as never), label, origin);
				const what = `the condition "${label}"`;
				const holds = !condition || requireTruth(condition(scene.context(p, what, true) as never), what, origin);
				const routines = active.map(({ routine }) => routine);
				return run(process, holds || !no ? yes : no, active, new CallStack(scene, p, routines));
			});
		});
		return { data, controls: state.controls.with(p, result) };
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
				return requireTruth(holds(sight), `property ${property.id}`, property.origin) ? [] : [i];
			});
		});
	}

	/** Lines that say why property `index` is false in `state`. */
	explain(state: ReferenceState, index: number): readonly string[] {
		return this.#look(state, index, (sight) => this.properties[index]?.explain?.(sight) ?? []);
	}

	#look<R>(state: ReferenceState, i: number, ask: (sight: never) => R): R {
		try {
			return this.#ask(state, (scene) => ask(scene.sight(i, "nothing") as never));
		} catch (error) {
			throw new PropertyError(error, this.properties[i] as Property);
		}
	}

	/** Where process `p` is to be shown. */
	place(state: ReferenceState, p: number): Place {
		const { place } = this.#system.processes[p] as Process;
		if (!place) return { lane: undefined, context: "", depth: 0 };
		return this.#ask(state, (scene) => place(scene.own(p, "place") as never));
	}

	/** What each lane runs. */
	running(state: ReferenceState): readonly (number | null)[] {
		return this.#ask(state, (scene) => this.#system.running?.(scene.state("running") as never) ?? []);
	}

	/** The state in the model's words, exactly as the packed machine gives it. */
	describe(state: ReferenceState): Description {
		return describeReference(this.#system, this.properties, state);
	}

	/** Asks something about `state`. The questions about one state, one after the other, share their views. */
	#ask<R>(state: ReferenceState, question: (scene: Scene) => R): R {
		if (this.#looked?.state !== state) {
			const scene = new Scene(this.#system, this.properties, state.data, state.controls);
			this.#looked = { state, scene };
		}
		const { scene } = this.#looked;
		return scene.during(() => question(scene));
	}

	#id(property: number): string {
		return (this.properties[property] as Property).id;
	}
}

function drafted<R>(data: Data, recipe: (draft: Data) => R): { data: Data; result: R } {
	const results: R[] = [];
	const next = produce(data, (draft) => {
		results.push(recipe(draft));
	});
	return { data: next, result: results[0] as R };
}
