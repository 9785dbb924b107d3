// What no run ever did: by hand known of a model in which each kind of question is answered one way only.
import { expect, test } from "vitest";
import { check, folder } from "../support/check.ts";

const MODEL = `
import { anyOf, bool, call, callOneOf, choose, ids, model, oneOf, range, step, system, waitUntil, when } from "preempt";
export default model("gaps", {
	about: "questions that are answered one way only",
	axes: { on: ["no", "yes"] },
	build({ on }) {
		const Item = ids("item", 2);
		const sys = system({ state: { on: bool, n: range(0, 3), item: Item }, init: (s) => { s.on = on === "yes"; } });
		const nothing = (name: string) => sys.routine(name, {}, [step(name + " acts", () => {})]);
		const never = sys.routine("never", {}, [step("never", () => {}), when("unasked", ({ s }) => s.on, [])]);
		const shared = waitUntil("x < 2", ({ f }) => f.x < 2);
		sys.process("p", sys.routine("p", { locals: { x: range(0, 3), f: oneOf("one", "two") } }, [
			step("x = 1", ({ f }) => { f.x = 1; f.f = "one"; }),
			when(({ f }) => f.x === 2, [call(never)]),
			when("on", ({ s }) => s.on, [step("n = 1", ({ s }) => { s.n = 1; })]),
			waitUntil("wait", ({ s }) => s.n < 3),
			callOneOf(({ f }) => f.f, { one: nothing("one"), two: nothing("two") }),
			choose(
				[step("same", () => {})],
				[waitUntil("same", ({ s }) => s.n === 3)],
				[waitUntil("other", ({ s }) => s.n === 3)],
			),
			choose([shared], [step("x = 0", ({ f }) => { f.x = 0; })]),
			step("x = 3", ({ f }) => { f.x = 3; }),
			choose([shared], [step("or", () => {})]),
			anyOf(Item, (item) => [waitUntil("pick", ({ s }) => s.item === item && s.n < 2)]),
		]));
		return sys;
	},
});
`;

async function gaps(...args: string[]): Promise<string> {
	const cwd = folder({ "gaps.ts": MODEL });
	const { stdout, code } = await check(["gaps.ts", ...args], { cwd });
	expect(code).toBe(0);
	return stdout.slice(stdout.indexOf("Reached:"));
}

test("statements never taken and outcomes that never came are told with their lines", async () => {
	expect(await gaps("--set", "on=no")).toBe(`Reached: 10 of 16 statements; never taken:
  never(): unasked  (gaps.ts:10)
  never(): never  (gaps.ts:10)
  p(): n = 1  (gaps.ts:15)
  two(): two acts  (gaps.ts:9)
  p(): same  (gaps.ts:20)
  p(): other  (gaps.ts:21)
Decided: 9 of 14 outcomes of conditions and choices; missing:
  p(): on: never true  (gaps.ts:15)
  p(): wait: guard never false  (gaps.ts:16)
  p(): callOneOf(): never two  (gaps.ts:17)
  p(): a condition without a label: never true  (gaps.ts:14)
  p(): x < 2: branch 1 of 2 never chosen  (gaps.ts:25)
`);
});

test("the model's own statements are told apart from those of the library, which it may have no use for", async () => {
	const model = `import { bool, model, step, when } from "preempt";
import { addSoftirqs, addTask, Kernel } from "preempt/linux";
export default model("unused", { about: "no softirq is ever raised", axes: { preempt: ["full", "rt"] }, build({ preempt }) {
	const k = new Kernel({ cpus: 1, preempt });
	const sys = k.system({ state: { on: bool } });
	addSoftirqs(k, sys, [step("act", () => {})]);
	addTask(k, sys, "task", sys.routine("task", {}, [when("if (on)", ({ s }) => s.on, [step("use()", () => {})])]));
	return sys;
} });
`;
	const { stdout } = await check(["unused.ts"], { cwd: folder({ "unused.ts": model }) });
	const [first, ...lines] = stdout.slice(stdout.indexOf("Reached:"), stdout.indexOf("Decided:")).split("\n");
	expect(first).toMatch(/^Reached: 1 of \d\d statements, 1 of 4 of the model's own; never taken:$/);
	expect(lines).toEqual([
		"  handle_softirqs(): act  (unused.ts:6)",
		"  task(): use()  (unused.ts:7)",
		"  smpboot_thread_fn(): act  (unused.ts:6)",
		"",
	]);
});

test("where there is nothing to decide, nothing is said of it", async () => {
	const model = `import { model, step, system } from "preempt";
export default model("plain", { about: "", build() {
	const sys = system({ state: {} });
	sys.process("p", sys.routine("f", {}, [step("one", () => {})]));
	return sys;
} });
`;
	const { stdout } = await check(["plain.ts"], { cwd: folder({ "plain.ts": model }) });
	expect(stdout).toMatch(/Reached: all 1 statement\.\n$/);
});

test("what comes in one scenario is not missed in all", async () => {
	const both = await gaps();
	expect(both).not.toContain("on: never");
	expect(both).toContain("p(): wait: guard never false  (gaps.ts:16)\n");
});

test("the programs' report has them for each scenario", async () => {
	const cwd = folder({ "gaps.ts": MODEL });
	const { stdout } = await check(["gaps.ts", "--format", "json"], { cwd });
	const missed = JSON.parse(stdout).scenarios.map(({ neverCame }: { neverCame: { missed: string }[] }) =>
		neverCame.map((each) => each.missed),
	);
	expect(missed[0]).toContain("on: never true");
	expect(missed[1]).toContain("on: never false");
	expect(JSON.parse(stdout).scenarios[0].neverCame[0]).toEqual({
		routine: "p",
		missed: expect.any(String),
		file: "gaps.ts",
		line: expect.any(Number),
	});
});

test("that no run ends is said where a property asks about ends alone", async () => {
	const model = (background: boolean) => `import { loop, model, range, step, system } from "preempt";
export default model("clock", { about: "", build() {
	const sys = system({ state: { n: range(0, 3) } });
	const ticks = sys.routine("ticks", {}, [loop([step("tick", ({ s }) => void (s.n = (s.n + 1) % 4))])]);
	sys.process("clock", ticks, { background: ${background} });
	sys.property("END", { title: "", statement: "", terminal: ({ s }) => s.n < 4 });
	sys.property("LATE", { title: "", statement: "", terminal: () => true, antecedent: () => false });
	return sys;
} });
`;
	const told = async (background: boolean) => {
		const { stdout } = await check(["clock.ts"], { cwd: folder({ "clock.ts": model(background) }) });
		return stdout.slice(stdout.indexOf("default"), stdout.indexOf("Explored"));
	};
	expect(await told(true)).toBe(`default   holds

  END   : holds
  LATE  : never put to the test

Vacuous: LATE never put to the test in default.
`);
	expect(await told(false)).toBe(`default   vacuous

  END   : never put to the test
  LATE  : never put to the test

Vacuous: END never put to the test in default: no run ends there, for a process that is not
         background can always go on.
Vacuous: LATE never put to the test in default.
`);
});

test("where errors cut all runs, it is not said that none ends", async () => {
	const { stdout } = await check(["models/bio-task.ts", "--scenario", "v4/hardirq/rt", "--property", "P14"]);
	expect(stdout).toContain("Vacuous: P14 never put to the test in v4/hardirq/rt.\nCut: ");
});

const UNCALLED = {
	"uncalled.ts": `import { call, ifdef, model, step, system } from "preempt";
import { helper } from "./helper.ts";
export default model("uncalled", { about: "an end handler that nobody calls", axes: { use: ["a", "b"] }, build({ use }) {
	const sys = system({ state: {} });
	const only_b = sys.routine("only_b", {}, [step("b", () => {})]);
	const inner = sys.routine("inner", {}, [step("in", () => {})]);
	const my_end_io = sys.routine("my_end_io", {}, [call(inner)]);
	helper(sys);
	sys.process("p", sys.routine("f", {}, [step("one", () => {}), ifdef(use === "b", [call(only_b)])]));
	return sys;
} });
`,
	"helper.ts": `export const helper = (sys: any) => sys.routine("helper", {}, []);\n`,
};

test("a routine that no process of any scenario calls is told, but not one of another file", async () => {
	const cwd = folder(UNCALLED);
	const { stdout, code } = await check(["uncalled.ts"], { cwd });
	expect(stdout.slice(stdout.indexOf("Reached:"))).toBe(`Reached: all 2 statements.
Uncalled: 2 routines of the model's file; no process of any scenario of this model calls:
  inner()  (uncalled.ts:6)
  my_end_io()  (uncalled.ts:7)
`);
	expect(code).toBe(0);
	const json = async (...args: string[]) =>
		JSON.parse((await check(["uncalled.ts", "--format", "json", ...args], { cwd })).stdout).uncalled;
	expect(await json()).toEqual([
		{ routine: "inner", file: "uncalled.ts", line: 6 },
		{ routine: "my_end_io", file: "uncalled.ts", line: 7 },
	]);
	// With each step of its own, as well.
	expect(await json("--reductions", "none")).toHaveLength(2);
	// What one scenario does not call, another may.
	expect(await json("--set", "use=a")).toBe(null);
	expect((await check(["uncalled.ts", "--set", "use=a"], { cwd })).stdout).not.toContain("Uncalled");
});
