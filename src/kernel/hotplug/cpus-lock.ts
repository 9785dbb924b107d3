import { block, choose, type Stmt, step, waitUntil } from "../../lang/index.ts";
import type { CpuId, In, Kernel } from "../kernel.ts";
import { late } from "../lib/late.ts";
import { maySleep } from "../sched/atomic.ts";
import { requirePositive } from "../sched/count.ts";
import { mightSleep } from "../sched/preempt.ts";
import { hasWaited, tasksWait, type WaitQueue, waitOn, waitQueue, wakeWaiters } from "../sched/wait.ts";

// HP1: cpu_hotplug_lock, which the control task holds for writing on the way down, and once more on the way up. It takes room in the record of
// the CPU that goes, where a model reads it.

/** Inside no CPU goes or comes. */
export function cpus_read_lock(k: Kernel): Stmt<In, string> {
	return block<In, string>(mightSleep(k, "cpus_read_lock()"), readLock(k));
}

function readLock(k: Kernel): Stmt<In, string> {
	const cpu = k.outgoing;
	if (cpu === undefined) return step("cpus_read_lock()", (c) => maySleep(k, c, "cpus_read_lock()"));
	k.cpusLock ??= waitQueue(k, "cpu_hotplug_lock");
	k.cpusWriter ??= waitQueue(k, "cpu_hotplug_lock's readers");
	const lock = k.cpusLock;
	k.outgoingVaries("hotplug_writer", "hotplug_readers");
	tasksWait(k);
	const isFree = ({ s }: In): boolean => !s.cpu[cpu].hotplug_writer;
	const take = (c: In): void => {
		maySleep(k, c, "cpus_read_lock()");
		c.s.cpu[cpu].hotplug_readers++;
	};
	return choose<In, string>(
		[waitUntil("cpus_read_lock()", isFree, take)],
		[
			waitUntil(
				"cpus_read_lock() /* blocks */",
				(c) => !isFree(c),
				(c) => {
					maySleep(k, c, "cpus_read_lock()");
					waitOn(k, c, lock);
				},
			),
			// Who has let go of it has given it to all who waited.
			waitUntil("cpus_read_lock() /* woken */", hasWaited),
		],
	);
}

/** HP1: the last reader wakes who waits to write; it does not sleep. To unlock what is not locked raises `negative-count`. */
export function cpus_read_unlock(k: Kernel): Stmt<In, "cpus_read_unlock()"> {
	return step("cpus_read_unlock()", (c) => {
		if (k.outgoing === undefined) return;
		const cpu = c.s.cpu[k.outgoing];
		requirePositive(k, c, cpu.hotplug_readers, "cpus_read_unlock()", "cpu_hotplug_lock's readers");
		cpu.hotplug_readers--;
		if (cpu.hotplug_readers === 0 && cpu.hotplug_writer) wakeWaiters(k, c, k.cpusWriter as WaitQueue);
	});
}

/** The control task's first step: who reads the lock is waited for, and nobody else gets it from then on, nor who has it already. */
export function cpus_write_lock(k: Kernel, cpu: CpuId): Stmt<In, string> {
	return late("cpus_write_lock", () => {
		if (k.cpusLock === undefined || !k.obeys("HP1")) return [];
		return [writeLock(k, cpu)];
	});
}

const writeLock = (k: Kernel, cpu: CpuId): Stmt<In, string> =>
	step("cpus_write_lock()", (c) => {
		c.s.cpu[cpu].hotplug_writer = true;
		if (c.s.cpu[cpu].hotplug_readers > 0) waitOn(k, c, k.cpusWriter as WaitQueue);
	});

/** The control task's last step but one: whoever waits for the lock has it, and is woken. */
export function cpus_write_unlock(k: Kernel, cpu: CpuId): Stmt<In, string> {
	return late("cpus_write_unlock", () => (k.cpusLock === undefined ? [] : [writeUnlock(k, cpu, k.cpusLock)]));
}

const writeUnlock = (k: Kernel, cpu: CpuId, lock: WaitQueue): Stmt<In, string> =>
	step("cpus_write_unlock()", (c) => {
		c.s.cpu[cpu].hotplug_writer = false;
		c.s.cpu[cpu].hotplug_readers += k.tasks.filter((id) => c.s.context[id].waits_on === lock).length;
		wakeWaiters(k, c, lock);
	});

/** The way up is an operation of its own: who waits to read comes in between, and sees the CPU gone. */
export function cpus_write_relock(k: Kernel, cpu: CpuId): Stmt<In, string> {
	return late("cpus_write_relock", () => {
		if (k.cpusLock === undefined || !k.obeys("HP1")) return [];
		return [
			writeUnlock(k, cpu, k.cpusLock),
			writeLock(k, cpu),
			waitUntil("set_cpu_dying(cpu, false)", hasWaited, ({ s }) => {
				s.cpu[cpu].dying = false;
			}),
		];
	});
}
