import { expect, test } from "vitest";
import bioTask from "../../models/bio-task.ts";
import { agree } from "../support/agree.ts";

// The linker and the packed machine against the reference interpreter, on the complete graphs of real scenarios.
const { design, caller, preempt } = bioTask.axes as Record<string, readonly string[]>;

const scenarios = (designs: readonly string[] | undefined, bios: number) =>
	(designs ?? []).flatMap((d) =>
		(caller ?? []).flatMap((c) => (preempt ?? []).map((p) => ({ design: d, caller: c, preempt: p, cpus: 2, bios }))),
	);

test.each((design ?? []).map((d) => [d]))("%s with one bio: both interpreters make the same graphs", (d) => {
	for (const scenario of scenarios([d], 1)) {
		const { complete, errors } = agree(bioTask.build(scenario));
		expect({ scenario, complete, errors }).toEqual({ scenario, complete: true, errors: [] });
	}
});

// The other designs at two bios take minutes: set PREEMPT_TEST=all.
test.each(
	scenarios(process.env.PREEMPT_TEST === "all" ? design : ["v4"], 2)
		.filter(({ caller, preempt }) => caller !== "direct" || preempt === "none" || preempt === "voluntary")
		.map((scenario) => [`${scenario.design}/${scenario.caller}/${scenario.preempt}`, scenario] as const),
)("%s with two bios: both interpreters make the same graph", (_, scenario) => {
	const { complete, errors } = agree(bioTask.build(scenario));
	expect({ complete, errors }).toEqual({ complete: true, errors: [] });
});
