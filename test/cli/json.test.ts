// The JSON report against its published schema, and against what is known of the counter by hand.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { expect, test } from "vitest";
import { check, folder, models, root } from "../support/check.ts";

const counter = `${models}/counter.ts`;
const schema = JSON.parse(readFileSync(join(root, "docs/report.schema.json"), "utf8")) as object;
const validate = new Ajv.default({ allowUnionTypes: true }).compile(schema);

async function report(args: readonly string[]) {
	const { stdout, code } = await check([...args, "--format", "json"]);
	return { json: JSON.parse(stdout), code };
}

function expectValid(json: unknown): void {
	expect(validate(json) || validate.errors).toBe(true);
}

test("a report is valid, and says what the text says", async () => {
	const { json, code } = await report([counter, "--scenario", "none/zero"]);
	expectValid(json);
	expect(code).toBe(1);
	expect(json.model).toEqual({ name: "counter", file: counter, about: "tasks add to one counter" });
	const [scenario] = json.scenarios;
	expect(scenario).toMatchObject({
		name: "none/zero",
		axes: { lock: "none", start: "zero" },
		sizes: { tasks: 2 },
		status: "violated",
		states: 12,
		transitions: 14,
		depth: 4,
	});
	const verdicts = scenario.properties.map((p: { id: string; verdict: string }) => [p.id, p.verdict]);
	expect(verdicts).toEqual([
		["sum", "violated"],
		["bound", "holds"],
		["owner", "vacuous"],
	]);
	const [sum] = scenario.properties;
	expect(sum.steps).toBe(4);
	expect(sum.explanation).toEqual(["the counter is 1, not 2"]);
	const line =
		1 +
		readFileSync(counter, "utf8")
			.split("\n")
			.findIndex((text) => text.includes('step("read = counter"'));
	expect(sum.trace[0]).toEqual({
		process: "task0",
		cpu: 0,
		context: "task",
		depth: 0,
		routine: "add",
		label: "read = counter",
		values: { read: "0" },
		file: counter,
		line,
		changes: [{ path: "task0: add.read", from: "unset", to: "0" }],
	});
});

test("every kind of report is valid", async () => {
	for (const args of [
		[counter, "--all"],
		[counter, "--max-states", "5"],
		[counter, "--set", "tasks=1,2"],
		[counter, "--all", "--gate"],
		["bench/models/bio-task-twin.ts"],
	])
		expectValid((await report(args)).json);
});

test("a model error is valid, with its place", async () => {
	const path = folder({
		"wrong.ts": `import { model, range, step, system } from "preempt";
export default model("wrong", { about: "it overflows", build() {
	const sys = system({ state: { n: range(0, 1) } });
	sys.process("p", sys.routine("f", {}, [
		step("n = 1", ({ s }) => { s.n = 1; }),
		step("n = 2", ({ s }) => { s.n = 2; }),
	]));
	return sys;
} });\n`,
	});
	const { json, code } = await report([join(path, "wrong.ts")]);
	expectValid(json);
	expect(code).toBe(3);
	expect(json.scenarios[0]).toMatchObject({ status: "error", error: { file: join(path, "wrong.ts"), line: 6 } });
});

test("several models make an array, and what a model refuses is said", async () => {
	const { json } = await report([counter, "bench/models/peterson.ts", "--set", "tasks=1", "--all"]);
	expect(json.map((each: { model: { name: string } }) => each.model.name)).toEqual(["counter", "peterson"]);
	for (const each of json) expectValid(each);
	expect(json[0].refused).toEqual([
		{ name: "held/zero tasks=1", reason: "one task needs no lock" },
		{ name: "held/one tasks=1", reason: "one task needs no lock" },
	]);
});

test("--out takes the report, and standard output stays empty", async () => {
	const path = join(folder({}), "report.json");
	const { stdout, code } = await check([counter, "--all", "--format", "json", "--out", path]);
	expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
	expectValid(JSON.parse(readFileSync(path, "utf8")));
});
