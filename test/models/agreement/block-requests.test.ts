// Completion of block requests: of some scenarios, that both interpreters build the same complete graph.
import { expect, test } from "vitest";
import blkMqCsd from "../../../models/blk-mq-csd.ts";
import blkMqDone from "../../../models/blk-mq-done.ts";
import { agree } from "../../support/agree.ts";
import { check } from "../../support/check.ts";

test.each([
	["posted", "hardirq", "full", "one", "off"],
	["posted", "task-bh-off", "none", "one", "off", "5.10"],
	["posted", "softirq", "rt", "one", "off"],
	["posted", "threaded-irq", "none", "one", "off"],
	["posted", "task-bh-off", "rt", "one", "off"],
	["list-head", "hardirq", "none", "many", "off"],
	["list-head", "hardirq", "full", "one", "off"],
	["preempt-disable", "task", "none", "one", "off"],
	["bh-disable", "task", "none", "one", "off"],
	["direct", "hardirq", "rt", "one", "off"],
	["local-helper", "task", "full", "one", "off"],
	["workqueue", "task", "none", "one", "off"],
])(
	"%s/%s/%s/%s/%s: both interpreters agree",
	(design, caller, preempt, queues, hotplug, kernel = "6.12") => {
		const scenario = { design, caller, preempt, queues, hotplug, kernel, cpus: 2, requests: 2 };
		const { complete, errors } = agree(blkMqDone.build(scenario));
		expect({ complete, errors }).toEqual({ complete: true, errors: [] });
	},
	600_000,
);

test.each([
	["per-cpu", "halts"],
	["per-request", "polls-5.10"],
	["per-request-always", "halts"],
])(
	"%s/%s: both interpreters agree",
	(design, idle) => {
		const scenario = { design, idle, hotplug: "off", cpus: 2, requests: 2, recycles: 0 };
		const { complete, errors } = agree(blkMqCsd.build(scenario));
		expect({ complete, errors }).toEqual({ complete: true, errors: [] });
	},
	600_000,
);

test("a raise too many makes two CPUs queue a csd at once, as in 6.12", async () => {
	const scenario = "per-cpu/halts/downup cpus=3 requests=3 recycles=0";
	const { stdout } = await check(["models/blk-mq-csd.ts", "--scenario", scenario, "--property", "P18"]);
	expect(stdout).toMatch(/^Why: blk_cpu_csd\[CPU1\] is queued while it is still on a list$/m);
}, 600_000);
