import type { Id, Stmt } from "../../lang/index.ts";

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

/** The name of one of them. */
export type CpuhpState = (typeof cpuhpStates)[number];

/** What is done about CPU `cpu` on its way up and on its way down. */
export interface CpuhpCallbacks<C> {
	readonly startup?: (cpu: Id<"cpu">) => readonly Stmt<C, string>[];
	readonly teardown?: (cpu: Id<"cpu">) => readonly Stmt<C, string>[];
}
