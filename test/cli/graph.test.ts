import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder, models, root, run } from "../support/check.ts";

const counter = `${models}/counter.ts`;
const graph = (...args: string[]) => check(["graph", counter, "--scenario", "none/zero", ...args]);
/** Nodes and edges by their attributes. */
const nodes = (dot: string) => [...dot.matchAll(/^\tn\d+ \[(.*)\];$/gm)].map(([, text = ""]) => text);
const edges = (dot: string) =>
	[...dot.matchAll(/^\tn(\d+) -> n(\d+) \[label = "(.*)"(.*)\];$/gm)].map(([, ...each]) => each);

test("every state is a node, every step an edge; the first, the ends and what is violated are marked", async () => {
	const { stdout, code, stderr } = await graph();
	expect(nodes(stdout)).toHaveLength(12);
	expect(edges(stdout)).toHaveLength(14);
	expect(edges(stdout)[0]).toEqual(["0", "1", "task0: read = counter\\l", ""]);
	expect(nodes(stdout).filter((node) => node.includes("penwidth"))).toEqual([
		expect.stringContaining("state 0\\lvalue: 0\\l"),
	]);
	expect(nodes(stdout).filter((node) => node.includes("peripheries = 2"))).toHaveLength(2);
	const [bad, ...others] = nodes(stdout).filter((node) => node.includes("color ="));
	expect(bad).toContain("value: 1\\ltask0: ended\\ltask1: ended\\lsum violated\\l");
	expect(others).toEqual([]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("states that agree in the chosen parts are merged, and the steps between them", async () => {
	const { stdout } = await graph("--by", "value");
	expect(nodes(stdout).map((node) => /^label = "(.*?)"/.exec(node)?.[1])).toEqual([
		"4 states\\lvalue: 0\\l",
		"7 states\\lvalue: 1\\lsum violated\\l",
		"state 10\\lvalue: 2\\l",
	]);
	expect(edges(stdout).map(([from, to, label]) => [from, to, label])).toEqual([
		["0", "1", "task0: counter = read + by\\ltask1: counter = read + by\\l"],
		["1", "2", "task1: counter = read + by\\ltask0: counter = read + by\\l"],
	]);
	expect(nodes((await graph("--by", "task0: add.read,task1")).stdout)).toHaveLength(5);
});

test("of the chosen parts, a node shows what is not the same in all nodes", async () => {
	const cwd = folder({
		"m.ts": `import { model, range, record, step, system } from "preempt";
export default model("m", { about: "m", build() {
	const sys = system({ state: { pair: record({ still: range(0, 1), n: range(0, 1) }) } });
	sys.process("p", sys.routine("f", {}, [step("n = 1", ({ s }) => { s.pair.n = 1; })]));
	return sys;
} });
`,
	});
	const { stdout } = await check(["graph", "m.ts", "--by", "pair"], { cwd });
	expect(nodes(stdout).map((node) => /^label = "(.*?)"/.exec(node)?.[1])).toEqual([
		"state 0\\lpair.n: 0\\l",
		"state 1\\lpair.n: 1\\l",
	]);
});

test("steps that violate, errors that steps raise, and steps in the background", async () => {
	const cwd = folder({
		"m.ts": `import { assert, loop, model, range, step, system } from "preempt";
export default model("m", { about: "m", build() {
	const sys = system({ state: { n: range(0, 3), "flag": range(0, 1) }, events: { went: [] } });
	sys.process("p", sys.routine("f", {}, [
		step('go "there" \\\\ now', ({ s, emit }) => { s.n = 1; emit.went(); }),
		step("fail", () => assert(false, "no")),
	]));
	sys.process("idle", sys.routine("g", {}, [loop([step("tick", ({ s }) => { s.flag = 1 - s.flag; })])]), { background: true });
	sys.property("one", { title: "t", statement: "s", sometimes: ({ s }) => s.n === 1 });
	sys.property("stay", { title: "t", statement: "s", on: { went: () => false } });
	return sys;
} });
`,
	});
	const { stdout } = await check(["graph", "m.ts", "--by", "n"], { cwd });
	expect(edges(stdout)).toEqual([
		["0", "1", 'p: go \\"there\\" \\\\ now (violates stay)\\l', ""],
		["1", "2", "p: fail\\l", ""],
	]);
	expect(nodes(stdout)[1]).toContain("one reached");
	expect(nodes(stdout)[1]).not.toContain("color");
	expect(nodes(stdout)[2]).toContain("assert raised");
	const whole = await check(["graph", "m.ts"], { cwd });
	expect(edges(whole.stdout).filter(([, , , style]) => style === ", style = dashed")).toHaveLength(4);
});

test("as SVG, to a file", async () => {
	const out = join(folder({}), "graph.svg");
	expect(await graph("--format", "svg", "--out", out)).toMatchObject({ stdout: "", stderr: "", code: 0 });
	const svg = readFileSync(out, "utf8");
	expect(svg).toMatch(/^<\?xml/);
	expect(svg.match(/class="node"/g)).toHaveLength(12);
	expect(svg.match(/class="edge"/g)).toHaveLength(14);
	expect(svg).toContain("sum violated");
});

test("many states are merged without all their values in memory at once", async () => {
	const merged = ["graph", "models/work-pending.ts", "--scenario", "always/full items=4", "--by", "list"];
	const { code, stdout } = await run(process.execPath, [
		"--max-old-space-size=150",
		join(root, "dist", "cli.js"),
		...merged,
	]);
	expect(code).toBe(0);
	expect(nodes(stdout)).toHaveLength(5);
});

test("2: what is too large to look at is refused, with what to do", async () => {
	const small = await check(["graph", "models/bio-task.ts", "--scenario", "v4/hardirq/none"]);
	expect(small.stderr).toMatch(
		/^[\d,]+ states are too many to look at \(250 at most\): choose a smaller scenario, as by --set cpus=1 --set bios=1, or merge those .*: --by cpu, or context,/,
	);
	expect(small).toMatchObject({ code: 2, stdout: "" });
	const by = ["graph", "models/bio-task.ts", "--scenario", "v4/hardirq/none", "--by"];
	expect((await check([...by, "bio,context,cpu,task"])).stderr).toMatch(
		/--by task: the state has no such part; it has cpu, context/,
	);
	expect((await check([...by, "bio,context,cpu,work,kworker/0"])).stderr).toMatch(
		/merges [\d,]+ states into \d+, too many to look at/,
	);
	const large = await check(["graph", "models/bio-task.ts", "--scenario", "v4/direct/rt cpus=3 bios=3"]);
	expect(large.stderr).toMatch(
		/^there are more than 200,000 states, too many to draw even merged: choose a smaller scenario/,
	);
	expect(large.code).toBe(2);
});

test("2 and 3: no place for the file, several scenarios, a model error", async () => {
	const out = join(folder({}), "no", "graph.dot");
	expect((await graph("--out", out)).stderr).toMatch(/^--out .*: cannot be written/);
	expect(existsSync(out)).toBe(false);
	expect((await check(["graph", counter])).stderr).toMatch(/^choose one scenario/);
	const cwd = folder({
		"m.ts": `import { model, range, step, system } from "preempt";
export default model("m", { about: "m", build() {
	const sys = system({ state: { n: range(0, 3) } });
	sys.process("p", sys.routine("f", {}, [step("wrong", ({ s }) => { s.n = 4; })]));
	return sys;
} });
`,
	});
	const wrong = await check(["graph", "m.ts"], { cwd });
	expect(wrong.stderr).toMatch(/^model error {2}m\.ts:4: out-of-range write/);
	expect(wrong.code).toBe(3);
});

test("3: a step that never ends", async () => {
	const cwd = folder({
		"endless.ts": `import { model, range, step, system } from "preempt";
export default model("endless", { about: "a step that never ends", build() {
	const sys = system({ state: { n: range(0, 3) } });
	sys.process("p", sys.routine("f", {}, [step("round", ({ s }) => { while (s.n < 2) s.n = 1; })]));
	return sys;
} });
`,
	});
	const { code, stderr } = await check(["graph", "endless.ts"], { cwd });
	expect(stderr).toBe('model error  endless.ts:4: a step that never ends, in the step "round"\n');
	expect(code).toBe(3);
});
