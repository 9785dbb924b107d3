// What the options choose.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { check, folder, models, root, run } from "../support/check.ts";

const counter = `${models}/counter.ts`;
const scenarios = async (...args: string[]): Promise<string[]> => {
	const { stdout } = await check([counter, "--list", "--format", "json", ...args]);
	return JSON.parse(stdout)[0].scenarios;
};

test("a plain check takes the default scenarios, --all every one", async () => {
	expect(await scenarios()).toEqual(["held/zero", "held/one"]);
	expect(await scenarios("--all")).toEqual(["held/zero", "held/one", "none/zero", "none/one"]);
});

test("--set chooses values of axes and sizes", async () => {
	expect(await scenarios("--set", "lock=none", "--set", "start=one")).toEqual(["none/one"]);
	expect(await scenarios("--set", "lock=none,held", "--set", "start=zero")).toEqual(["none/zero", "held/zero"]);
	expect(await scenarios("--set", "tasks=2,3", "--set", "start=one")).toEqual(["held/one", "held/one tasks=3"]);
});

test("--scenario takes names as they are shown, with * for any value", async () => {
	expect(await scenarios("--scenario", "none/one tasks=3")).toEqual(["none/one tasks=3"]);
	expect(await scenarios("--scenario", "*/one,none/zero")).toEqual(["held/one", "none/one", "none/zero"]);
	expect(await scenarios("--scenario", "*/one", "--set", "tasks=1")).toEqual(["none/one tasks=1"]);
});

/** A `build` whose system ends at once. */
const build = `build() {
	const sys = system({ state: {} });
	sys.process("p", sys.routine("f", {}, []));
	return sys;
}`;

test("a name that every object has is no axis, and may be one", async () => {
	const { code, stderr } = await check([counter, "--set", "constructor=1"]);
	expect(stderr).toMatch(/^constructor=1: there is no axis or size constructor; counter has lock/);
	expect(code).toBe(2);
	const odd = folder({
		"odd.ts": `import { model, system } from "preempt";
export default model("odd", { about: "", axes: { toString: [1], valueOf: [2, 3] }, ${build} });\n`,
	});
	const { stdout } = await check([join(odd, "odd.ts"), "--list", "--format", "json"]);
	expect(JSON.parse(stdout)[0].scenarios).toEqual(["1/2", "1/3"]);
});

const layers = "models/bio-layers.ts";

test("--audit says that every state was looked at", async () => {
	const reliance = async (...args: string[]) => {
		const { stdout } = await check([layers, "--format", "json", ...args]);
		return JSON.parse(stdout).reliesOn.determinism;
	};
	expect(await reliance()).toBe("sampled");
	expect(await reliance("--audit")).toBe("every state");
	const [{ stdout: sampled }, { stdout: audited }] = [await check([layers]), await check([layers, "--audit"])];
	expect(sampled.replace(/\s+/g, " ")).toContain(
		"steps are deterministic and reductions lose nothing is checked in a sample of",
	);
	expect(audited.replace(/\s+/g, " ")).toContain(
		"steps are deterministic and ids interchangeable is checked in every state, that a quotient loses nothing in a sample of them.",
	);
});

test("--list shows axes, sizes, properties and scenarios, and verifies nothing", async () => {
	const { stdout, code } = await check([counter, "--list"]);
	expect(code).toBe(0);
	for (const line of ["lock: held, none", "tasks: 2 (1 to 3)", "sum: nothing added is lost", "held/one"])
		expect(stdout).toMatch(new RegExp(`^ +${line.replace(/[()]/g, "\\$&")}$`, "m"));
	expect(stdout).not.toContain("Explored");
	const none = `import { model, step, system } from "preempt";
export default model("none", { about: "no axes", build() {
	const sys = system({ state: {} });
	sys.process("p", sys.routine("p", {}, [step("s", () => {})]));
	return sys;
} });`;
	expect((await check(["none.ts", "--list"], { cwd: folder({ "none.ts": none }) })).stdout).toBe(
		"none  no axes  (none.ts)\n  1 scenario\n    default\n",
	);
});

test("--list says which scenarios the model refuses, and why", async () => {
	const { stdout } = await check([counter, "--list", "--all", "--set", "tasks=1"]);
	expect(stdout).toMatch(/^ {2}2 scenarios, 2 more left out$/m);
	expect(stdout).toContain("  Left out: held/zero tasks=1, held/one tasks=1: one task needs no lock.\n");
	expect((await check([counter, "--list"])).stdout).not.toMatch(/left out/i);
	const json = await check([counter, "--list", "--all", "--set", "tasks=1", "--format", "json"]);
	expect(JSON.parse(json.stdout)[0].refused).toHaveLength(2);
});

test("of many scenarios refused for one reason, one is named", async () => {
	const many = folder({
		"many.ts": `import { model, system } from "preempt";
export default model("many", {
	about: "",
	axes: { a: [1, 2, 3], b: [1, 2] },
	refuses: ({ a }) => (a > 1 ? "too many" : undefined),
	${build},
});\n`,
	});
	for (const args of [["--list"], []])
		expect((await check([join(many, "many.ts"), ...args])).stdout).toMatch(
			/Left out: 4 scenarios such as 2\/1: too many\.$/m,
		);
});

test("what a model leaves out is verified where it is asked for by its full name, and else is not", async () => {
	const large = folder({
		"large.ts": `import { model, system } from "preempt";
export default model("large", {
	about: "",
	axes: { a: [1, 2], b: [1, 2] },
	leavesOut: ({ a }) => (a > 1 ? "too large" : undefined),
	${build},
});\n`,
	});
	const run = async (...args: readonly string[]) => check([join(large, "large.ts"), ...args]);
	const told = /Left out: 2\/1, 2\/2: too large; asked for by its full name it is verified\.$/m;
	for (const args of [["--all"], ["--scenario", "*/*"]]) expect((await run(...args)).stdout).toMatch(told);
	const { code, stdout } = await run("--scenario", "2/1");
	expect({ code, leftOut: stdout.includes("Left out") }).toEqual({ code: 0, leftOut: false });
	const { code: none, stderr } = await run("--set", "a=2");
	expect({ none, stderr }).toEqual({ none: 2, stderr: expect.stringContaining("too large; asked for by") });
});

test("--minimise may be spelt with a z", async () => {
	const { stdout } = await check([counter, "--set", "lock=none", "--minimize", "switches"]);
	expect(stdout).toBe(
		(await check([counter, "--set", "lock=none", "--minimise", "switches"])).stdout.replace(
			/[\d.]+ s\./,
			/[\d.]+ s\./.exec(stdout)?.[0] ?? "",
		),
	);
});

test("--property checks only these", async () => {
	const { stdout, code } = await check([counter, "--all", "-p", "bound,owner"]);
	expect(stdout).not.toContain("sum");
	expect(code).toBe(0);
});

test("a folder stands for the models in it, each reported on its own", async () => {
	const { stdout } = await check(["bench/models", "--set", "tasks=1"]);
	expect(stdout).toMatch(/^bio-task-twin {2}/m);
	expect(stdout).toMatch(/^peterson {2}/m);
});

test("the command shown with a counterexample finds it again", async () => {
	const { stdout } = await check([counter, "--set", "lock=none", "--set", "tasks=3"]);
	const args = again(stdout);
	expect(args).toContain("none/zero tasks=3");
	const diagram = (text: string) => text.slice(text.indexOf("   CPU 0"), text.indexOf("Again:"));
	expect(diagram((await check(args)).stdout)).toBe(diagram(stdout));
});

test("so does that of an error which no property of the model declares, on an axis of negative numbers", async () => {
	const source = `import { assert, model, step, system } from "preempt";
export default model("raised", { about: "an assertion", axes: { n: [-1, -2] }, build({ n }) {
const sys = system({ state: {} });
sys.process("p", sys.routine("f", {}, [step("WARN_ON(n < -1)", () => assert(n >= -1, "too small"))]));
return sys;
} });\n`;
	const { stdout } = await check([join(folder({ "raised.ts": source }), "raised.ts")]);
	const found = await check(again(stdout));
	expect(found.stdout).toContain("assert  assertions hold: violated in -2");
	expect(found.code).toBe(1);
});

/** The arguments of the command that a report ends with. */
function again(report: string): string[] {
	const [, command = ""] = /^Again: npx check (.*)$/m.exec(report) ?? [];
	return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

test("two runs print the same, but for the time", async () => {
	const runs = await Promise.all([1, 2].map(() => check([counter, "--all"])));
	const [first, second] = runs.map(({ stdout }) => stdout.replace(/[\d.]+ s\./, "s"));
	expect(first).toBe(second);
});

test("colours: only when asked for, where the output is no terminal", async () => {
	const colour = "\u001b[";
	expect((await check([counter, "--all"])).stdout).not.toContain(colour);
	expect((await check([counter, "--all", "--color"])).stdout).toContain(colour);
	expect((await check([counter, "--all", "--no-color"], { env: { FORCE_COLOR: "1" } })).stdout).not.toContain(colour);
});

test("on a terminal the report is as wide as that, but no narrower than a mail and no wider than elsewhere", async () => {
	const widest = async (columns: number, ...args: string[]) => {
		const terminal = `Object.assign(process.stdout, { isTTY: true, columns: ${columns}, hasColors: () => false })`;
		const node = ["--import", `data:text/javascript,${encodeURIComponent(terminal)}`, join(root, "dist", "cli.js")];
		const { stdout } = await run(process.execPath, [...node, counter, "--all", ...args]);
		// The command to run again stays on one line, to be copied.
		const lines = stdout.split("\n").filter((line) => !line.startsWith("Again: "));
		return Math.max(...lines.map((line) => line.length));
	};
	expect(await widest(200)).toBeLessThanOrEqual(100);
	expect(await widest(200)).toBeGreaterThan(85);
	expect(await widest(80)).toBeLessThanOrEqual(80);
	expect(await widest(20)).toBe(await widest(72));
});

test("--report writes further reports beside the first, to files or to standard output", async () => {
	const path = folder({});
	const file = (name: string) => join(path, name);
	const alone = async (form: string) => (await check([counter, "--all", "--format", form])).stdout;
	const reports = ["--report", `lkml=${file("race.txt")}`, "--report", "github", "--report", "mermaid=-"];
	const { stdout } = await check([counter, "--all", "--out", file("all.txt"), ...reports]);
	const steady = (text: string) => text.replace(/[\d.]+ s\./, "s");
	expect(steady(readFileSync(file("all.txt"), "utf8"))).toBe(steady(await alone("text")));
	expect(readFileSync(file("race.txt"), "utf8")).toBe(await alone("lkml"));
	expect(stdout).toBe((await alone("github")) + (await alone("mermaid")));
});

test("--version and --help", async () => {
	expect((await check(["--version"])).stdout).toBe(`${manifest.version}\n`);
	const { stdout, code } = await check(["--help"]);
	for (const option of ["--all", "--set", "--scenario", "--gate", "--max-time", "Exit codes"])
		expect(stdout).toContain(option);
	expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
	// That what is not asked for is not done goes without saying.
	expect(stdout).not.toContain("default: false");
	expect(code).toBe(0);
});

test("what a command lacks is said with how it is written, and where its own help is", async () => {
	const said = async (...args: string[]) => (await check(args)).stderr.trim();
	expect(await said("explore")).toBe(
		"explore is written check explore <file> (check explore --help shows what there is)",
	);
	expect(await said("replay")).toBe(
		"replay is written check replay <trace> [file] (check replay --help shows what there is)",
	);
	expect(await said("diff", counter)).toBe("--axis must be given (check diff --help shows what there is)");
	expect(await said("graph", counter, "--frmat", "svg")).toBe(
		"--frmat: there is no such option (check graph --help shows what there is)",
	);
	const help = "(check --help shows what there is)";
	for (const option of ["--frmat", "--frmat=svg", "-x"])
		expect(await said(counter, option)).toBe(`${option.split("=")[0]}: there is no such option ${help}`);
	expect(await said("new", "a", "b")).toBe("b is one argument too many (check new --help shows what there is)");
	expect(await said(counter, "--simulate")).toBe(`--simulate takes a value ${help}`);
	expect(await said(counter, "--minimise", "time")).toBe(`--minimise time: it is one of steps, switches ${help}`);
});

test("what a step says of an object is of the object that the trace shows", async () => {
	const dir = folder({
		"sym.ts": `
			import { fault, ids, model, perId, range, record, system, step } from "preempt";
			export default model("sym", { about: "exchangeable objects", axes: { a: ["x"] }, build() {
				const Obj = ids("obj", 3);
				const sys = system({ state: { obj: perId(Obj, record({ n: range(0, 2) })) } });
				const user = sys.routine("user", { args: { obj: Obj } }, [
					step("n++", ({ s, f }) => { s.obj[f.obj].n++; }),
					step("use", ({ s, f }) => { if (Obj.all.every((o) => s.obj[o].n > 0)) fault("P11", Obj.nameOf(f.obj) + " is used"); }),
				]);
				for (const obj of Obj.all) sys.process("user" + obj, user, { args: { obj } });
				return sys;
			} });`,
	});
	const { stdout } = await check([join(dir, "sym.ts")]);
	const said = new Set(stdout.match(/obj\d is used/g));
	expect(stdout).toContain("symmetry over obj0");
	expect([...said]).toHaveLength(1);
});
