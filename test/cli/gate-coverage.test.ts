// What a spec declares unreachable must be all that is not reached.
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { check, folder } from "../support/check.ts";

const MODEL = `
import { bool, model, step, system, when } from "preempt";
export default model("half", {
	about: "a branch that is never taken",
	axes: { on: ["no", "yes"] },
	build({ on }) {
		const sys = system({ state: { on: bool, never: bool }, init: (s) => { s.on = on === "yes"; } });
		sys.process("p", sys.routine("p", {}, [
			when("on", ({ s }) => s.on, [step("in one scenario", () => {})]),
			when("never", ({ s }) => s.never, [step("in none", () => {})]),
		]));
		return sys;
	},
});
`;
const spec = (unreachable: string) => `export const unreachable = ${unreachable};\nexport default () => ({});\n`;
const declared = (label: string) => `{ routine: "p", label: "${label}", because: "it is never set" }`;

async function gate(unreachable: string, ...args: string[]) {
	const cwd = folder({ "half.ts": MODEL, "spec.ts": spec(unreachable) });
	return check(["half.ts", "--gate", "--spec", "spec.ts", ...args], { cwd });
}

test("0 where it is", async () => {
	const { code, stdout } = await gate(`[${declared("in none")}]`);
	expect(stdout).toContain("coverage: as expected\n");
	expect(code).toBe(0);
});

test("1 where something else is not reached", async () => {
	const { code, stdout } = await gate("[]");
	expect(stdout).toContain("coverage: 1 difference from spec.ts\n  p(): in none  (half.ts:10): never taken\n");
	expect(code).toBe(1);
});

test("1 where it is reached after all", async () => {
	const { code, stdout } = await gate(`[${declared("in none")}, ${declared("in one scenario")}]`);
	expect(stdout).toContain("  p(): in one scenario: was taken, declared unreachable because it is never set\n");
	expect(code).toBe(1);
});

test("nothing is said where not every scenario was seen to its end", async () => {
	for (const args of [
		["--set", "on=no"],
		["--max-states", "1"],
	]) {
		const { stdout, code } = await gate("[]", ...args);
		expect(stdout).toContain("coverage: not compared");
		expect(code).toBe(args[0] === "--set" ? 0 : 4);
	}
});

test("in the programs' report and as an annotation", async () => {
	const { stdout } = await gate("[]", "--format", "json");
	expect(JSON.parse(stdout).gate.coverage).toEqual([{ routine: "p", label: "in none", file: "half.ts", line: 10 }]);
	expect((await gate("[]", "--format", "github")).stdout).toContain("p()%3A in none");
});

test("in the reports for CI and for the browser", async () => {
	const junit = (unreachable: string) => gate(unreachable, "--format", "junit");
	expect((await junit("[]")).stdout).toMatch(
		/<testcase classname="half\.coverage" name="p\(\): in none">\s*<failure type="coverage" message="p\(\): in none is never taken/,
	);
	expect((await junit(`[${declared("in none")}]`)).stdout).toContain(
		'<testcase classname="half.coverage" name="every statement"',
	);
	const html = await gate("[]", "--format", "html");
	const [, data = ""] = /id="data">([^<]*)</.exec(html.stdout) ?? [];
	expect(gunzipSync(Buffer.from(data, "base64")).toString()).toContain("p(): in none is never taken");
});

test("2 where the list is none", async () => {
	const { code, stderr } = await gate('["in none"]');
	expect(stderr).toBe("spec.ts: its export unreachable is not a list of { routine, label, because }\n");
	expect(code).toBe(2);
});
