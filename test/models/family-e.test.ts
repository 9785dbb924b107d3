// Polled I/O on dm: the gates of its models; and, of some scenarios of each, that both interpreters build the same
// complete graph.
import { expect, test } from "vitest";
import dmIopoll from "../../models/dm-iopoll.ts";
import dmPollBio from "../../models/dm-poll-bio.ts";
import dmPollContext from "../../models/dm-poll-context.ts";
import dmPollData from "../../models/dm-poll-data.ts";
import dmPollQueues from "../../models/dm-poll-queues.ts";
import type { Model, Scenario } from "../../src/lang/index.ts";
import { agree } from "../support/agree.ts";
import { check } from "../support/check.ts";

test.each([
	["dm-iopoll", 54, 2],
	["dm-poll-bio", 40, 2],
	["dm-poll-context", 6, 1],
	["dm-poll-data", 47, 6],
	["dm-poll-queues", 6, 2],
])(
	"every scenario of %s has the verdicts that its spec demands, and every design a mutant that is caught",
	async (name, scenarios, mutants) => {
		const { code, stdout, stderr } = await check(["--gate", `models/${name}.ts`]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout).toMatch(new RegExp(`^${name}: as expected: all [\\d,]+ verdicts in ${scenarios} scenarios agree`));
		expect(stdout).toMatch(new RegExp(`^mutants: ${mutants} caught$`, "m"));
	},
	400_000,
);

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
	[dmPollContext, { design: "reference", pollers: "owner" }] as const,
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
