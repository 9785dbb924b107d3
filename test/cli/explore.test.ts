// The stepper, led by commands from a pipe.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder, models } from "../support/check.ts";

const counter = `${models}/counter.ts`;
const explore = (scenario: string, ...lines: string[]) =>
	check(["explore", counter, "--scenario", scenario], { input: `${lines.join("\n")}\n` });

/** What is printed after the prompt that `line` was typed at. */
const after = (stdout: string, line: string): string =>
	stdout.split(/^\d+> /m).find((part) => part.startsWith(`${line}\n`)) ?? "";

test("lists the steps that are possible, takes one, says what it changed", async () => {
	const { stdout, code, stderr } = await explore("none/zero", "1", "q");
	expect(stdout).toContain("  1  CPU 0  task0  add(): read = counter\n  2  CPU 1  task1  add(): read = counter\n0> ");
	expect(after(stdout, "1")).toBe(
		"1\ntask0: add(): read = counter\n  task0: add.read: unset -> 0\n" +
			"  1  CPU 0  task0  add(): counter = read + by\n  2  CPU 1  task1  add(): read = counter\n",
	);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("goes back, by one step, by several and to the start", async () => {
	const { stdout } = await explore("none/zero", "1", "1", "b", "1", "1", "back 2", "restart", "b");
	const prompts = [...stdout.matchAll(/^(\d+)> /gm)].map(([, n]) => Number(n));
	expect(prompts).toEqual([0, 1, 2, 1, 2, 3, 1, 0, 0]);
	expect(stdout).toContain("this is the initial state");
});

test("jumps to the nearest violation from where it stands, and says why it is one", async () => {
	const { stdout } = await explore("none/zero", "2", "jump sum", "jump sum", "t", "c");
	expect(after(stdout, "jump sum")).toMatch(/^jump sum\n3 steps on:\n(.|\n)*sum is violated: nothing added is lost/);
	expect(after(stdout, "jump sum")).toContain("    the counter is 1, not 2\n");
	expect(after(stdout, "jump sum")).toContain("no step is possible here\n");
	expect(stdout).toContain("sum is violated already\n");
	expect(after(stdout, "t")).toMatch(/^ 1 +task1: add\(1\)|CPU 1/m);
	expect(after(stdout, "t")).toContain("Length: 4 steps");
	expect(after(stdout, "c")).toBe("c\n  value: 0 -> 1\n");
});

test("says that nothing is violated any more, having seen everything", async () => {
	const { stdout } = await explore("none/zero", "1", "1", "jump sum", "j");
	for (const line of ["jump sum", "j"])
		expect(after(stdout, line)).toMatch(
			/from here on no step violates (sum|a property): \d+ states seen, which is all/,
		);
});

test("jumps to an error that a step raises and no property declares", async () => {
	const raising = folder({
		"raising.ts": `import { fault, model, range, step, system } from "preempt";
export default model("raising", { about: "", build() {
	const sys = system({ state: { n: range(0, 1) } });
	const body = [
		step("n = 1", ({ s }) => { s.n = 1; }),
		step("n--", ({ s }) => { if (s.n > 0) fault("negative-count", "it is below zero"); }),
	];
	sys.process("p", sys.routine("f", {}, body));
	return sys;
} });\n`,
	});
	const { stdout } = await check(["explore", join(raising, "raising.ts")], { input: "jump negative-count\n" });
	expect(after(stdout, "jump negative-count")).toMatch(/^jump negative-count\n2 steps on:\n(.|\n)*raised: it is below/);
});

test("shows the state, or the part of it that is asked for", async () => {
	const { stdout } = await explore("held/zero", "1", "state", "state owner", "s nothing");
	for (const line of ["  value: 0\n", "  task.task0.cpu: 0\n", "  task0: add()\n", "  task0: add.read: unset\n"])
		expect(after(stdout, "state")).toContain(line);
	expect(after(stdout, "state owner")).toBe("state owner\n  owner: task0\n");
	expect(after(stdout, "s nothing")).toContain("no line of the state contains nothing");
});

test("answers what it does not understand, and goes on", async () => {
	const { stdout, code } = await explore("held/zero", "hop", "7", "back x", "jump P99", "save", "?");
	for (const line of [
		"there is no command hop",
		"there is no step 7: choose 1 to 2",
		"back takes a number",
		"there is no property P99; there are sum, bound, owner",
		"save takes the name of a file",
		"take back the last step",
	])
		expect(stdout).toContain(line);
	expect(code).toBe(0);
});

const faulty = `import { assert, choose, model, range, step, system } from "preempt";
export default model("faulty", { about: "steps with errors", build() {
	const sys = system({ state: { n: range(0, 3) } });
	sys.process("p", sys.routine("f", {}, [
		step("first", ({ s }) => { s.n = 1; }),
		choose(
			[step("same", ({ s }) => { s.n = 2; })],
			[step("same", ({ s }) => { s.n = 3; })],
			[step("bad", ({ s }) => { assert(s.n !== 1, "n is one"); })],
			[step("wrong", ({ s }) => { s.n = 4; })],
		),
	]));
	return sys;
} });
`;

test("a step that raises an error ends the path; one with a model error is not taken", async () => {
	const path = folder({ "faulty.ts": faulty });
	const { stdout } = await check(["explore", "faulty.ts"], {
		cwd: path,
		input: "1\n4\n3\n1\nj\nw cut.json\nback\n",
	});
	expect(stdout).toContain(
		"  1  p  f(): same  /* n: 1 -> 2 */\n  2  p  f(): same  /* n: 1 -> 3 */\n  3  p  f(): bad\n",
	);
	expect(after(stdout, "4")).toMatch(
		/model error {2}faulty\.ts:10: out-of-range write: n is a number from 0 to 3, not 4/,
	);
	expect(after(stdout, "3")).toContain("raised: n is one\n  assert is violated\nthe path ends here");
	expect(stdout).toContain("there is no step 1: none is possible");
	expect(stdout).toContain("nothing follows an error that a step raises");
	expect(JSON.parse(readFileSync(join(path, "cut.json"), "utf8"))).toMatchObject({ cut: true, violates: ["assert"] });
	const again = await check(["replay", "cut.json"], { cwd: path });
	expect(again.stdout).toContain("The model does what it did when the trace was saved.");
	expect(again.code).toBe(0);
});

const endless = (round: string) => `import { choose, model, range, step, system } from "preempt";
export default model("endless", { about: "a step that never ends", build() {
	const sys = system({ state: { n: range(0, 3) } });
	sys.process("p", sys.routine("f", {}, [
		choose(
			[step("fine", ({ s }) => { s.n = 2; })],
			[step("round", ({ s }) => { ${round} })],
		),
	]));
	return sys;
} });
`;

test("a step that never ends is not taken, and a trace that it was a part of is cut there", async () => {
	const round = "while (s.n < 2) s.n = 1;";
	const path = folder({ "endless.ts": endless(round), "ended.ts": endless("s.n = 1;") });
	const { stdout } = await check(["explore", "endless.ts"], { cwd: path, input: "2\n1\nq\n" });
	expect(after(stdout, "2")).toBe('2\nmodel error  endless.ts:7: a step that never ends, in the step "round"\n');
	expect(after(stdout, "1")).toContain("n: 0 -> 2");
	await check(["explore", "ended.ts"], { cwd: path, input: "2\nw saved.json\nq\n" });
	const again = await check(["replay", "saved.json", "endless.ts"], { cwd: path });
	expect(again.stdout).toMatch(/Source: 1 endless\.ts:7\n(.|\n)*raises an error there: a step that never ends\n$/);
	expect(again.code).toBe(1);
});

test("a file is not overwritten", async () => {
	const path = folder({ "faulty.ts": faulty });
	const { stdout } = await check(["explore", "faulty.ts"], { cwd: path, input: "1\nw faulty.ts\n" });
	expect(stdout).toContain("faulty.ts exists already");
	expect(readFileSync(join(path, "faulty.ts"), "utf8")).toBe(faulty);
});

test("2: it takes one scenario", async () => {
	const { code, stderr } = await check(["explore", counter]);
	expect(stderr).toBe("choose one scenario with --scenario: held/zero, held/one\n");
	expect(code).toBe(2);
	expect((await check(["explore", counter, "--scenario", "held/zero", "-p", "P99"])).code).toBe(2);
	expect((await check(["explore"])).stderr).toMatch(/explore is written check explore <file>/);
});
