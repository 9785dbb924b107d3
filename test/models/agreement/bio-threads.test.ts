// Bio completion by a thread per CPU: of some scenarios, both interpreters build the same complete graph.
import { expect, test } from "vitest";
import kthread from "../../../models/bio-kthread.ts";
import drain from "../../../models/bio-kthread-drain.ts";
import erofs from "../../../models/erofs-kthread.ts";
import type { Scenario } from "../../../src/lang/index.ts";
import { agree } from "../../support/agree.ts";

const agreed: readonly (readonly [string, Scenario])[] = [
	[
		"as-posted/hardirq/full/off",
		{ design: "as-posted", caller: "hardirq", preempt: "full", hotplug: "off", cpus: 2, bios: 2 },
	],
	[
		"migrate-disable/softirq/rt/off",
		{ design: "migrate-disable", caller: "softirq", preempt: "rt", hotplug: "off", cpus: 2, bios: 1 },
	],
	[
		"smpboot/hardirq/none/rollback",
		{ design: "smpboot", caller: "hardirq", preempt: "none", hotplug: "rollback", cpus: 2, bios: 1 },
	],
	[
		"no-get-cpu/direct/full/downup",
		{ design: "no-get-cpu", caller: "direct", preempt: "full", hotplug: "downup", cpus: 2, bios: 1 },
	],
];

test.each(agreed)(
	"%s: both interpreters agree",
	(_, scenario) => {
		const { complete, errors } = agree(kthread.build(scenario as never));
		expect({ complete, errors }).toEqual({ complete: true, errors: [] });
	},
	600_000,
);

test("bio-kthread-drain as-posted/full: both interpreters agree", () => {
	const { complete, errors } = agree(drain.build({ design: "as-posted", preempt: "full", cpus: 3, bios: 1 }));
	expect({ complete, errors }).toEqual({ complete: true, errors: [] });
}, 600_000);

test("erofs-kthread merged/hardirq/none/downup: both interpreters agree", () => {
	const scenario = { design: "merged", caller: "hardirq", preempt: "none", hotplug: "downup", cpus: 2, bios: 1 };
	const { complete, errors } = agree(erofs.build(scenario as never));
	expect({ complete, errors }).toEqual({ complete: true, errors: [] });
}, 600_000);
