// The size of each graph, whole, with symmetry, and with all reductions. A change of the model or of the library that makes a graph smaller
// shows here: no reduction is won by splitting or joining steps unnoticed.
import { expect, test } from "vitest";
import bioTask from "../../models/bio-task.ts";
import { explore } from "../support/reduced.ts";

test.each([
	["hardirq", "none", 1_940, 3_368, 530, 530],
	["hardirq", "voluntary", 1_940, 3_368, 530, 530],
	["hardirq", "full", 1_692, 2_842, 457, 453],
	["hardirq", "rt", 17, 24, 6, 6],
	["softirq", "none", 3_238, 5_338, 872, 872],
	["softirq", "voluntary", 3_238, 5_338, 872, 872],
	["softirq", "full", 3_414, 5_338, 915, 877],
	["softirq", "rt", 3_732, 6_136, 973, 964],
	["threaded-irq", "none", 349, 614, 96, 96],
	["threaded-irq", "voluntary", 349, 614, 96, 96],
	["threaded-irq", "full", 349, 614, 96, 96],
	["threaded-irq", "rt", 315, 546, 87, 87],
	["task", "none", 28, 48, 12, 10],
	["task", "voluntary", 28, 48, 12, 10],
	["task", "full", 60, 200, 20, 10],
	["task", "rt", 60, 200, 20, 10],
	["direct", "none", 1_330, 2_512, 394, 370],
	["direct", "voluntary", 1_330, 2_512, 394, 370],
	["direct", "full", 10_263, 20_504, 2_710, 1_857],
	["direct", "rt", 14_009, 28_874, 3_669, 2_118],
])(
	"v4 from %s, preempt %s, with two bios: %i states, %i transitions; %i kinds of states, %i kept",
	(caller, preempt, ...counts) => {
		const build = () => bioTask.build({ design: "v4", caller, preempt, cpus: 2, bios: 2 });
		const whole = explore(build);
		const [kinds, kept] = [explore(build, { symmetry: true }), explore(build, { symmetry: true, quotient: true })];
		expect([whole.store.count, whole.transitions, kinds.store.count, kept.store.count]).toEqual(counts);
	},
);
