// The tables of docs/verdicts.md, from a summary made by hand.
import { describe, expect, test } from "vitest";
import { claimsTable, rowsTable } from "../../scripts/verdicts/ledger.ts";
import { matrixOf } from "../../scripts/verdicts/matrix.ts";
import type { ModelSummary, ScenarioSummary, Verdict } from "../../scripts/verdicts/summary.ts";

const scenario = (design: string, preempt: string, verdicts: Record<string, Verdict>): ScenarioSummary => ({
	name: `${design}/${preempt}`,
	axes: { design, preempt },
	sizes: { cpus: 2 },
	status: Object.values(verdicts).some(({ verdict }) => verdict === "violated") ? "violated" : "holds",
	states: 1000,
	cuts: [],
	verdicts,
});
const holds = { verdict: "holds" };
const violated = (steps: number) => ({ verdict: "violated", steps });
const vacuous = { verdict: "vacuous" };
const upTo = (n: number) => ({ verdict: `at most ${n}` });

const model: ModelSummary = {
	name: "m",
	file: "models/m.ts",
	about: "a model",
	properties: {
		P1: { title: "none is lost", class: "error" },
		P2: { title: "each ends once", class: "error" },
		P9: { title: "no complaint", class: "warning" },
		P13: { title: "wake-ups", class: "cost" },
	},
	scenarios: [
		scenario("a", "none", { P1: holds, P2: vacuous, P9: holds, P13: upTo(2) }),
		scenario("a", "full", { P1: violated(9), P2: vacuous, P9: violated(4), P13: upTo(3) }),
		scenario("a", "rt", { P1: violated(7), P2: vacuous, P9: violated(4), P13: upTo(3) }),
		scenario("b", "none", { P1: holds, P2: holds, P9: holds, P13: { verdict: "unbounded" } }),
		scenario("b", "full", { P1: holds, P2: holds, P9: holds, P13: { verdict: "unbounded" } }),
		scenario("b", "rt", { P1: holds, P2: holds, P9: holds, P13: { verdict: "unbounded" } }),
	],
	notBegun: 0,
	refused: 3,
	gate: { differences: 0, mutants: 1 },
};

test("a model's table has a row for scenarios that come out alike, with the shortest trace of them", () => {
	const text = matrixOf(model).join("\n");
	expect(text).toContain("A model (`models/m.ts`). 6 scenarios at cpus=2, 3 left out; 6,000 states.");
	expect(text).toContain("All are as `specs/m.ts` expects; mutants caught: 1.");
	expect(text).toContain(`| design | preempt | violated | P13 | never put to the test |
| --- | --- | --- | --- | --- |
| a | none | holds | ≤ 2 | P2 |
| a | full, rt | P1 7, (P9) 4 | ≤ 3 | P2 |
| b | any | holds | unbounded |  |`);
	expect(text).toContain("Violated in none of these scenarios: P2.");
});

test("a model that differs from its spec is said to", () => {
	expect(matrixOf({ ...model, gate: { differences: 2, mutants: 0 } }).join("\n")).toContain(
		"**Not all are as its spec",
	);
});

describe("a row of the catalogue", () => {
	const row = {
		row: "X",
		model: "m",
		where: { design: ["a"] },
		properties: ["P1", "P2", "P13", "P99"],
		expected: "P1",
	};
	const found = (change: object = {}) => rowsTable([{ ...row, ...change }], [model])[2];

	test("is filled with what was found, where, and with what was not looked at", () => {
		expect(found()).toBe(
			"| X | **P1** (7) with preempt full, rt; P13 at most 3; P2 never put to the test; P99 not looked at | P1 |  |",
		);
		expect(found({ where: { design: ["b"] }, properties: ["P1", "P2", "P13"], waits: "fairness" })).toBe(
			"| X | P13 unbounded; P1 P2 hold | P1 | fairness |",
		);
	});
	test("waits for a model that is not there", () => {
		expect(found({ model: "n" })).toBe("| X | not modelled yet | P1 |  |");
	});
	test("must name scenarios that there are", () => {
		expect(() => found({ where: { design: ["c"] } })).toThrow("m has no scenario with design c");
	});
});

describe("a claim", () => {
	const verdict = (...decides: readonly { scenario: string; property: string; is: string }[]) =>
		claimsTable(
			[{ claim: "so it is", who: "somebody", decides: decides.map((each) => ({ model: "m", ...each })) }],
			[model],
		)[2];

	test("is confirmed where every verdict is the one that it comes to", () => {
		expect(
			verdict({ scenario: "a/rt", property: "P1", is: "violated" }, { scenario: "b/rt", property: "P1", is: "holds" }),
		).toBe("| so it is | somebody | confirmed | P1 violated in 7 steps (`a/rt`); P1 holds (`b/rt`) |");
	});
	test("is refuted by one that is another", () => {
		expect(
			verdict({ scenario: "a/rt", property: "P1", is: "holds" }, { scenario: "b/rt", property: "P1", is: "holds" }),
		).toContain("| **refuted** |");
	});
	test("is not decided without its model", () => {
		const decides = [{ model: "n", scenario: "a", property: "P1", is: "holds" }];
		expect(claimsTable([{ claim: "", who: "", decides }], [model])[2]).toContain("| not decided yet | n is not");
	});
	test("must name a scenario and a property that there are", () => {
		expect(() => verdict({ scenario: "a/none", property: "P99", is: "holds" })).toThrow("a/none");
	});
});
