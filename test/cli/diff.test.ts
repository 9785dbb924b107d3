import { expect, test } from "vitest";
import { check, folder, models } from "../support/check.ts";

const counter = `${models}/counter.ts`;
const diff = (...args: string[]) => check(["diff", counter, ...args]);

test("two variants side by side: verdicts, sizes, what differs, and the trace that separates them", async () => {
	const { stdout, code, stderr } = await diff("--axis", "lock=held,none", "--set", "tasks=2,3");
	const rows = stdout.split("\n").filter((line) => line.startsWith("*"));
	expect(rows.map((row) => row.split(/ {2,}/).slice(1, 5))).toEqual([
		["zero", "holds", "sum", "16 / 12"],
		["zero tasks=3", "holds", "sum", "44 / 59"],
		["one", "holds", "sum", "16 / 12"],
		["one tasks=3", "holds", "sum", "44 / 59"],
	]);
	expect(stdout).toContain("sum: holds with held, violated with none in zero, zero tasks=3, one, one tasks=3\n");
	expect(stdout).toContain("owner: holds with held, vacuous with none in zero,");
	expect(stdout).toContain("sum  nothing added is lost: violated in none/zero (tasks=2)");
	expect(stdout).toMatch(/\nheld\/zero leaves this path at step 1:\n {2}step 1 of task. in add\(\): read = counter\n/);
	expect(stdout).toContain("is not possible there; possible are\n  1  CPU 0  task0  add(): mutex_lock(&lock)\n");
	expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
});

test("the other way round it is the same trace", async () => {
	const [one, two] = await Promise.all(["held,none", "none,held"].map((values) => diff("--axis", `lock=${values}`)));
	const trace = (text = "") => text.slice(text.indexOf("sum  nothing added is lost"));
	expect(trace(one?.stdout)).toBe(trace(two?.stdout));
	expect(two?.stdout).toContain("sum: violated with none, holds with held in");
});

test("0: variants whose verdicts are the same, with their sizes all the same", async () => {
	const { stdout, code } = await diff("--axis", "start=zero,one", "--all");
	expect(stdout).toMatch(/^ {2}none +sum +sum +12 \/ 12 /m);
	expect(stdout).toMatch(/\nNo verdict differs\.\n$/);
	expect(code).toBe(0);
});

test("a size can be compared, and a variant that the model refuses is a dash", async () => {
	const { stdout, code } = await diff("--axis", "tasks=1,2");
	expect(stdout).toMatch(/^ {2}held\/zero +- +holds +- \/ 16 /m);
	expect(stdout).toContain(
		"\nNo scenario was explored in both.\nLeft out: held/zero tasks=1, held/one tasks=1: one task needs no lock.\n",
	);
	expect(code).toBe(0);
});

test("a trace that the other variant takes too, where only the property differs", async () => {
	const cwd = folder({
		"p.ts": `import { model, range, step, system } from "preempt";
export default model("p", { about: "one step", axes: { most: [0, 1] }, build({ most }) {
	const sys = system({ state: { n: range(0, 1) } });
	sys.process("p", sys.routine("f", {}, [step("n = 1", ({ s }) => { s.n = 1; })]));
	sys.property("small", { title: "n is small", statement: "n is at most what it may be.", invariant: ({ s }) => s.n <= most });
	return sys;
} });
`,
	});
	const { stdout } = await check(["diff", "p.ts", "--axis", "most=0,1"], { cwd });
	expect(stdout).toMatch(/\n1 takes the same steps, and small is not violated by them\n$/);
});

test("of several properties that differ, the shortest trace of an error is shown, the others are named", async () => {
	const { stdout } = await check([
		...["diff", "models/bio-task.ts", "--axis", "design=v4,stored-cpu"],
		...["--set", "caller=direct", "--set", "preempt=full", "--set", "bios=1"],
	]);
	expect(stdout).toContain("P1, P4, P5k, P9: violated with v4, holds with stored-cpu in direct/full bios=1\n");
	expect(stdout).toMatch(/\nP4 {2}no list is stranded: violated in/);
	expect(stdout).toMatch(/leaves this path at step 6:\n.*cpu = smp_processor_id\(\)\n/);
	expect(stdout).toMatch(
		/\nSeparated too by P1 \(\d+ steps\), P5k \(8 steps\), P9 \(6 steps\): --property ID shows one\.\n$/,
	);
});

test("4: what a limit left unseen is no equality", async () => {
	expect((await diff("--axis", "start=zero,one", "--max-states", "5")).code).toBe(4);
});

test.each([
	[["--axis", "lock=held"], "write it as axis=value,value"],
	[["--axis", "lock=held,held"], "with two values"],
	[["--axis", "lock=held,other"], "counter has no lock other"],
	[["--axis", "lick=held,none"], "lick=held,none: there is no axis or size lick"],
	[["--axis", "lock=held,none", "-p", "P99"], "there is no such property"],
	[[], "--axis must be given"],
])("2: %j", async (args, message) => {
	const { code, stderr } = await diff(...args);
	expect(stderr).toContain(message);
	expect(code).toBe(2);
});
