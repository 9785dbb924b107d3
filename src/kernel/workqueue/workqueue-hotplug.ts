import { choose, type Id, type Stmt, step, waitUntil } from "../../lang/index.ts";
import { setUp } from "../hotplug/cpuhp.ts";
import type { CpuId, In, Kernel, KernelEventTypes, KernelState, LinuxSystem } from "../kernel.ts";
import { preempted } from "../sched/preempt.ts";
import { canSwitch } from "../sched/rcu.ts";
import { hasWaited, notices, waitOn, waitQueue } from "../sched/wait.ts";
import { kick_pool } from "./workqueue.ts";

/**
 * WQ9: when its CPU goes, a pool is DISASSOCIATED: its workers may run anywhere, and what is queued on it is run there.
 * When the CPU comes back, or never went, they are bound again; a busy one is moved in the middle of its function.
 */
export function addWorkqueueHotplug(k: Kernel, sys: LinuxSystem<KernelState, KernelEventTypes>): void {
	const { outgoing } = k;
	if (outgoing === undefined || k.unboundWorkers || !k.obeys("WQ9")) return;
	k.unbindsWorkers = true;
	const workers = k.pools[outgoing] ?? [];
	// One that executes an item of the pool is of its workers.
	const rescuers = k.rescuers.slice(outgoing, outgoing + 1);
	const all = [...rescuers, ...workers];
	const rebindings = k.options.hotplug === "down" ? [] : all.map((id) => rebind(k, sys, outgoing, id));
	setUp(k, "CPUHP_AP_WORKQUEUE_ONLINE", {
		teardown: (cpu) => [
			step("workqueue_offline_cpu(cpu): unbind_workers()", (c) => {
				c.s.pool[cpu].disassociated = true;
				for (const id of all) c.s.context[id].unbound = true;
				kick_pool(k, c, cpu);
			}),
		],
		startup: () => rebindings,
	});
}

/** set_cpus_allowed_ptr() sleeps until the stopper has moved a worker that runs elsewhere and cannot be moved at once. */
function rebind(
	k: Kernel,
	sys: LinuxSystem<KernelState, KernelEventTypes>,
	cpu: CpuId,
	id: Id<"context">,
): Stmt<In, string> {
	const name = k.Context.nameOf(id);
	const label = `workqueue_online_cpu(cpu): rebind_workers() /* ${name} */`;
	const canMove = canSwitch(k);
	const runs = (s: KernelState): boolean => s.cpu[s.context[id].cpu].curr === id;
	const isMovable = (s: KernelState): boolean =>
		s.context[id].migration_disabled === 0 && (!runs(s) || canMove(s, s.context[id].cpu));
	const move = (s: KernelState): void => {
		const worker = s.context[id];
		if (runs(s)) preempted(k, s, worker.cpu);
		worker.unbound = false;
		worker.cpu = cpu;
	};
	const workers = k.pools[cpu] ?? [];
	// Of a pool's only worker nobody asks.
	const counts = workers.length > 1;
	if (counts) k.varies(id, "rebound");
	// Behind the last of them the pool is the CPU's again: who is busy then is not counted, wherever it was when it was bound.
	const isBound = (s: KernelState): void => {
		if (id !== workers.at(-1)) return;
		s.pool[cpu].disassociated = false;
		if (counts) for (const other of workers) s.context[other].rebound = s.context[other].current_work !== null;
	};
	const moved = waitQueue(k, `${name} is moved`, k.Cpu.member(cpu));
	const stopper = notices(k, "migration_cpu_stop", `<stopper: moves ${name}>`, moved, isMovable, move);
	sys.process(`migration(${name})`, stopper, { of: [k.Cpu.member(cpu)] });
	return choose<In, string>(
		[
			waitUntil(
				label,
				({ s }) => isMovable(s),
				({ s }) => {
					move(s);
					isBound(s);
				},
			),
		],
		[
			waitUntil(
				`${label} /* waits */`,
				({ s }) => !isMovable(s),
				(c) => waitOn(k, c, moved),
			),
			waitUntil("wait_for_completion(&pending->done)", hasWaited, ({ s }) => isBound(s)),
		],
	);
}
