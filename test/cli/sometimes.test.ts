import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder } from "../support/check.ts";

const MODEL = `
import { loop, model, range, system, waitUntil } from "preempt";
export default model("count", {
	about: "a counter",
	axes: { top: [1, 3] },
	build({ top }) {
		const sys = system({ state: { n: range(0, 3) } });
		sys.process("p", sys.routine("p", {}, [
			loop([waitUntil("n++", ({ s }) => s.n < top, ({ s }) => { s.n++; })]),
		]));
		return sys.property("S", {
			title: "two is reached", statement: "Sometimes n is 2.", sometimes: ({ s }) => s.n === 2,
			explain: ({ s }) => ["n is " + s.n],
		});
	},
});
`;
const SPEC = `
export default ({ top }) => ({ S: { verdict: top === 3 ? "reached" : "never reached", because: "it counts to top" } });
`;

test("what must be reachable is reached, with a witness, or counts as a violation", async () => {
	const cwd = folder({ "count.ts": MODEL });
	const { code, stdout } = await check(["count.ts"], { cwd });
	expect(code).toBe(1);
	expect(stdout).toContain("1    no S\n3    holds\n");
	expect(stdout).toContain("  S  two is reached: never reached in 1 of 2, reached in 1 of 2\n");
	expect(stdout).toContain(
		"S  two is reached: reached in 3\n    Sometimes n is 2.\n\n   p\n   -\n   p()\n 1   n++\n 2   n++\n\nWhy: n is 2\n",
	);
	expect(stdout).toContain("Length: 2 steps, the fewest; ");
	expect(stdout).not.toContain("Critical:");
	expect((await check(["count.ts", "--set", "top=3"], { cwd })).code).toBe(0);
	expect((await check(["count.ts", "--set", "top=1", "--max-states", "1"], { cwd })).code).toBe(4);
});

test("other forms of the report", async () => {
	const cwd = folder({ "count.ts": MODEL });
	const report = JSON.parse((await check(["count.ts", "--format", "json"], { cwd })).stdout);
	const [never, reached] = report.scenarios.map(({ properties }: { properties: object[] }) => properties[0]);
	expect(never).toMatchObject({ verdict: "never reached" });
	expect(never).not.toHaveProperty("trace");
	expect(reached).toMatchObject({ verdict: "reached", steps: 2, explanation: ["n is 2"] });
	expect(reached).not.toHaveProperty("explained");
	expect(report.scenarios[0].status).toBe("violated");
	const args = ["count.ts", "--report", "junit=j.xml", "--report", "github=g.txt", "--report", "sarif=s.json"];
	await check(args, { cwd });
	const text = (name: string) => readFileSync(join(cwd, name), "utf8");
	expect(text("j.xml")).toContain('message="two is reached: never reached"');
	expect(text("g.txt")).toContain("never reached in 1 of 2 scenarios (1).");
	expect(text("g.txt")).toContain("1 reached%2C 1 never reached");
	expect(JSON.parse(text("s.json")).runs[0].results[0].message.text).toContain(
		"never reached in 1 of 2 scenarios (1).",
	);
});

test("a spec says which is expected", async () => {
	const cwd = folder({ "count.ts": MODEL, "spec.ts": SPEC });
	expect((await check(["count.ts", "--gate", "--spec", "spec.ts"], { cwd })).code).toBe(0);
});
