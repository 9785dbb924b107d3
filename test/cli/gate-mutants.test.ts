// Every design that holds somewhere has a mutant, and some property catches it.
import { expect, test } from "vitest";
import { check, folder } from "../support/check.ts";

const MODEL = `
import { bool, model, step, system } from "preempt";
export default model("two", {
	about: "a counter that is right, and one that is not",
	axes: { design: ["right", "late", "wrong"], again: ["no", "yes"] },
	defaults: { design: ["right"] },
	refuses: ({ design, again }) => (design === "wrong" && again === "yes" ? "once is enough" : undefined),
	build({ design, again }) {
		const sys = system({ state: { set: bool, never: bool } });
		sys.process("p", sys.routine("p", {}, [step("set", ({ s }) => {
			s.set = design === "right" || (design === "late" && again === "yes");
		})]));
		sys.property("set", { title: "it is set", statement: "At the end it is set.", terminal: ({ s }) => s.set });
		sys.property("never", { title: "never", statement: "It is never true.", invariant: ({ s }) => !s.never });
		return sys;
	},
});
`;
const EXPECTED = `export default ({ design, again }) => ({
	set: { verdict: design === "right" || (design === "late" && again === "yes") ? "holds" : "violated", because: "by hand" },
	never: { verdict: "holds", because: "by hand" },
});\n`;
const caught = '{ scenario: { design: "wrong", again: "no" }, caughtBy: "set" }';
const late = '{ scenario: { design: "late", again: "no" }, caughtBy: "set" }';

async function gate(mutants: string, ...args: string[]) {
	const cwd = folder({ "two.ts": MODEL, "spec.ts": `export const mutants = ${mutants};\n${EXPECTED}` });
	return check(["two.ts", "--gate", "--spec", "spec.ts", ...args], { cwd });
}

test("0 where each is caught, and what is a mutant of another needs none; what no scenario violates is named", async () => {
	const { stdout, code } = await gate(`{ right: [${caught}, ${late}] }`);
	expect(stdout).toBe(
		"two: as expected: all 10 verdicts in 5 scenarios agree with spec.ts\nmutants: 2 caught\nnever violated: never\n",
	);
	expect(code).toBe(0);
});

test("1 where a design that holds has none; one that is violated everywhere needs none", async () => {
	const { stdout, code } = await gate(`{ right: ${caught} }`);
	expect(stdout).toMatch(/1 difference from spec\.ts, of 10 verdicts in 5 scenarios/);
	expect(stdout).toMatch(
		/^late\/yes +mutant +violated +none declared\n {2}expected because a design that holds must have a mutant/m,
	);
	expect(code).toBe(1);
});

test("1 where the design itself is wrong in the place of its mutant", async () => {
	const { stdout, code } = await gate(`{ right: ${caught}, late: ${late} }`);
	expect(stdout).toMatch(
		/^late\/no +mutant +holds +violated\n {2}expected because the design itself is not to violate set where its mutant/m,
	);
	expect(code).toBe(1);
});

test("1 where one is not caught, with what it is the mutant of", async () => {
	const uncaught = '{ scenario: { design: "late", again: "yes" }, caughtBy: "set", because: "nothing is dropped" }';
	const { stdout, code } = await gate(`{ right: [${uncaught}, ${late}] }`);
	expect(stdout).toMatch(
		/^late\/yes +set +violated +holds\n {2}expected because it is the mutant of right: nothing is dropped$/m,
	);
	expect(stdout).toContain("mutants: 1 caught\n");
	expect(code).toBe(1);
});

test("1 where the property that is to catch it does not exist", async () => {
	const { stdout, code } = await gate(`{ right: [${caught.replace('"set"', '"P99"')}, ${late}] }`);
	expect(stdout).toMatch(/^wrong\/no +P99 +violated +\(no such property\)$/m);
	expect(code).toBe(1);
});

test("4 where it was not seen to its end", async () => {
	const { stdout, code } = await gate(`{ right: [${caught}, ${late}] }`, "--max-states", "1");
	expect(stdout).toMatch(/^wrong\/no +set +violated +incomplete: the limit on states$/m);
	expect(code).toBe(4);
});

test("of some scenarios only what they show is said", async () => {
	const { stdout, code } = await gate(`{ right: [${caught}, ${late}] }`, "--set", "design=late");
	expect(stdout).toBe(
		"two: as expected: all 4 verdicts in 2 scenarios agree with spec.ts\nmutants: 1 caught, 1 other not looked at\n",
	);
	expect(code).toBe(0);
	const property = await gate(`{ right: [${caught}, ${late}] }`, "-p", "never");
	expect(property.stdout).toContain("mutants: 0 caught, 2 others not looked at");
	expect(property.code).toBe(0);
});

test("in the reports for programs and CI", async () => {
	const json = JSON.parse((await gate(`{ right: [${caught}, ${late}] }`, "--format", "json")).stdout);
	expect(json.gate).toEqual({ differences: [], mutants: { caught: 2, unseen: 0 }, neverViolated: ["never"] });
	const missing = JSON.parse((await gate(`{ right: ${caught} }`, "--format", "json")).stdout);
	expect(missing.gate.differences).toMatchObject([
		{ scenario: "late/yes", property: "mutant", actual: "none declared" },
	]);
	expect((await gate(`{ right: ${caught} }`, "--format", "junit")).stdout).toMatch(
		/<testcase classname="two\.late\/yes" name="mutant">\s*<failure type="difference" message="expected violated, but none declared"/,
	);
	expect((await gate(`{ right: ${caught} }`, "--format", "github")).stdout).toContain("none declared");
});

test.each([
	["no object", "1", /its export mutants is not/],
	["an entry that is none", '{ right: "wrong" }', /its export mutants is not/],
	["a design that there is not", `{ nope: ${caught} }`, /mutants names nope, which is no design of two/],
	[
		"a value that there is not",
		`{ right: ${caught.replace("wrong", "worse")} }`,
		/mutant of right: two has no design wor/,
	],
	[
		"an axis left out",
		'{ right: { scenario: { design: "wrong" }, caughtBy: "set" } }',
		/mutant of right: its scenario does not say which again: /,
	],
	[
		"an axis that there is not",
		`{ right: ${caught.replace("again", "twice")} }`,
		/mutant of right: two has no axis or size tw/,
	],
	["a refused scenario", `{ right: ${caught.replace('"no"', '"yes"')} }`, /two refuses it: once is enough/],
])("2: %s", async (_, mutants, message) => {
	const { stderr, code } = await gate(mutants);
	expect(stderr).toMatch(/^spec\.ts: /);
	expect(stderr).toMatch(message);
	expect(code).toBe(2);
});
