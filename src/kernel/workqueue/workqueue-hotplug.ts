import { type Id, step, waitUntil } from "../../lang/index.ts";
import { setUp } from "../hotplug/cpuhp.ts";
import type { CpuId, In, Kernel, KernelState } from "../kernel.ts";
import { canSwitch } from "../sched/rcu.ts";
import { kick_pool } from "./workqueue.ts";

/**
 * WQ9: when its CPU goes, a pool is DISASSOCIATED: its workers may run anywhere, and what is queued on it is run there.
 * When the CPU comes back, or never went, they are bound again; a busy one is moved in the middle of its function.
 */
export function addWorkqueueHotplug(k: Kernel): void {
	if (k.unboundWorkers || !k.obeys("WQ9")) return;
	setUp(k, "CPUHP_AP_WORKQUEUE_ONLINE", {
		teardown: (cpu) => [
			step("workqueue_offline_cpu(cpu): unbind_workers()", (c) => {
				for (const id of k.pools[cpu] ?? []) c.s.context[id].unbound = true;
				kick_pool(k, c, cpu);
			}),
		],
		startup: (cpu) => (k.pools[cpu] ?? []).map((id) => rebind(k, cpu, id)),
	});
}

/** set_cpus_allowed_ptr() waits until it has moved a worker that runs elsewhere. */
function rebind(k: Kernel, cpu: CpuId, id: Id<"context">) {
	const canMove = canSwitch(k);
	const runs = (s: KernelState): boolean => s.cpu[s.context[id].cpu].curr === id;
	return waitUntil<In, string>(
		`workqueue_online_cpu(cpu): rebind_workers() /* ${k.Context.nameOf(id)} */`,
		({ s }) => s.context[id].migration_disabled === 0 && (!runs(s) || canMove(s, s.context[id].cpu)),
		({ s }) => {
			const worker = s.context[id];
			if (runs(s)) s.cpu[worker.cpu].curr = null;
			worker.unbound = false;
			worker.cpu = cpu;
		},
	);
}
