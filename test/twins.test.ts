// The two twins have the state and transition counts that Spin, TLC, LTSmin and rumur agree on.
import { expect, test } from "vitest";
import bioTask from "../bench/models/bio-task-twin.ts";
import peterson from "../bench/models/peterson.ts";
import { Search } from "../src/explore/search.ts";
import type { Model, Scenario } from "../src/lang/index.ts";
import { compile } from "../src/machine/index.ts";

const unlimited = { states: 3_000_000, time: 600, memory: 2 ** 31, depth: Number.POSITIVE_INFINITY };

function explore(model: Model, scenario: Scenario): Search {
	const search = new Search(compile(model.build(scenario)), unlimited);
	while (search.slice(60_000));
	expect(search.stopped).toBeUndefined();
	return search;
}

test.each([
	[2, 1, 1, 78, 96],
	[2, 1, 2, 1_766, 3_626],
	[1, 2, 1, 226, 329],
	[2, 2, 1, 7_018, 15_676],
	[3, 2, 1, 61_866, 169_533],
	[2, 3, 1, 654_280, 2_175_852],
	[2, 2, 2, 2_171_236, 7_980_644],
])("bio_task with %i CPUs, %i tasks, %i bios each", (cpus, tasks, bios, states, transitions) => {
	const search = explore(bioTask, { cpus, tasks, bios, fix: 0, workfn: 0 });
	expect([search.store.count, search.transitions]).toEqual([states, transitions]);
});

test.each([
	[2, 0, 20, 34],
	[2, 1, 32, 64],
	[3, 0, 717, 1_623],
	[3, 1, 2_090, 6_270],
	[4, 0, 37_364, 108_820],
	[4, 1, 190_197, 760_788],
	[5, 0, 2_624_910, 9_611_966],
])("peterson with %i processes, split %i", (procs, split, states, transitions) => {
	const search = explore(peterson, { procs, split });
	expect([search.store.count, search.transitions]).toEqual([states, transitions]);
	expect(search.findings.size).toBe(0);
});

test.each([
	// A violation of "affinity" is found by the step that leads out of the state at depth 11.
	{ fix: 0, workfn: 0, states: 7_018, violated: { stranded: 19 } },
	{ fix: 0, workfn: 1, states: 6_058, violated: { affinity: 12 } },
	{ fix: 1, workfn: 0, states: 2_466, violated: {} },
	{ fix: 1, workfn: 1, states: 2_466, violated: {} },
])("bio_task (2,2,1) with fix $fix, workfn $workfn", ({ fix, workfn, states, violated }) => {
	const search = explore(bioTask, { cpus: 2, tasks: 2, bios: 1, fix, workfn });
	expect(search.store.count).toBe(states);
	expect(Object.fromEntries([...search.findings].map(([id, { length }]) => [id, length]))).toEqual(violated);
});
