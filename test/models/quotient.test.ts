// What the scheduler does not tell apart, in every model and configuration that is small enough to look at whole: the states
// that its quotient makes one (src/kernel/sched/quotient.ts) are bisimilar, and verdicts and lengths are those without it; and
// that tasks move and end together with a step (src/kernel/sched/sched.ts, exit.ts) makes no difference.
import { expect, test } from "vitest";
import bioKthread from "../../models/bio-kthread.ts";
import bioLayers from "../../models/bio-layers.ts";
import bioTask from "../../models/bio-task.ts";
import bioTaskHotplug from "../../models/bio-task-hotplug.ts";
import bioTaskLock from "../../models/bio-task-lock.ts";
import bioTaskMemory from "../../models/bio-task-memory.ts";
import bioTaskMerged from "../../models/bio-task-merged.ts";
import bioTaskV5 from "../../models/bio-task-v5.ts";
import blkMqDone from "../../models/blk-mq-done.ts";
import csdIrqWork from "../../models/csd-irq-work.ts";
import csdSoftirq from "../../models/csd-softirq.ts";
import erofsKthread from "../../models/erofs-kthread.ts";
import inodegc from "../../models/inodegc.ts";
import workPending from "../../models/work-pending.ts";
import { scenariosOf } from "../../src/cli/plan/scenarios.ts";
import { apartAlike } from "../support/apart-alike.ts";
import { bisimilar } from "../support/bisimilar.ts";
import { explore, verdicts } from "../support/reduced.ts";

const MODELS = {
	bioKthread,
	bioLayers,
	bioTask,
	bioTaskHotplug,
	bioTaskLock,
	bioTaskMemory,
	bioTaskMerged,
	bioTaskV5,
	blkMqDone,
	csdIrqWork,
	csdSoftirq,
	erofsKthread,
	inodegc,
	workPending,
};
/** Sizes as small as they may be, but for the CPUs. */
const LARGE = 4_000;

function scenarios(model: (typeof MODELS)[keyof typeof MODELS]) {
	const smallest = Object.entries(model.sizes).filter(([size]) => size !== "cpus");
	const set = smallest.map(([size, { min }]) => `${size}=${min}`);
	return scenariosOf(model, { all: true, scenario: [], set }).chosen;
}

test.each(Object.entries(MODELS))("%s: what is kept of a state goes on as it does", (_, model) => {
	const chosen = scenarios(model);
	const forgetful = chosen.filter((scenario) => model.build(scenario).quotient);
	const compared = forgetful.map((scenario) => bisimilar(() => model.build(scenario), LARGE));
	expect(compared).not.toContain("unlike");
	// It is not for nothing.
	const sizes = compared.filter((each) => typeof each === "object");
	expect(sizes.some(({ states, kinds }) => kinds < states)).toBe(true);
});

test.each(Object.entries(MODELS))(
	"%s: to be given a CPU, to move and to end together with a step makes no difference",
	(_, model) => {
		const compared = scenarios(model).map((scenario) => apartAlike(() => model.build(scenario), LARGE / 2));
		expect(compared).not.toContain("unlike");
	},
);

test("it is not for nothing", () => {
	const scenario = { design: "v4", caller: "direct", preempt: "full", cpus: 2, bios: 1 };
	const sizes = apartAlike(() => bioTask.build(scenario), 5_000);
	if (typeof sizes !== "object") throw new Error(sizes);
	expect(sizes.apart).toBeGreaterThan(2 * sizes.together);
});

test.each([
	["direct", "full", 1],
	["direct", "rt", 1],
	["task", "rt", 3],
	["softirq", "rt", 2],
	["hardirq", "full", 2],
	["threaded-irq", "rt", 3],
])("v4 from %s, preempt %s, %i bios: the same verdicts and lengths", (caller, preempt, bios) => {
	const build = () => bioTask.build({ design: "v4", caller, preempt, cpus: 2, bios });
	const [off, on] = [explore(build), explore(build, { quotient: true })];
	expect(verdicts(on)).toEqual(verdicts(off));
	expect(on.machine.quotient?.refused).toBe(undefined);
	if (caller !== "threaded-irq") expect(on.store.count).toBeLessThan(off.store.count);
});
