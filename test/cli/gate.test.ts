import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder, models } from "../support/check.ts";

const counter = `${models}/counter.ts`;
const spec = (body: string): string =>
	join(folder({ "spec.ts": `export default (scenario) => (${body});\n` }), "spec.ts");
const held = (verdict: string) => `{ verdict: "${verdict}", because: "the rules say so" }`;

test("0 when every verdict is the expected one, violated and vacuous ones too", async () => {
	const { code, stdout } = await check([counter, "--gate"]);
	expect(stdout).toBe(
		"counter: as expected: all 12 verdicts in 4 scenarios agree with test/support/specs/counter.ts\n",
	);
	expect(code).toBe(0);
});

test("1 with a table of differences, each with its reason", async () => {
	const path = spec(`{ sum: ${held("violated")}, bound: ${held("holds")}, owner: ${held("holds")} }`);
	const { code, stdout } = await check([counter, "--set", "lock=held", "--gate", "--spec", path]);
	expect(stdout).toMatch(/2 differences from .*spec\.ts, of 6 verdicts in 2 scenarios/);
	expect(stdout).toMatch(/^held\/zero +sum +violated +holds\n {2}expected because the rules say so$/m);
	expect(stdout).not.toMatch(/^held\/zero +bound/m);
	expect(code).toBe(1);
});

test("an unexpected violation comes with its trace, an expected one without", async () => {
	const wrong = spec(`{ sum: ${held("holds")}, bound: ${held("holds")}, owner: ${held("vacuous")} }`);
	const { code, stdout } = await check([counter, "--set", "lock=none", "--gate", "--spec", wrong]);
	expect(stdout).toMatch(/^none\/one +sum +holds +violated$/m);
	expect(stdout).toContain("CPU 0");
	expect(code).toBe(1);
	expect((await check([counter, "--set", "lock=none", "--gate"])).stdout).not.toContain("CPU 0");
});

test("the trace shown is of a scenario where it was not expected, not of the shortest of all", async () => {
	const expected = `scenario.start === "zero" ? ${held("violated")} : ${held("holds")}`;
	const path = spec(`{ sum: ${expected}, bound: ${held("holds")}, owner: ${held("vacuous")} }`);
	const { stdout } = await check([counter, "--set", "lock=none", "--gate", "--spec", path]);
	expect(stdout).toContain("violated in none/one (tasks=2)");
	expect(stdout).not.toContain("violated in none/zero");
});

test("a property without expectation, and an expectation without property, are differences", async () => {
	const path = spec(`{ sum: ${held("holds")}, bound: ${held("holds")}, P1: ${held("holds")} }`);
	const { code, stdout } = await check([counter, "--scenario", "held/zero", "--gate", "--spec", path]);
	expect(stdout).toMatch(/^held\/zero +owner +\(not in the spec\) +holds$/m);
	expect(stdout).toMatch(/^held\/zero +P1 +holds +\(no such property\)$/m);
	expect(code).toBe(1);
});

test("4 when all that differs is what was not seen", async () => {
	const { code, stdout } = await check([counter, "--gate", "--max-states", "5"]);
	expect(stdout).toMatch(/^held\/zero +sum +holds +incomplete: the limit on states$/m);
	expect(code).toBe(4);
});

test("a figure that is not known says why", async () => {
	const args = ["models/bio-task.ts", "--scenario", "v4/hardirq/none", "--property", "P13", "--gate"];
	const { stdout } = await check([...args, "--max-states", "5"]);
	expect(stdout).toMatch(/ P13 +at most 2 +incomplete: not computed, for not everything was seen$/m);
});

test("expectations that fail name their file", async () => {
	const { code, stderr } = await check([counter, "--gate", "--spec", spec("scenario.nothing.at.all")]);
	expect(stderr).toMatch(/spec\.ts:1: TypeError/);
	expect(stderr).not.toMatch(/^\s+at /m);
	expect(code).toBe(2);
	const path = join(folder({ "spec.ts": "export default 1;\n" }), "spec.ts");
	expect((await check([counter, "--gate", "--spec", path])).stderr).toMatch(/default export is not a function/);
});

test("a verdict that is none, and one without its reason, are a wrong spec", async () => {
	const told = async (expected: string) => check([counter, "--gate", "--spec", spec(expected)]);
	for (const verdict of ['"hold"', "undefined", '"at most two"'])
		expect(await told(`{ sum: { verdict: ${verdict}, because: "" } }`)).toMatchObject({
			code: 2,
			stderr: expect.stringMatching(/spec\.ts: sum has the verdict \w+.*; it is holds, violated/),
		});
	expect(await told('{ sum: "holds" }')).toMatchObject({ code: 2 });
	expect(await told('{ sum: { verdict: "holds" } }')).toMatchObject({
		code: 2,
		stderr: expect.stringContaining("sum has no because"),
	});
});

test("only the chosen properties are compared", async () => {
	const { code } = await check([
		counter,
		"--set",
		"lock=held",
		"--gate",
		"-p",
		"sum",
		"--spec",
		spec(`{ sum: ${held("holds")} }`),
	]);
	expect(code).toBe(0);
});
