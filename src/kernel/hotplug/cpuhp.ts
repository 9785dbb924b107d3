import { type EventTypes, ModelError, requireKnown, type Stmt } from "../../lang/index.ts";
import type { CpuId, In, InModel, Kernel, KernelState, LinuxSystem } from "../kernel.ts";
import { requireOneOf } from "../options.ts";
import { type CpuhpCallbacks, type CpuhpState, cpuhpStates } from "./cpuhp-states.ts";

/** To be called before addHotplug(). Where no CPU goes offline, it does nothing. */
export function cpuhp_setup_state<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	_sys: LinuxSystem<S, T>,
	state: CpuhpState,
	callbacks: CpuhpCallbacks<InModel<S, T>>,
): void {
	requireOneOf("a state of cpuhp_setup_state()", state, cpuhpStates);
	requireKnown(`cpuhp_setup_state(${state})`, callbacks, { startup: true, teardown: true });
	setUp(k, state, callbacks as unknown as CpuhpCallbacks<In>);
}

/** The same for parts of the library. */
export function setUp(k: Kernel, state: CpuhpState, callbacks: CpuhpCallbacks<In>): void {
	if (k.hotplugControl !== undefined) throw new ModelError(`cpuhp_setup_state(${state}): call it before addHotplug()`);
	k.cpuhp.set(state, [...(k.cpuhp.get(state) ?? []), callbacks]);
}

/** The callbacks of a state on the way down, the last registered first. */
export const teardownOf = (k: Kernel, state: CpuhpState, cpu: CpuId): readonly Stmt<In, string>[] =>
	[...(k.cpuhp.get(state) ?? [])].reverse().flatMap(({ teardown }) => teardown?.(cpu) ?? []);

export const startupOf = (k: Kernel, state: CpuhpState, cpu: CpuId): readonly Stmt<In, string>[] =>
	(k.cpuhp.get(state) ?? []).flatMap(({ startup }) => startup?.(cpu) ?? []);

/** HP4: all CPUs spin in stop_machine() while the dying one, no longer online, runs its last callbacks. */
export function isStopped(k: Kernel, s: KernelState): boolean {
	if (k.outgoing === undefined) return false;
	const cpu = s.cpu[k.outgoing];
	return !cpu.online && cpu.irqs_off;
}
