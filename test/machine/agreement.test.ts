// Both interpreters build the same complete state graph.
import { expect, test } from "vitest";
import bioTask from "../../bench/models/bio-task-twin.ts";
import peterson from "../../bench/models/peterson.ts";
import { agree } from "../support/agree.ts";

test.each([
	[3, 0, 717, 1_623],
	[3, 1, 2_090, 6_270],
])("peterson with %i processes, split %i", (procs, split, states, transitions) => {
	expect(agree(peterson.build({ procs, split }))).toMatchObject({ states, transitions, complete: true, errors: [] });
});

const sizes = [
	[2, 1, 1],
	[1, 2, 1],
	[2, 2, 1],
] as const;
const versions = [0, 1].flatMap((fix) => [0, 1].map((workfn) => ({ fix, workfn })));
const cases = sizes.flatMap(([cpus, tasks, bios]) => versions.map((version) => ({ cpus, tasks, bios, ...version })));

test.each(cases)("bio_task $cpus,$tasks,$bios with fix $fix, workfn $workfn", (scenario) => {
	expect(agree(bioTask.build(scenario))).toMatchObject({ complete: true, errors: [] });
});
