// Polled I/O on dm: of some scenarios of each model, that both interpreters build the same complete graph.
import { expect, test } from "vitest";
import dmIopoll from "../../../models/dm-iopoll.ts";
import dmPollBio from "../../../models/dm-poll-bio.ts";
import dmPollContext from "../../../models/dm-poll-context.ts";
import dmPollData from "../../../models/dm-poll-data.ts";
import dmPollQueues from "../../../models/dm-poll-queues.ts";
import type { Model, Scenario } from "../../../src/lang/index.ts";
import { agree } from "../../support/agree.ts";

const rfc = (clones: string, pollers: string, root: string): readonly [Model, Scenario] => [
	dmIopoll,
	{ design: "rfc", clones, pollers, root },
];
const merged = (clones: string, pollers: string, root: string): readonly [Model, Scenario] => [
	dmPollBio,
	{ design: "merged", clones, pollers, root },
];
const data = (design: string, clones: string, pollers: string, pool: string): readonly [Model, Scenario] => [
	dmPollData,
	{ design, clones, pollers, pool },
];
const agreed = [
	rfc("polled", "owner", "stack"),
	rfc("irq", "owner", "kiocb"),
	rfc("requeue", "owner", "stack"),
	rfc("native-split", "owner", "stack"),
	rfc("md", "owner", "stack"),
	merged("requeue", "owner", "kiocb"),
	merged("nested", "owner", "stack"),
	merged("polled", "stale-kiocb", "kiocb"),
	[dmPollContext, { design: "v6", owner: "exits", pollers: "owner" }] as const,
	[dmPollContext, { design: "repaired", owner: "exits", pollers: "owner" }] as const,
	[dmPollQueues, { design: "busy-for-ever" }] as const,
	data("one-cookie-pin", "one", "same-queue", "enough"),
	data("held", "one", "same-queue", "one"),
	data("table-srcu", "two-queues", "owner", "enough"),
];

test.each(agreed.map(([model, scenario]) => [Object.values(scenario).join("/"), model, scenario] as const))(
	"%s: both interpreters agree",
	(_, model, scenario) => {
		const { complete, errors } = agree(model.build(scenario));
		expect({ complete, errors }).toEqual({ complete: true, errors: [] });
	},
	600_000,
);
