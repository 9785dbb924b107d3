// Saved traces, shown again with the model as it was and with models that were edited.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder, models, root } from "../support/check.ts";

const source = readFileSync(join(root, models, "counter.ts"), "utf8");

/** A folder with the counter model and the trace by which it loses an addition. */
async function saved(): Promise<string> {
	const path = folder({ "counter.ts": source });
	const found = await check(["counter.ts", "--set", "lock=none", "--save-traces", "found"], { cwd: path });
	expect(found.stderr).toBe("saved found/counter.sum.json\n");
	expect(found.code).toBe(1);
	return path;
}

const replay = (cwd: string, ...args: string[]) => check(["replay", "found/counter.sum.json", ...args], { cwd });
const edit = (path: string, from: string, to: string): void => {
	expect(source).toContain(from);
	writeFileSync(join(path, "counter.ts"), source.replace(from, to));
};

test("a found counterexample is saved by names, and shown again", async () => {
	const path = await saved();
	const trace = JSON.parse(readFileSync(join(path, "found", "counter.sum.json"), "utf8"));
	expect(trace).toMatchObject({
		schema: "preempt-trace/1",
		model: "counter",
		file: "../counter.ts",
		scenario: "none/zero",
		violates: ["sum"],
		cut: false,
	});
	expect(trace.steps[0]).toEqual({
		process: "task0",
		routine: "add",
		label: "read = counter",
		changes: ["task0: add.read: unset -> 0"],
	});
	const { stdout, code, stderr } = await replay(path);
	expect(stdout).toMatch(/^found\/counter\.sum\.json: counter none\/zero, 4 steps that violate sum\n/);
	expect(stdout).toMatch(/^ 4 +counter = read \+ by$/m);
	expect(stdout).toContain("Why: the counter is 1, not 2");
	expect(stdout).toMatch(/\nThe model does what it did when the trace was saved\.\n$/);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("what does not touch the walk is no change: other lines, other scenarios, other routines' statements", async () => {
	const path = await saved();
	edit(path, 'ifdef(lock === "held", [acquire]),', '\n\n\t\t\tifdef(lock === "held", [acquire, acquire]),');
	expect((await replay(path)).code).toBe(0);
});

test("a statement that came in: from that step on, with what is possible there", async () => {
	const path = await saved();
	edit(path, 'step("counter = read + by"', 'step("barrier()", () => {}),\n\t\t\tstep("counter = read + by"');
	const { stdout, code } = await replay(path);
	expect(stdout).toContain("The model has changed since the trace was saved, from step 3 on:");
	expect(stdout).toMatch(/step 3 of task. in add\(\): counter = read \+ by\n {2}is not possible there; possible are\n/);
	expect(stdout).toMatch(/^ {2}[12] {2}CPU . {2}task. {2}add\(\): barrier\(\)$/m);
	expect(stdout).toContain("Length: 2 steps");
	expect(code).toBe(1);
});

test("a statement that does something else: from that step on, and the walk goes on", async () => {
	const path = await saved();
	edit(path, "s.value = f.read + f.by;", "s.value = s.value + f.by;");
	const { stdout, code } = await replay(path);
	expect(stdout).toMatch(/from step 4 on:\n {2}step 4 of task. in add\(\): counter = read \+ by\n/);
	expect(stdout).toContain("\n  + value: 1 -> 2\n");
	expect(stdout).toContain("sum is not violated at its end any more.");
	expect(stdout).toContain("Length: 4 steps");
	expect(code).toBe(1);
});

test("a statement that raises an error now", async () => {
	const path = await saved();
	edit(path, "s.value = f.read + f.by;", 'if (f.read < s.value) throw new Error("lost"); s.value = f.read + f.by;');
	const { stdout, code } = await replay(path);
	expect(stdout).toMatch(
		/from step 4 on:\n {2}step 4 of task. in .*: counter = read .*\n {2}raises an error there: lost\n$/,
	);
	expect(code).toBe(1);
});

test("a property that was repaired though the model does the same", async () => {
	const path = await saved();
	edit(path, "s.value === total", "s.value <= total");
	const { stdout, code } = await replay(path);
	expect(stdout).toMatch(/was saved\.\nsum is not violated at its end any more\.\n$/);
	expect(code).toBe(1);
});

test("steps of one name are told apart by what they change, and by what follows", async () => {
	const path = folder({
		"twins.ts": `import { choose, model, range, step, system } from "preempt";
export default model("twins", { about: "choices of one name", build() {
	const sys = system({ state: { n: range(0, 3) } });
	sys.process("p", sys.routine("f", {}, [
		choose(
			[step("pick", () => {}), step("left", ({ s }) => { s.n = 1; })],
			[step("pick", () => {}), step("right", ({ s }) => { s.n = 2; })],
			[step("pick", ({ s }) => { s.n = 3; })],
		),
	]));
	for (const n of [1, 2, 3])
		sys.property("not" + n, { title: "t", statement: "s", terminal: ({ s }) => s.n !== n });
	return sys;
} });
`,
	});
	expect((await check(["twins.ts", "--save-traces", "."], { cwd: path })).code).toBe(1);
	for (const n of [1, 2, 3]) {
		const { stdout, code } = await check(["replay", `twins.not${n}.json`], { cwd: path });
		expect(stdout).toContain("The model does what it did");
		expect(stdout).toContain(`Changed: n: 0 -> ${n}`);
		expect(code).toBe(0);
	}
});

test("the model may be elsewhere", async () => {
	const path = await saved();
	writeFileSync(join(path, "moved.json"), readFileSync(join(path, "found", "counter.sum.json")));
	const lost = await check(["replay", "moved.json"], { cwd: path });
	expect(lost.stderr).toMatch(/^moved\.json: the model it was saved of: \.\.\/counter\.ts: there is no such file/);
	expect(lost.code).toBe(2);
	expect((await check(["replay", "moved.json", "counter.ts"], { cwd: path })).code).toBe(0);
});

test.each([
	["{", "is no JSON"],
	["{}", 'it has no "schema": "preempt-trace/1"'],
	['{ "schema": "preempt-trace/9" }', "has the form preempt-trace/9; this version reads preempt-trace/1"],
	['{ "schema": "preempt-trace/1", "model": "m", "file": "f" }', 'has no text "scenario"'],
	[
		'{ "schema": "preempt-trace/1", "model": "m", "file": "f", "scenario": "s", "violates": [], "cut": false, "steps": [1] }',
		"step 1 is not { process, routine, label, changes }",
	],
])("2: a file that is no saved trace: %s", async (text, message) => {
	const { code, stderr } = await check(["replay", "trace.json"], { cwd: folder({ "trace.json": text }) });
	expect(stderr).toContain(`trace.json ${message.startsWith("it") ? `is no saved trace: ${message}` : message}`);
	expect(code).toBe(2);
});

test("under --gate, only what the spec does not expect is saved", async () => {
	const args = [`${models}/counter.ts`, "--set", "lock=none", "--gate", "--save-traces", folder({})];
	expect(await check(args)).toMatchObject({ code: 0, stderr: "" });
});

test("2: a folder for traces that cannot be made, at once", async () => {
	const path = folder({ "counter.ts": source });
	// Nobody can make folders in /proc, where they seem to be only missing; nor in a file.
	for (const name of ["/proc/found", "/proc/found/deeper", "counter.ts", "counter.ts/found"]) {
		const { code, stdout, stderr } = await check(["counter.ts", "--save-traces", name], { cwd: path });
		expect(stderr).toContain(`--save-traces ${name}: cannot be made: E`);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
	}
});

test("a folder for traces is made with those above it, and may be there already", async () => {
	const path = folder({ "counter.ts": source });
	for (const _ of [1, 2]) {
		const { stderr } = await check(["counter.ts", "--set", "lock=none", "--save-traces", "a/b/c"], { cwd: path });
		expect(stderr).toBe("saved a/b/c/counter.sum.json\n");
	}
});

test("a counterexample that was found with switches, moves and ends as steps", async () => {
	const path = folder({});
	const model = join(root, "models/bio-task.ts");
	const args = ["--scenario", "v4/direct/full", "-p", "P1", "--reductions", "none", "--save-traces", "found"];
	const found = await check([model, ...args], { cwd: path });
	expect(found.stdout).toMatch(/^ +\d+ +<migrate to CPU 1>$/m);
	expect(found.stdout).toMatch(/^ +\d+ +(task\d: )?<do_exit\(\)>$/m);
	expect(found.stdout).toContain("no reductions");
	const { stdout, code } = await check(["replay", "found/bio-task.P1.json"], { cwd: path });
	expect(stdout).toContain("The model does what it did when the trace was saved.");
	expect(code).toBe(0);
});
