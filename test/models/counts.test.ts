// The size of each graph: whole, with moves and ends taken together with a step, with symmetry too, and with all reductions.
// A change of the model or of the library that makes a graph smaller shows here: no reduction is won by splitting or joining
// steps unnoticed.
import { expect, test } from "vitest";
import bioTask from "../../models/bio-task.ts";
import { apart } from "../../src/lang/index.ts";
import { explore } from "../support/reduced.ts";

test.each([
	["hardirq", "none", 1_871, 3_314, 1_729, 3_062, 468, 468],
	["hardirq", "voluntary", 1_871, 3_314, 1_729, 3_062, 468, 468],
	["hardirq", "full", 1_595, 2_756, 1_485, 2_548, 398, 395],
	["hardirq", "rt", 17, 24, 17, 24, 6, 6],
	["softirq", "none", 3_205, 5_328, 2_983, 4_976, 798, 798],
	["softirq", "voluntary", 3_205, 5_328, 2_983, 4_976, 798, 798],
	["softirq", "full", 3_339, 5_372, 3_085, 4_886, 821, 788],
	["softirq", "rt", 3_777, 6_334, 3_413, 5_690, 886, 878],
	["threaded-irq", "none", 403, 718, 349, 614, 96, 96],
	["threaded-irq", "voluntary", 403, 718, 349, 614, 96, 96],
	["threaded-irq", "full", 403, 718, 349, 614, 96, 96],
	["threaded-irq", "rt", 365, 642, 315, 546, 87, 87],
	["task", "none", 89, 184, 28, 48, 12, 10],
	["task", "voluntary", 89, 184, 28, 48, 12, 10],
	["task", "full", 257, 960, 60, 200, 20, 10],
	["task", "rt", 257, 960, 60, 200, 20, 10],
	["direct", "none", 1_608, 3_228, 1_173, 2_272, 344, 322],
	["direct", "voluntary", 1_608, 3_228, 1_173, 2_272, 344, 322],
	["direct", "full", 82_979, 329_042, 8_486, 17_214, 2_217, 1_539],
	["direct", "rt", 133_963, 558_476, 12_092, 25_292, 3_138, 1_795],
])(
	"v4 from %s, preempt %s, with two bios: %i states, %i transitions; eager %i, %i; %i kinds of states, %i kept",
	(caller, preempt, ...counts) => {
		const build = () => bioTask.build({ design: "v4", caller, preempt, cpus: 2, bios: 2 });
		const asunder = explore(() => apart(build()));
		const whole = explore(build);
		const [kinds, kept] = [explore(build, { symmetry: true }), explore(build, { symmetry: true, quotient: true })];
		expect([
			asunder.store.count,
			asunder.transitions,
			whole.store.count,
			whole.transitions,
			kinds.store.count,
			kept.store.count,
		]).toEqual(counts);
	},
);
