// The later designs of bio completion in task context: of some scenarios of each, both interpreters build the same
// complete graph.
import { expect, test } from "vitest";
import layers from "../../../models/bio-layers.ts";
import hotplug from "../../../models/bio-task-hotplug.ts";
import lock from "../../../models/bio-task-lock.ts";
import memory from "../../../models/bio-task-memory.ts";
import merged from "../../../models/bio-task-merged.ts";
import naive from "../../../models/bio-task-naive.ts";
import requeue from "../../../models/bio-task-requeue.ts";
import v5 from "../../../models/bio-task-v5.ts";
import v6 from "../../../models/bio-task-v6.ts";
import inodegc from "../../../models/inodegc.ts";
import pending from "../../../models/work-pending.ts";
import type { Model, Scenario } from "../../../src/lang/index.ts";
import { agree } from "../../support/agree.ts";

const agreed: readonly (readonly [string, Model, Scenario])[] = [
	["v5/hardirq/full", v5, { design: "v5", caller: "hardirq", preempt: "full", cpus: 2, bios: 1 }],
	["v5/softirq/rt", v5, { design: "v5", caller: "softirq", preempt: "rt", cpus: 1, bios: 2 }],
	["sample-empty/direct/full", v5, { design: "sample-empty", caller: "direct", preempt: "full", cpus: 2, bios: 1 }],
	[
		"mem-reclaim/reclaim/full",
		memory,
		{ workqueue: "mem-reclaim", other: "reclaim", preempt: "full", cpus: 2, bios: 1 },
	],
	[
		"v4/hardirq/full/rollback/none",
		hotplug,
		{ design: "v4", caller: "hardirq", preempt: "full", hotplug: "rollback", probe: "none", cpus: 2, bios: 1 },
	],
	[
		"v4/hardirq/none/down/1 cpus=3",
		requeue,
		{ design: "v4", caller: "hardirq", preempt: "none", hotplug: "down", cpus: 3, bios: 1 },
	],
	[
		"merged/hardirq/full/downup/none",
		merged,
		{ design: "merged", caller: "hardirq", preempt: "full", hotplug: "downup", probe: "none", cpus: 2, bios: 1 },
	],
	[
		"merged/rcu-reader/full/off/none",
		merged,
		{ design: "merged", caller: "rcu-reader", preempt: "full", hotplug: "off", probe: "none", cpus: 2, bios: 1 },
	],
	[
		"v5/direct/full/down",
		naive,
		{ design: "v5", caller: "direct", preempt: "full", hotplug: "down", cpus: 2, bios: 1 },
	],
	["was-empty/full", pending, { design: "was-empty", preempt: "full", cpus: 2, items: 2 }],
	[
		"v6/hardirq/none/rollback/free",
		v6,
		{ design: "v6", caller: "hardirq", preempt: "none", hotplug: "rollback", handler: "free", cpus: 2, bios: 1 },
	],
	["xfs/none/1", inodegc, { design: "xfs", preempt: "none", cpus: 1, inodes: 1 }],
	...(["v4/threaded-irq/rt", "inline/softirq/full"] as const).map((name) => {
		const [design, caller, preempt] = name.split("/") as [string, string, string];
		return [name, lock, { design, caller, preempt, cpus: 2, bios: 1 }] as const;
	}),
	...(["on-stack/full", "chained/none", "deferred/none", "in-timer/full"] as const).map((name) => {
		const [design, preempt] = name.split("/") as [string, string];
		return [name, layers, { design, preempt, cpus: 2, layers: 3 }] as const;
	}),
	["system/flush/rt", memory, { workqueue: "system", other: "flush", preempt: "rt", cpus: 2, bios: 1 }],
];

test.each(agreed)(
	"%s: both interpreters agree",
	(_, model, scenario) => {
		const { complete, errors } = agree(model.build(scenario));
		expect({ complete, errors }).toEqual({ complete: true, errors: [] });
	},
	600_000,
);
