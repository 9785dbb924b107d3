// `preempt/vitest` as a project uses it: the package as it is packed, vitest, a model, and tests of it.
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { check, folder, root, run } from "../support/check.ts";

const model = `import { model, range, step, system } from "preempt";

export default model("steps", {
	about: "a counter",
	axes: { by: [1, 2, 3] },
	sizes: { rounds: { default: 1, min: 1, max: 2 } },
	refuses: ({ by }) => (by === 3 ? "three is too many" : undefined),
	build({ by, rounds }) {
		const sys = system({ state: { n: range(0, 3) } });

		interface TypesAreStrippedAndLinesMove {
			n: number;
		}

		for (let i = 0; i < rounds; i++)
			sys.process("p" + i, sys.routine("f", {}, [
				step("n += by", ({ s }) => {
					s.n += by;
				}),
			]));
		sys.property("small", {
			title: "n is small",
			statement: "n is below 2.",
			invariant: ({ s }) => s.n < 2,
		});
		sys.property("some", { title: "t", statement: "s", sometimes: ({ s }) => s.n === 1 });
		return sys;
	},
});
`;
/** Whose step is another one each time that it is taken at 150. */
const moody = `import { loop, model, range, system, waitUntil } from "preempt";

export default model("moody", {
	about: "a counter that goes on by one or two",
	axes: {},
	build() {
		const sys = system({ state: { n: range(0, 200) } });
		let times = 0;
		const next = waitUntil("n++", ({ s }) => s.n < 199, ({ s }) => {
			s.n += s.n === 150 && times++ > 0 ? 2 : 1;
		});
		sys.process("p", sys.routine("f", {}, [loop([next])]));
		return sys.property("small", { title: "t", statement: "s", invariant: ({ s }) => s.n < 201 });
	},
});
`;
const tests = {
	"spec.test.ts": `describeModel(model, ({ by }) => ({ small: { verdict: by === 1 ? "holds" : "violated", because: "by hand" }, some: { verdict: by === 1 ? "reached" : "never reached", because: "by hand" } }));`,
	"wrong.test.ts": `describeModel(model, ({ by }) => ({ small: { verdict: "holds", because: "by hand" }, some: { verdict: by === 1 ? "reached" : "never reached", because: "by hand" } }));`,
	"none.test.ts": "describeModel(model);",
	"sample.test.ts": `import moody from "./moody.ts";\ndescribeModel(moody);`,
	"audit.test.ts": `import moody from "./moody.ts";\ndescribeModel(moody, undefined, { audit: true });`,
	"error.test.ts": `describeModel(model, undefined, { set: ["rounds=2"], scenario: ["2"] });`,
	"limit.test.ts": `describeModel(model, undefined, { scenario: ["1"], maxStates: 1 });`,
};

interface Result {
	readonly title: string;
	readonly status: string;
	readonly failureMessages: readonly string[];
}
const results = new Map<string, Result[]>();

beforeAll(async () => {
	const files = Object.entries(tests).map(([name, text]) => [
		name,
		`import { describeModel } from "preempt/vitest";\nimport model from "./steps.ts";\n\n${text}\n`,
	]);
	const cwd = folder(
		{ "package.json": '{ "type": "module" }', "steps.ts": model, "moody.ts": moody, ...Object.fromEntries(files) },
		afterAll,
	);
	const modules = join(cwd, "node_modules");
	mkdirSync(join(modules, "preempt"), { recursive: true });
	await run("npm", ["pack", "--ignore-scripts", "--pack-destination", cwd], { cwd: root });
	const [tarball = ""] = readdirSync(cwd).filter((name) => name.endsWith(".tgz"));
	await run("tar", ["xzf", tarball, "-C", join(modules, "preempt"), "--strip-components", "1"], { cwd });
	for (const name of ["immer", "vite", "vitest"]) symlinkSync(join(root, "node_modules", name), join(modules, name));
	const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
	const { stdout, stderr } = await run(process.execPath, [vitest, "run", "--reporter=json"], { cwd });
	expect(stdout, stderr).toContain("testResults");
	for (const { name, assertionResults } of JSON.parse(stdout.slice(stdout.indexOf("{"))).testResults)
		results.set(name.slice(cwd.length + 1), assertionResults);
}, 120_000);

const statuses = (file: string) =>
	Object.fromEntries((results.get(file) ?? []).map(({ title, status }) => [title, status]));
const messages = (file: string) =>
	(results.get(file) ?? []).flatMap(({ failureMessages }) => failureMessages).join("\n");

test("one test for each scenario; those that the model refuses are skipped with its reason", () => {
	expect(statuses("spec.test.ts")).toEqual({ 1: "passed", 2: "passed", "3: three is too many": "skipped" });
});

test("a verdict that is not the expected one fails with expected, actual and the counterexample", () => {
	expect(statuses("wrong.test.ts")).toMatchObject({ 1: "passed", 2: "failed" });
	const message = messages("wrong.test.ts");
	expect(message).toMatch(/^2 +small +holds +violated\n {2}expected because by hand$/m);
	expect(message).toMatch(/^ 1 +n \+= by$/m);
	expect(message).not.toContain("node_modules");
});

test("source lines are those of the author's file, though the runner compiled it", () => {
	expect(messages("wrong.test.ts")).toContain("Source: 1 steps.ts:17\n");
	expect(messages("wrong.test.ts")).toContain("Again: npx check steps.ts --scenario 2 --property small");
});

test("without expectations every property must hold", () => {
	expect(statuses("none.test.ts")).toMatchObject({ 1: "passed", 2: "failed" });
});

test("an error of the model fails with its line and the steps that lead there", () => {
	expect(statuses("error.test.ts")).toEqual({ "2 rounds=2": "failed" });
	expect(messages("error.test.ts")).toMatch(
		/model error {2}steps\.ts:1[78]: out-of-range write: n is a number from 0 to 3/,
	);
});

test("what a limit left unseen does not pass", () => {
	expect(statuses("limit.test.ts")).toEqual({ 1: "failed" });
	expect(messages("limit.test.ts")).toMatch(/^1 +small +holds +incomplete: the limit on states$/m);
});

test("an audit sees in every state whether steps are deterministic", () => {
	expect(Object.values(statuses("sample.test.ts"))).toEqual(["passed"]);
	expect(Object.values(statuses("audit.test.ts"))).toEqual(["failed"]);
	expect(messages("audit.test.ts")).toContain("moody.ts:9: nondeterministic step");
});

test("the command says the same of the same model", async () => {
	const cwd = folder({ "steps.ts": model });
	expect((await check(["steps.ts", "--scenario", "2"], { cwd })).stdout).toContain("Source: 1 steps.ts:17\n");
});
