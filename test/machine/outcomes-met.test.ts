// What came of guards and conditions is what the search has met, not what was only looked at besides.
import { expect, test } from "vitest";
import bioTask from "../../models/bio-task.ts";
import { compile } from "../../src/machine/index.ts";
import { explore } from "../support/reduced.ts";

test.each([
	["hardirq", false],
	["softirq", false],
	["direct", false],
	["direct", true],
])("images of states that were met do not count, from %s, audit: %s", (caller, audit) => {
	const build = () => bioTask.build({ design: "v4", caller, preempt: "none", cpus: 2, bios: 2 });
	const { store, machine } = explore(build, { symmetry: true, audit });
	// The same states once more, by a machine that looks at no images.
	const again = compile(build(), { symmetry: true });
	again.symmetric = false;
	for (let i = 0; i < store.count; i++) {
		again.out.count = 0;
		again.load(store.arena, i * again.words);
		again.expand();
	}
	expect([...machine.came]).toEqual([...again.came]);
});
