import { type Id, ModelError } from "../lang/index.ts";
import type { VaryingContextField, VaryingCpuField, VaryingTimerField, VaryingWaitQueueField } from "./state.ts";

/**
 * Which fields of the state something in the scenario changes. All others take no room in stored states: whatever changes a
 * field says so first.
 */
export abstract class Varying {
	abstract readonly outgoing: Id<"cpu"> | undefined;
	/** By context; of tasks alone. */
	abstract readonly priority: readonly number[];
	/** The model is built; steps are taken. */
	protected runs = false;
	readonly #cpuFields = new Set<VaryingCpuField>(["curr"]);
	readonly #outgoingFields = new Set<string>();
	readonly #timerFields = new Set<VaryingTimerField>();
	readonly #waitQueueFields = new Map<number, Set<VaryingWaitQueueField>>();
	readonly #contextFields = new Map<number, Set<VaryingContextField>>();
	readonly #taskFields = new Set<VaryingContextField>();

	/** Something in this scenario changes these fields of a context. */
	varies(id: Id<"context">, ...names: readonly VaryingContextField[]): void {
		this.#contextFields.set(id, new Set([...(this.#contextFields.get(id) ?? []), ...names]));
	}

	/** Something in this scenario changes these fields of CPUs. */
	cpuVaries(...names: readonly VaryingCpuField[]): void {
		for (const name of names) this.#declare(this.#cpuFields, name, "const raise = raise_softirq(k)", "raise(c)");
	}

	/** Something in this scenario asks whether functions of timers run (TM5, TM7), shuts timers down (TM8), or does not pin them (TM9). */
	timersVary(...names: readonly VaryingTimerField[]): void {
		for (const name of names) this.#declare(this.#timerFields, name, "const mod = mod_timer(k)", "mod(c, timer)");
	}

	/** While the model is being built; `made` and `used` say how. */
	#declare<N>(fields: Set<N>, name: N, made: string, used: string): void {
		if (this.runs && !fields.has(name))
			throw new ModelError(
				`made inside a step, where it is too late: make it where the model is built (${made}) and use it in the step (${used})`,
			);
		fields.add(name);
	}

	/** These fields of what is waited for are its kind's: a completion's, a mutex's, a semaphore's. */
	waitQueueVaries(id: Id<"wait_queue">, ...names: readonly VaryingWaitQueueField[]): void {
		this.#waitQueueFields.set(id, new Set(names));
	}

	/** Something in this scenario changes these fields of the CPU that goes offline. */
	outgoingVaries(...names: readonly VaryingCpuField[]): void {
		for (const name of names) this.#outgoingFields.add(name);
	}

	/** Something in this scenario changes these fields of whichever task runs it. */
	tasksVary(...names: readonly VaryingContextField[]): void {
		for (const name of names) this.#taskFields.add(name);
	}

	isFixedCpuField(name: string, id?: number): boolean {
		if (id === this.outgoing && this.#outgoingFields.has(name)) return false;
		return !this.#cpuFields.has(name as VaryingCpuField);
	}

	isFixedTimerField(name: string): boolean {
		return name !== "base" && name !== "due" && !this.#timerFields.has(name as VaryingTimerField);
	}

	isFixedWaitQueueField(id: number, name: string): boolean {
		return !this.#waitQueueFields.get(id)?.has(name as VaryingWaitQueueField);
	}

	isFixedContextField(id: number, name: string): boolean {
		const own = this.#contextFields.get(id)?.has(name as VaryingContextField);
		const task = this.priority[id] !== undefined && this.#taskFields.has(name as VaryingContextField);
		return !own && !task;
	}
}
