// Bio completion by a thread per CPU: that the drain overtakes the thread where there are three CPUs; and, of some
// scenarios, that both interpreters build the same complete graph.
import { expect, test } from "vitest";
import kthread from "../../../models/bio-kthread.ts";
import erofs from "../../../models/erofs-kthread.ts";
import type { Scenario } from "../../../src/lang/index.ts";
import { agree } from "../../support/agree.ts";
import { check } from "../../support/check.ts";

test("C1: on a third CPU the drain of the dead CPU runs beside the thread, and ends a later bio first", async () => {
	const scenario = "as-posted/hardirq/full/down cpus=3";
	const { code, stdout } = await check(["models/bio-kthread.ts", "--scenario", scenario, "--property", "P1,P2,P6,P20"]);
	expect(code).toBe(1);
	expect(stdout).toContain("P6 P20");
}, 120_000);

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

test("erofs-kthread merged/hardirq/none/downup: both interpreters agree", () => {
	const scenario = { design: "merged", caller: "hardirq", preempt: "none", hotplug: "downup", cpus: 2, bios: 1 };
	const { complete, errors } = agree(erofs.build(scenario as never));
	expect({ complete, errors }).toEqual({ complete: true, errors: [] });
}, 600_000);
