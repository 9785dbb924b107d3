import { type EventTypes, ModelError, type Stmt } from "../lang/index.ts";
import type { CpuId, In, InModel, Kernel, KernelState, LinuxSystem } from "./kernel.ts";

/**
 * HP2: the states of a CPU at which models and the library have callbacks, in ascending order: it comes up through
 * them in this order, and goes down in the opposite one. Those before AP_SMPCFD_DYING are the control task's, when the
 * CPU is dead; that one is the dying CPU's own, with all CPUs stopped; those after it are the thread cpuhp/N's.
 */
export const cpuhpStates = [
	"CPUHP_SOFTIRQ_DEAD",
	"CPUHP_BLOCK_SOFTIRQ_DEAD",
	"CPUHP_BIO_DEAD",
	"CPUHP_TIMERS_PREPARE",
	"CPUHP_BP_PREPARE_DYN",
	"CPUHP_AP_SMPCFD_DYING",
	"CPUHP_AP_SMPBOOT_THREADS",
	"CPUHP_AP_BLK_MQ_ONLINE",
	"CPUHP_AP_WORKQUEUE_ONLINE",
	"CPUHP_AP_ONLINE_DYN",
] as const;

export type CpuhpState = (typeof cpuhpStates)[number];

/** What is done about CPU `cpu` on its way up and on its way down. */
export interface CpuhpCallbacks<C = In> {
	readonly startup?: (cpu: CpuId) => readonly Stmt<C, string>[];
	readonly teardown?: (cpu: CpuId) => readonly Stmt<C, string>[];
}

/** To be called before addHotplug(). Where no CPU goes offline, it does nothing. */
export function cpuhp_setup_state<S extends KernelState, T extends EventTypes>(
	k: Kernel,
	_sys: LinuxSystem<S, T>,
	state: CpuhpState,
	callbacks: CpuhpCallbacks<InModel<S, T>>,
): void {
	setUp(k, state, callbacks as unknown as CpuhpCallbacks);
}

/** The same for parts of the library. */
export function setUp(k: Kernel, state: CpuhpState, callbacks: CpuhpCallbacks): void {
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
