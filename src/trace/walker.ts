import { confined } from "../explore/confined.ts";
import { Endings } from "../explore/endings.ts";
import { type Description, type Machine, messageOf, type Step } from "../machine/index.ts";
import type { Ending } from "./rebuild.ts";
import { changesBy, initialState, isModelError, type Way, wayBy, waysFrom } from "./steps.ts";
import type { Change } from "./trace.ts";

/** A walk through a machine's states that somebody leads, step by step and back. */
export class Walker {
	/** Steps taken so far. */
	readonly #taken: { readonly way: Way; readonly changes: readonly Change[] }[] = [];
	readonly machine: Machine;
	readonly #endings: Endings;
	readonly start: Int32Array;

	constructor(machine: Machine) {
		this.machine = confined(machine);
		this.#endings = new Endings(this.machine);
		this.start = initialState(machine);
	}

	/** Where it stands; after a step that raised an error, where that step began. */
	get state(): Int32Array {
		return this.#taken.findLast(({ way }) => way.next)?.way.next ?? this.start;
	}

	/** Ids of the steps from the initial state. */
	get path(): number[] {
		return this.#taken.map(({ way }) => way.step.id);
	}

	get last(): { readonly way: Way; readonly changes: readonly Change[] } | undefined {
		return this.#taken.at(-1);
	}

	/** Whether the last step raised an error, so that nothing follows. */
	get cut(): boolean {
		return this.last !== undefined && this.last.way.next === undefined;
	}

	/** What can be done next. */
	ways(): Way[] {
		return this.cut ? [] : waysFrom(this.machine, this.state);
	}

	take(way: Way): void {
		this.#taken.push({ way, changes: changesBy(this.machine, this.state, way) });
	}

	/** Takes the step of that id; false where it is not possible. */
	takeStep(id: number): boolean {
		const way = wayBy(this.machine, this.state, this.machine.steps[id] as Step);
		if (way) this.take(way);
		return way !== undefined;
	}

	back(steps: number): void {
		this.#taken.splice(Math.max(0, this.#taken.length - steps));
	}

	describe(): Description {
		this.machine.load(this.state, 0);
		return this.machine.describe();
	}

	/** Whether nothing but background steps is possible from here on. */
	get atEnd(): boolean {
		return !this.cut && this.#endings.isEnd(this.state, 0);
	}

	/** Ids of the properties that are false here, or of the last step. */
	violated(): string[] {
		const { machine, last } = this;
		const atEnd = this.atEnd;
		machine.load(this.state, 0);
		const conditions = [...machine.violated(), ...(atEnd ? machine.violatedAtEnd() : [])];
		const ids = conditions.map((i) => machine.properties[i]).flatMap((p) => (p && !p.sometimes ? [p.id] : []));
		return [...new Set([...(last?.way.violates ?? []), ...ids])];
	}

	/** How the walk ends: with a violation, of one of the properties `preferred` if there is, or anyhow. */
	ending(preferred: readonly string[] = []): Ending {
		if (this.last && this.cut) {
			const message = messageOf(this.last.way.error);
			return isModelError(this.last.way) ? { kind: "failed", message, byStep: true } : { kind: "raised", message };
		}
		const violated = this.violated();
		const property = violated.find((id) => preferred.includes(id)) ?? violated[0];
		return property === undefined ? { kind: "reached" } : { kind: "false", property };
	}
}
