// What is made only when a report asks for it, and who hears of that.
import { expect, test } from "vitest";
import { announced } from "../../src/cli/output/announced.ts";
import { collect } from "../../src/report/html/collect.ts";
import { type Comparison, FORMS, type FormName, type ModelResult, plain } from "../../src/report/index.ts";
import { Sources } from "../../src/trace/index.ts";

const explanation = {
	critical: { tried: 0, undecided: 0, wrong: 0, windows: [], together: [] },
	involved: [],
	standing: [],
};
const trace = { steps: [], initial: [], net: [], explanation: [], kernelSwitches: undefined, contextSwitches: 0 };
const polished: string[] = [];
const counterexample = {
	length: 0,
	rank: 0,
	trace: () => {
		polished.push("trace");
		return trace;
	},
	fewest: () => "steps",
	found: () => ({ trace, fewest: undefined }),
	explanation: () => {
		polished.push("explanation");
		return explanation;
	},
};
const model = {
	...{ name: "m", about: "", file: "m.ts", notBegun: [], refused: [], uncalled: [] },
	scenarios: ["a", "b"].map((name) => ({
		...{
			name,
			axes: {},
			sizes: {},
			cuts: [],
			statements: [],
			outcomes: [],
			routines: [],
			reductions: [],
			unreduced: [],
		},
		...{ status: "violated", comparison: "exact", states: 1, transitions: 0, depth: 0, seconds: 0, bits: 1 },
		coverage: { expanded: 1, depth: 0, omitted: 0 },
		properties: [{ id: "P", title: "", statement: "", class: "error", verdict: "violated", counterexample }],
	})),
} as unknown as ModelResult;

function toldBy(form: FormName, gate?: Comparison): string[] {
	const heard = new Set<string>();
	const verified = { model: announced(model, (which) => heard.add(which)), gate };
	const setting = { tool: { name: "preempt", version: "0" }, paint: plain, width: 100, sources: new Sources() };
	const made = FORMS[form];
	// The page itself stands beside the built command.
	if (form === "html") collect([verified], setting);
	else if ("each" in made) made.each(verified, setting);
	else made.whole([verified], setting);
	return [...heard];
}

const asExpected: Comparison = { spec: "m.spec.ts", differences: [] };
const surprised: Comparison = {
	spec: "m.spec.ts",
	differences: [{ scenario: "b", property: "P", expected: { verdict: "holds", because: "" }, actual: "violated" }],
};

test("each counterexample is announced before something of it is made", () => {
	expect(toldBy("junit")).toEqual(["P of m a", "P of m b"]);
	expect(toldBy("json")).toEqual(["P of m a", "P of m b"]);
	expect(toldBy("text")).toEqual(["P of m a"]);
});

test.each(["text", "junit", "sarif"] as const)("under --gate %s has nothing made of what is as expected", (form) => {
	expect(toldBy(form, asExpected)).toEqual([]);
	expect(toldBy(form, surprised)).toEqual(["P of m b"]);
});

test.each(["json", "html"] as const)("under --gate %s has what is as expected as the search found it", (form) => {
	polished.length = 0;
	expect(toldBy(form, asExpected)).toEqual(["P of m a", "P of m b"]);
	expect(polished).toEqual([]);
	toldBy(form, surprised);
	expect(new Set(polished)).toEqual(new Set(["trace", "explanation"]));
});
