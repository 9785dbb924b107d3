// Why a property is violated, in the words of the catalogue: which object, which CPU, and who could still have acted.
import { expect, test } from "vitest";
import { check, folder } from "../support/check.ts";

test.each([
	[
		"a softirq that is pending, and that nothing runs",
		["models/blk-mq-csd.ts", "per-cpu/polls-5.10-nohz/off", "P1"],
		"the softirq: BLOCK_SOFTIRQ is pending on CPU 1, and nothing there will run it",
	],
	[
		"a bio that has dropped out of its list",
		["models/bio-task-v6.ts", "v6/hardirq/full/down/nop", "P1"],
		"bio1 was queued on CPU 1, is not on the list there any more and is never completed",
	],
	[
		"a work that is disabled",
		["models/bio-task-merged.ts", "check-first/hardirq/full/rollback/none", "P4"],
		"the work: batch[CPU1].work is disabled: who queues it is refused, and enable_work() does not make up for it",
	],
	[
		"who holds bios of one list",
		["models/bio-task-v5-hotplug.ts", "no-delay/hardirq/full/down", "P20"],
		"Why: kworker/1 and cpu_down hold bios of the list of CPU 1 at the same time",
	],
	[
		"whose handler runs where",
		["models/bio-kthread.ts", "as-posted/hardirq/full/down", "P5d"],
		"Why: bio0 was queued on the list of CPU 1, and bio_worker/1 calls its end handler on CPU 0, while CPU 1 is online",
	],
	[
		"an inode on a list whose bit was cleared",
		["models/inodegc.ts", "xfs/full/1", "F1-lists"],
		"the list of CPU 0 is not empty, and its bit in the mask is clear: xfs_inodegc_queue_all() skips it",
	],
])(
	"%s",
	async (_, [model = "", scenario = "", property = ""], why) => {
		const { stdout } = await check([model, "--scenario", scenario, "--property", property]);
		expect(stdout.replace(/\s+/g, " ")).toContain(why);
	},
	60_000,
);

/** A task spins for what another task on its CPU is to do, which cannot preempt it. */
const spins = `
import { bool, model, record, step, waitUntil } from "preempt";
import { addTask, Kernel } from "preempt/linux";
import { P14, seen } from "preempt/specs";
export default model("spins", {
	about: "a task spins for another one on its CPU",
	build() {
		const k = new Kernel({ cpus: 1, preempt: "none" });
		const sys = k.system({ state: { obj: record({ done: bool }) } });
		addTask(k, sys, "waiter", sys.routine("wait", {}, [
			step("begin", () => {}),
			waitUntil("while (!done)", ({ s }) => s.obj.done),
		]));
		addTask(k, sys, "ender", sys.routine("end", {}, [
			step("begin", () => {}),
			step("done = true", ({ s }) => (s.obj.done = true)),
		]));
		P14(k, seen(sys));
		return sys;
	},
});
`;

test("who has the CPU that others need", async () => {
	const { stdout } = await check(["spins.ts"], { cwd: folder({ "spins.ts": spins }) });
	expect(stdout).toContain(
		"Why: waiter has CPU 0 and does not go on\n     ender is stuck on CPU 0, which waiter has\n",
	);
});
