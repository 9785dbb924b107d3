import { expect, test } from "vitest";
import { check, folder } from "../support/check.ts";

const MODEL = `
import { loop, model, range, step, system, waitUntil } from "preempt";
export default model("walk", {
	about: "a walker that somebody may help",
	build() {
		const sys = system({ state: { far: range(0, 4), helped: range(0, 1) } });
		sys.process("walker", sys.routine("walker", {}, [
			loop([waitUntil("walk", ({ s }) => s.far < 4, ({ s }) => { s.far = s.helped ? 4 : s.far + 1; })]),
		]));
		sys.process("helper", sys.routine("helper", {}, [step("help", ({ s }) => { s.helped = 1; })]));
		return sys.property("near", { title: "near", statement: "not far", invariant: ({ s }) => s.far < 4 });
	},
});
`;

test("--minimise chooses between the fewest steps and the fewest switches", async () => {
	const cwd = folder({ "walk.ts": MODEL });
	const steps = await check(["walk.ts"], { cwd });
	expect(steps.stdout).toContain(
		"Length: 2 steps, the fewest; context switches: 1 between consecutive steps, the fewest in so few\n        steps\n",
	);
	expect(steps.stdout).toContain("Again: npx check walk.ts --scenario default --property near\n");
	const switches = await check(["walk.ts", "--minimise", "switches"], { cwd });
	expect(switches.stdout).toContain(
		"Length: 4 steps, the fewest with so few switches; context switches: 0 between consecutive steps, the\n        fewest\n",
	);
	expect(switches.stdout).toContain(
		"Again: npx check walk.ts --scenario default --property near --minimise switches\n",
	);
	expect((await check(["walk.ts", "--minimise", "time"], { cwd })).code).toBe(2);
});

test("the programs' report says which of the two is least", async () => {
	const cwd = folder({ "walk.ts": MODEL });
	const of = async (...more: string[]) =>
		JSON.parse((await check(["walk.ts", "--format", "json", ...more], { cwd })).stdout).scenarios[0].properties[0];
	expect(await of()).toMatchObject({ steps: 2, contextSwitches: 1, fewest: "steps" });
	expect(await of("--minimise", "switches")).toMatchObject({ steps: 4, contextSwitches: 0, fewest: "switches" });
});

test("the race of bio-task has its two tasks and the worker run one after the other", async () => {
	const { stdout } = await check(["models/bio-task.ts", "--scenario", "v4/direct/full", "-p", "P1"]);
	expect(stdout).toMatch(/Length: 26 steps, the fewest; context switches: 2 between/);
});
