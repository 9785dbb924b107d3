// How states are kept: what it changes in the reports, and what not.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { expect, test } from "vitest";
import { check, models, root } from "../support/check.ts";

const counter = `${models}/counter.ts`;
const holds = ["bench/models/bio-task-twin.ts", "--set", "fix=1", "--set", "workfn=0", "--reductions", "none"];
const schema = JSON.parse(readFileSync(join(root, "docs/report.schema.json"), "utf8")) as object;
const validate = new Ajv.default({ allowUnionTypes: true }).compile(schema);

async function json(args: readonly string[]) {
	const { stdout, code } = await check([...args, "--format", "json"]);
	const report = JSON.parse(stdout);
	expect(validate(report) || validate.errors).toBe(true);
	return { report, scenario: report.scenarios[0], code };
}

test("--compress changes no verdict and no count", async () => {
	const [compressed, plain] = await Promise.all([json([...holds, "--compress"]), json(holds)]);
	const { seconds: _, ...rest } = plain.scenario;
	expect(compressed.scenario).toMatchObject(rest);
	expect(compressed.code).toBe(0);
	expect(compressed.report.reliesOn.comparison).toBe("exact");
});

test.each(["hash-compact", "bitstate"])(
	"--%s says that it may have omitted something, and how likely",
	async (mode) => {
		const { report, scenario, code } = await json([...holds, `--${mode}`]);
		expect(code).toBe(4);
		expect(report.reliesOn.comparison).toBe(mode);
		expect(scenario).toMatchObject({ status: "incomplete", stopped: "lossy", states: 2466, transitions: 5780 });
		expect(scenario.omission.probability).toBeGreaterThan(0);
		expect(scenario.omission.probability).toBeLessThan(1e-6);
		expect(scenario.properties.map(({ verdict }: { verdict: string }) => verdict)).not.toContain("holds");

		const { stdout } = await check([...holds, `--${mode}`]);
		expect(stdout.replace(/\s+/g, " ")).toMatch(/omission probability \(of at least one\) is \d\.\de-\d+/);
		expect(stdout).not.toMatch(/\bholds\b/);
		expect(stdout).not.toContain("whole contents");
	},
);

test.each(["compress", "hash-compact", "bitstate"])("--%s finds the same counterexample", async (mode) => {
	const args = [counter, "--set", "lock=none", "--set", "tasks=3"];
	const [kept, plain] = await Promise.all([check([...args, `--${mode}`]), check(args)]);
	expect(kept.code).toBe(1);
	const diagram = (text: string) => text.slice(text.indexOf("   CPU 0"), text.indexOf("Source:"));
	expect(diagram(kept.stdout)).toBe(diagram(plain.stdout));
});

test("only one of them can be chosen", async () => {
	const { code, stderr } = await check([counter, "--compress", "--bitstate"]);
	expect(code).toBe(2);
	expect(stderr).toContain("--compress, --hash-compact and --bitstate exclude each other");
});

test("a limit says what was seen before it", async () => {
	const { scenario } = await json([...holds, "--max-depth", "10"]);
	expect(scenario.coverage.depth).toBe(10);
	expect(scenario.coverage.expanded).toBe(scenario.states - (await beyond(10)));
	const { stdout } = await check([...holds, "--max-states", "2000"]);
	expect(stdout.replace(/\s+/g, " ")).toContain(
		"ended by the limit on states at 2,000 states, depth 19: 1,774 were expanded, among them all up to depth 18.",
	);
});

/** How many states are first met by the steps from the states at depth `depth`. */
async function beyond(depth: number): Promise<number> {
	const [deeper, all] = await Promise.all(
		[depth + 1, depth].map((limit) => json([...holds, "--max-depth", String(limit)])),
	);
	return (deeper?.scenario.coverage.expanded ?? 0) - (all?.scenario.coverage.expanded ?? 0);
}
