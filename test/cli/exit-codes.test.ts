// What the command answers, and with which exit code. Runs the built command, as a user would.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder, models, run } from "../support/check.ts";

const counter = `${models}/counter.ts`;
const head = 'import { list, model, ids, range, step, system } from "preempt";\n';

/** A model in a file of its own whose only routine has these statements. */
const withStep = (statement: string): string =>
	`${head}export default model("one", { about: "a step", build() {
const Id = ids("id", 2);
const sys = system({ state: { n: range(0, 3), l: list(Id, 1) } });
sys.process("p", sys.routine("f", {}, [
step("first", ({ s }) => { s.n = 1; }),
${statement}
]));
return sys;
} });\n`;

test("0: every property holds, and a vacuous one is not a failure", async () => {
	const { code, stdout, stderr } = await check([counter]);
	expect(stdout).toContain("nothing added is lost: holds");
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect((await check([counter, "--scenario", "none/*", "-p", "owner"])).code).toBe(0);
});

test("1: a property is violated, also one that is only a warning", async () => {
	expect((await check([counter, "--all"])).code).toBe(1);
	const path = folder({
		"warning.ts": withStep("").replace(
			"return sys",
			'sys.property("splat", { title: "t", statement: "s", class: "warning", invariant: ({ s }) => s.n === 0 }); return sys',
		),
	});
	const { code, stdout } = await check([join(path, "warning.ts")]);
	expect(code).toBe(1);
	expect(stdout).toContain("(splat)");
});

test("70: what the checker gets wrong itself is never shown as a verdict", async () => {
	// The model tells the two interpreters apart, so that replaying its counterexample fails.
	const path = folder({
		"two-faced.ts": withStep(
			'step("second", ({ s }) => { s.n = Object.getOwnPropertyNames(s).length > 0 ? 3 : 2; }),',
		).replace(
			"return sys",
			'sys.property("two", { title: "t", statement: "s", invariant: ({ s }) => s.n < 2 }); return sys',
		),
	});
	const { code, stderr } = await check([join(path, "two-faced.ts")]);
	expect(stderr).toContain("internal error");
	expect(stderr).toContain("second");
	expect(code).toBe(70);
});

test("0: a model without properties is told to have none", async () => {
	const path = folder({ "none.ts": withStep("") });
	const { code, stdout } = await check([join(path, "none.ts")]);
	expect(stdout).toContain("The model declares no property: only errors that its steps raise would be found.");
	expect(code).toBe(0);
});

const wrong: [name: string, args: string[], message: RegExp][] = [
	["no file", [], /name a model file/],
	["a path that does not exist", ["no/such.ts"], /^no\/such\.ts: there is no such file/],
	["a file that is no source", ["README.md"], /^README\.md: a model is a TypeScript or JavaScript file/],
	["an unknown option", [counter, "--frobnicate"], /frobnicate/],
	["a format that does not exist", [counter, "--format", "yaml"], /yaml/],
	["an unknown axis", [counter, "--set", "colour=red"], /no axis or size colour.*lock \(held, none\)/],
	["an unknown value", [counter, "--set", "lock=maybe"], /no lock maybe: it is one of held, none/],
	["a setting without value", [counter, "--set", "lock"], /axis=value/],
	["a size out of range", [counter, "--set", "tasks=9"], /tasks is a whole number from 1 to 3, not 9/],
	["an unknown property", [counter, "-p", "P99"], /P99: there is no such property; declared are sum, bound, owner/],
	["an unknown scenario", [counter, "--scenario", "held"], /no scenario held.*lock\/start/],
	["an unknown value in a scenario", [counter, "--scenario", "held/two"], /no start two/],
	["a scenario that the model refuses", [counter, "--scenario", "held/zero tasks=1"], /one task needs no lock/],
	["a choice of which the model refuses all", [counter, "--set", "tasks=1"], /one task needs no lock/],
	["an option without its argument, at the end", [counter, "-p"], /^-p takes a value/],
	["an option without its argument", [counter, "--format", "--all"], /^--format takes a value/],
	[
		"an option given twice that takes one value",
		[counter, "--max-states", "5", "--max-states", "6"],
		/--max-states is given 2/,
	],
	["a limit that is no whole number", [counter, "--max-states", "1.5"], /--max-states takes a whole number above 0/],
	["a depth that is no whole number", [counter, "--max-depth", "2.5"], /--max-depth takes a whole number above 0/],
	["a reduction beside none", [counter, "--reductions", "none,symmetry"], /none goes with no other/],
	[
		"a reduction that does not exist",
		[counter, "--reductions", "por"],
		/no por: name some of symmetry, quotient, eager, or none/,
	],
	["a reduction without what it needs", [counter, "--reductions", "quotient"], /quotient needs eager/],
	["a limit that is none", [counter, "--max-states", "0"], /--max-states/],
	["a command that is none", ["explor", counter], /^explor: .* nor a command of that name/],
	["a memory size without its unit", [counter, "--max-memory", "10"], /--max-memory 10: give/],
	["a memory size that is none", [counter, "--max-memory", "lots"], /--max-memory lots/],
	["a report that cannot be written", [counter, "--out", "no/such/folder/report"], /no\/such\/folder\/report/],
	[
		"a further report that cannot be written",
		[counter, "--report", "json=no/such/r"],
		/--report json=no\/such\/r: cannot/,
	],
	["a report of no known form", [counter, "--report", "pdf=r.pdf"], /--report pdf=r\.pdf: give FORM=FILE.*junit/],
	["two reports to one file", [counter, "--out", "r", "--report", "json=r"], /two reports are to be written to r/],
	["a list of scenarios in a form for verdicts", [counter, "--list", "--format", "junit"], /--list has the forms text/],
	["a list of scenarios with a report", [counter, "--list", "--report", "json=r"], /--list has no --report/],
	["a spec that does not exist", [counter, "--gate", "--spec", "no/spec.ts"], /no\/spec\.ts does not exist/],
	["a spec without gate", [counter, "--spec", "x.ts"], /--spec goes with --gate/],
	["a folder without models", ["docs/decisions"], /no model file/],
];
test.each(wrong)("2: %s", async (_, args, message) => {
	const { code, stdout, stderr } = await check(args);
	expect(stderr).toMatch(message);
	expect(stderr).not.toMatch(/^\s+at /m);
	expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("2: a syntax error, with its line", async () => {
	const path = folder({ "broken.ts": `${head}const x = ;\n` });
	const { code, stderr } = await check([join(path, "broken.ts")]);
	expect(stderr).toMatch(/broken\.ts:2:11: Unexpected ";"\n {4}const x = ;\n$/);
	expect(code).toBe(2);
});

test("2: a file that exports no model; in a folder it is only named", async () => {
	const path = folder({ "none.ts": "export const x = 1;\n", "one.ts": withStep("") });
	const alone = await check([join(path, "none.ts")]);
	expect(alone.stderr).toMatch(/none\.ts: exports no model/);
	expect(alone.code).toBe(2);
	const together = await check([path]);
	expect(together.stderr).toMatch(/none\.ts: exports no model/);
	expect(together.stdout).toMatch(/^one {2}a step/);
	expect(together.code).toBe(0);
});

test("2: type errors, with --typecheck", async () => {
	const path = folder({ "typed.ts": withStep('step("second", ({ s }) => { s.m = 1; }),') });
	const { code, stderr } = await check([join(path, "typed.ts"), "--typecheck"]);
	expect(stderr).toMatch(/typed\.ts.*7.*Property 'm' does not exist/);
	expect(code).toBe(2);
	expect((await check([counter, "--typecheck"])).code).toBe(0);
	expect(await check([join(path, "typed.ts"), "--typecheck", "--list"])).toMatchObject({ code: 2, stderr });
	expect((await check([counter, "--typecheck", "--list"])).code).toBe(0);
});

test("0: elements of an id set are there, whatever a project's own settings ask of others", async () => {
	const path = folder({
		"tsconfig.json": '{ "compilerOptions": { "noUncheckedIndexedAccess": true } }',
		"indexed.ts": withStep('step("second", ({ s }) => { s.cell[Id.id(0)].n = 1; }),')
			.replace("{ list,", "{ list, perId, record,")
			.replace("{ n: range(0, 3),", "{ n: range(0, 3), cell: perId(Id, record({ n: range(0, 3) })),"),
	});
	expect(await check([join(path, "indexed.ts"), "--typecheck"])).toMatchObject({ stderr: "", code: 0 });
});

test("0: what is unused is no type error, whatever a project's own settings say of it", async () => {
	const strict = {
		noUnusedLocals: true,
		noUnusedParameters: true,
		allowUnusedLabels: false,
		allowUnreachableCode: false,
	};
	const path = folder({
		"tsconfig.json": JSON.stringify({ compilerOptions: strict }),
		"unused.ts": withStep('step("second", (c) => { return; const never = 1; }),').replace("{ list,", "{ maybe, list,"),
	});
	expect(await check([join(path, "unused.ts"), "--typecheck"])).toMatchObject({ stderr: "", code: 0 });
});

const mistakes: [name: string, statement: string, line: number, message: RegExp][] = [
	["a write out of range", 'step("second", ({ s }) => {\n s.n = 4; }),', 8, /n is a number from 0 to 3, not\s+4/],
	["an overflowing list", 'step("second", ({ s }) => {\n s.l.push(Id.id(0));\n s.l.push(Id.id(1)); }),', 9, /overflow/],
	["an exception", 'step("second", ({ s }) => {\n null.x = s.n; }),', 8, /Cannot set properties of null/],
	["a nondeterministic step", 'step("second", ({ s }) => { s.n = 1 + counter++ % 2; }),', 7, /nondeterministic/],
	[
		"an exception while the scenario is built",
		"]));\nnull.x = sys;\nsys.process('q', sys.routine('g', {}, [",
		8,
		/TypeError/,
	],
	["two processes of one name", "]));\nsys.process('p', sys.routine('g', {}, [", 8, /named p/],
];
test.each(mistakes)("3: %s, with its line in the author's file", async (_, statement, line, message) => {
	const path = folder({ "wrong.ts": `${withStep(statement)}let counter = 0;\n` });
	const { code, stdout, stderr } = await check([join(path, "wrong.ts")]);
	expect(stdout).toMatch(message);
	expect(stdout).toMatch(new RegExp(`model error  \\S*wrong\\.ts:${line}: `));
	expect(stdout + stderr).not.toMatch(/^\s+at /m);
	expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
});

test("3: with the steps that lead to the error", async () => {
	const path = folder({ "wrong.ts": withStep('step("second", ({ s }) => { s.n = 4; }),') });
	const { stdout } = await check([join(path, "wrong.ts")]);
	expect(stdout).toMatch(/^ 1 +first\n 2 +second\n\nLength: 2 steps/m);
	expect(stdout).toMatch(/^Source: 1 \S*wrong\.ts:6 +2 \S*wrong\.ts:7$/m);
});

test("3: in an imported file, with the line there", async () => {
	const path = folder({
		"helper.ts": "// A helper.\nexport const much = ({ s }: { s: { n: number } }) => {\n\ts.n = 4;\n};\n",
		"wrong.ts": `import { much } from "./helper.ts";\n${withStep('step("second", much),')}`,
	});
	const { code, stdout } = await check([join(path, "wrong.ts")]);
	expect(stdout).toMatch(/model error {2}\S*helper\.ts:3: /);
	expect(code).toBe(3);
});

test("3: a field that would replace one of the kernel's, with the line that declares it", async () => {
	const source = `import { bool, model } from "preempt";
import { Kernel } from "preempt/linux";
export default model("one", { about: "a field", build() {
return new Kernel({ cpus: 1, preempt: "none" })
.system({ state: { context: bool } });
} });\n`;
	const path = folder({ "wrong.ts": source });
	const { code, stdout } = await check([join(path, "wrong.ts")]);
	expect(stdout).toMatch(/wrong\.ts:5: field context of the model would replace field\s+context of the kernel/);
	expect(code).toBe(3);
});

test("3: an error that the library finds in a step, with the author's line of that step", async () => {
	const source = `import { model } from "preempt";
import { addTask, Kernel, spinlock, spin_unlock } from "preempt/linux";
export default model("one", { about: "an unlock", build() {
const k = new Kernel({ cpus: 1, preempt: "none" });
const sys = k.system();
const lock = spinlock(k, "lock");
addTask(k, sys, "t", sys.routine("t", {}, [
spin_unlock(k, "lock", () => lock),
]));
return sys;
} });\n`;
	const path = folder({ "wrong.ts": source });
	const { code, stdout } = await check([join(path, "wrong.ts")]);
	expect(stdout).toMatch(/model error {2}\S*wrong\.ts:8: lock is unlocked by t, which does not\s+hold it/);
	expect(code).toBe(3);
});

test("3: a field that was not declared is written, in a file that says nothing of strict mode", async () => {
	const path = folder({ "undeclared.ts": withStep('step("wrong", ({ s }) => { s.m = 1; }),') });
	const { code, stdout } = await check([join(path, "undeclared.ts")]);
	expect(stdout.replace(/\s+/g, " ")).toContain(
		'undeclared.ts:7: m is written, and was not declared, in the step "wrong" (--typecheck may say why)',
	);
	expect(code).toBe(3);
});

test.each([
	["a system without processes", "build() { return system({ state: {} }); }", "the system has no process"],
	[
		"a build() that counts",
		'build() { count++; const sys = system({ state: {} }); sys.process("p" + count, sys.routine("f", {}, [])); return sys; }',
		"build() makes another system of a scenario when it is called again",
	],
])("3: %s, with the line that declares the model", async (_, build, message) => {
	const source = `${head}let count = 0;\nexport default model("wrong", { about: "", ${build} });\n`;
	const { code, stdout } = await check([join(folder({ "wrong.ts": source }), "wrong.ts")]);
	expect(stdout).toMatch(/model error {2}\S*wrong\.ts:3: /);
	expect(stdout.replace(/\s+/g, " ")).toContain(message);
	expect(code).toBe(3);
});

test("3: an axis value that a scenario's name cannot hold, with the line that declares it", async () => {
	const path = folder({
		"wrong.ts": withStep("").replace('about: "a step",', 'about: "a step", axes: { kind: ["one two"] },'),
	});
	const { code, stderr } = await check([join(path, "wrong.ts")]);
	expect(stderr).toMatch(/^model error {2}\S*wrong\.ts:2: one: axis kind has the value one two: /);
	expect(code).toBe(3);
});

test("3: a step that never ends is not taken to show the way to it", async () => {
	const path = folder({ "endless.ts": withStep('step("round", ({ s }) => { while (s.n < 2) s.n = 1; }),') });
	const { code, stdout } = await check([join(path, "endless.ts")]);
	expect(stdout).toMatch(/endless\.ts:7: a step that never ends, in the step "round"(.|\n)* 2 {3}round\n/);
	expect(code).toBe(3);
});

test("3: a property that cannot be asked in the initial state", async () => {
	const path = folder({
		"asked.ts": withStep("").replace(
			"return sys",
			'sys.property("p", { title: "t", statement: "s", invariant: ({ s }) => s.l.at.no.n > 0 }); return sys',
		),
	});
	const { code, stdout } = await check([join(path, "asked.ts")]);
	expect(stdout).toContain(
		"in the property p (--typecheck may say why)\n  in scenario default of one, in the initial state\n",
	);
	expect(code).toBe(3);
});

test("1: a property that cannot explain itself is violated all the same", async () => {
	const path = folder({
		"mute.ts": withStep("").replace(
			"return sys",
			'sys.property("p", { title: "t", statement: "s", invariant: ({ s }) => s.n === 0, explain: () => "n" }); return sys',
		),
	});
	const { code, stdout } = await check([join(path, "mute.ts")]);
	expect(stdout).toContain("Why: explain() of p fails: it gives no list of lines");
	expect(code).toBe(1);
});

test("3: an error of the file itself", async () => {
	const path = folder({ "wrong.ts": `${head}\nexport default undefinedThing;\n` });
	const { code, stderr } = await check([join(path, "wrong.ts")]);
	expect(stderr).toMatch(/^model error {2}\S*wrong\.ts:3: ReferenceError: undefinedThing is not defined\n$/);
	expect(code).toBe(3);
});

test("3: what a model calls ends the process, and there is no report", async () => {
	const path = folder({ "ends.ts": withStep('step("second", () => process.exit(0)),') });
	const { code, stdout, stderr } = await check([join(path, "ends.ts")]);
	expect(stderr).toMatch(/ended before there was a report, by something that the model calls\n$/);
	expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
});

test("3: what is imported and does not exist is called by its own name", async () => {
	const path = folder({ "wrong.ts": 'import { spinlok } from "preempt/linux";\nexport default spinlok();\n' });
	const { stderr } = await check([join(path, "wrong.ts")]);
	expect(stderr).toMatch(/wrong\.ts:2: TypeError: spinlok is not a function: nothing of that name is imported/);
});

test("what a model prints does not get into the report", async () => {
	const path = folder({ "prints.ts": withStep('step("second", ({ s }) => console.log("n is", s.n)),') });
	const { code, stdout, stderr } = await check([join(path, "prints.ts"), "--format", "json"]);
	expect(stderr).toContain("n is 1\n");
	expect(JSON.parse(stdout).exitCode ?? code).toBe(0);
});

test.each([
	["--max-states", "10", "limit on states"],
	["--max-depth", "3", "limit on depth"],
	["--max-memory", "0.2k", "limit on memory"],
])("4: %s ends in an honest incomplete", async (option, value, words) => {
	const { code, stdout } = await check([counter, option, value]);
	expect(stdout).toContain(words);
	expect(stdout).not.toMatch(/: holds|every interleaving/);
	expect(code).toBe(4);
});

test.skipIf(!existsSync("/dev/full"))("2: standard output that cannot be written", async () => {
	const { code, stderr } = await run("sh", ["-c", `"${process.execPath}" dist/cli.js ${counter} > /dev/full`]);
	expect(stderr).toMatch(/^standard output cannot be written: ENOSPC.*\n$/);
	expect(code).toBe(2);
});

test("4: --max-time ends in an honest incomplete", async () => {
	const { code, stdout } = await check(["bench/models/peterson.ts", "--scenario", "1 procs=5", "--max-time", "0.3"]);
	expect(stdout).toContain("limit on time");
	expect(code).toBe(4);
});

test("1 counts more than 4: what was found before the limit is a violation all the same", async () => {
	const path = folder({
		"early.ts": withStep('step("second", ({ s }) => { s.n = 2; }),').replace(
			"return sys",
			'sys.property("zero", { title: "t", statement: "s", invariant: ({ s }) => s.n === 0 }); return sys',
		),
	});
	const { code, stdout } = await check([join(path, "early.ts"), "--max-depth", "1"]);
	expect(stdout).toMatch(/zero incomplete/);
	expect(code).toBe(1);
});

test("1: a step that violates a property and then fails is the counterexample to both", async () => {
	const cwd = folder({
		"both.ts": `import { fault, model, range, step, system } from "preempt";
export default model("both", { about: "", build() {
	const sys = system({ state: { n: range(0, 3) }, events: { hit: [] } });
	sys.process("p", sys.routine("p", {}, [
		step("n = 1", ({ s }) => { s.n = 1; }),
		step("hit, and fail", ({ s, emit }) => { s.n = 2; emit.hit(); fault("P11", "it was freed"); }),
	]));
	sys.property("P2", { title: "no hit", statement: "Nothing is hit.", on: { hit: () => false } });
	return sys;
} });
`,
	});
	const { code, stdout } = await check(["both.ts"], { cwd });
	expect(stdout).toMatch(/P2 {2}no hit: violated in default(.|\n)*hit, and fail(.|\n)*Why: it was freed/);
	expect(stdout).toMatch(/P11 {2}nothing is used after it was freed: violated in default(.|\n)*hit, and fail/);
	expect(code).toBe(1);
});
