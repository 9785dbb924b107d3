import { type Description, type Machine, messageOf, type Step } from "../machine/index.ts";
import { Disagreement } from "./replay.ts";
import { initialState } from "./steps.ts";

/** Variables of a routine by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** Takes a counterexample's steps in the machine that has found it, or in another of the same system. */
export class MachineReplay {
	readonly #state: Int32Array;
	description: Description;

	constructor(readonly machine: Machine) {
		this.#state = initialState(machine);
		this.description = machine.describe();
	}

	take(id: number): void {
		const { machine } = this;
		if (!machine.take(id)) throw new Disagreement(`"${labelOf(machine, id)}" is not possible where the search took it`);
		machine.store(this.#state, 0);
		this.description = machine.describe();
	}

	/** How the condition of `step`, if it is one, comes out; the events that it emits are undone. */
	outcome({ condition, instance, placement }: Step): boolean | undefined {
		if (!condition) return undefined;
		try {
			placement?.enter(instance.context as never);
			return Boolean(condition(instance.context as never));
		} catch {
			return undefined;
		} finally {
			this.machine.load(this.#state, 0);
		}
	}

	/** The locals of the step's routine once it has acted, also where the routine then returns; the state is undone. */
	frameAfter({ effect, instance, process, placement }: Step): Variables {
		const own = () => this.machine.describe().processes[process]?.stack.at(-1)?.frame ?? {};
		try {
			placement?.enter(instance.context as never);
			effect?.(instance.context as never);
			return own();
		} catch {
			return {};
		} finally {
			this.machine.load(this.#state, 0);
		}
	}

	/** Takes step `id`, which raises an error, and returns its message; the state stays as it was. */
	raises(id: number): string {
		const { machine } = this;
		let possible = false;
		try {
			possible = machine.take(id);
		} catch (error) {
			machine.load(this.#state, 0);
			return messageOf(error);
		}
		const what = possible ? "raises no error" : "is not possible";
		throw new Disagreement(`"${labelOf(machine, id)}" ${what} where the search met its error`);
	}
}

const labelOf = (machine: Machine, id: number) => machine.steps[id]?.label;
