// What a run comes to as a whole, of what its parts come to: by functions, without a process for each case.
import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { EXIT, worst } from "../../src/cli/exit.ts";
import { gate, unlessAllHolds } from "../../src/cli/gate/gate.ts";
import { compareMutants } from "../../src/cli/gate/mutants.ts";
import { limitsOf } from "../../src/cli/plan/limits.ts";
import { figuresOf } from "../../src/cli/verify/figures.ts";
import type { Task } from "../../src/cli/verify/task.ts";
import { verdictsOf } from "../../src/cli/verify/verdicts.ts";
import type { Exploration } from "../../src/explore/exploration.ts";
import type { Finding } from "../../src/explore/findings.ts";
import { Search } from "../../src/explore/search.ts";
import {
	type BuiltSystem,
	type Expectations,
	type Expected,
	type In,
	model,
	type Property,
	range,
	step,
	system,
} from "../../src/lang/index.ts";
import { compile } from "../../src/machine/index.ts";
import type { ModelResult, ScenarioResult } from "../../src/report/index.ts";

test("of several exit codes the first of 70, 2, 3, 1, 4, 0 counts, in whatever order they come", () => {
	const order = [70, 2, 3, 1, 4, 0];
	for (const [i, code] of order.entries()) {
		const rest = order.slice(i);
		expect([worst(rest), worst(rest.toReversed())]).toEqual([code, code]);
	}
	expect(worst([])).toBe(0);
	expect(Object.values(EXIT).toSorted()).toEqual(order.toSorted());
});

type Verdicts = Readonly<Record<string, string>>;
const scenario = (name: string, verdicts: Verdicts, about: Partial<ScenarioResult> = {}) => ({
	...{ name, axes: {}, sizes: {}, status: "holds", stopped: undefined },
	properties: Object.entries(verdicts).map(([id, verdict]) => ({ id, verdict, class: "error" })),
	...about,
});
const result = (scenarios: readonly object[], notBegun: readonly string[] = []) =>
	({ name: "m", scenarios, notBegun }) as unknown as ModelResult;
const because = "by hand";
const expecting = (verdicts: Verdicts) => ({
	path: "spec.ts",
	expect: () =>
		Object.fromEntries(Object.entries(verdicts).map(([id, verdict]) => [id, { verdict, because } as Expected])),
});

test.each<[string, ModelResult, Verdicts, number, number]>([
	[
		"all as expected",
		result([scenario("a", { P: "violated", Q: "at most 2" })]),
		{ P: "violated", Q: "at most 2" },
		0,
		0,
	],
	["vacuous is not holds", result([scenario("a", { P: "vacuous" })]), { P: "holds" }, 1, 1],
	["nor is holds vacuous", result([scenario("a", { P: "holds" })]), { P: "vacuous" }, 1, 1],
	["a figure that is less", result([scenario("a", { P: "at most 1" })]), { P: "at most 2" }, 1, 1],
	["nothing is expected", result([scenario("a", { P: "holds" })]), {}, 1, 1],
	["there is no such property", result([scenario("a", {})]), { P: "holds" }, 1, 1],
	["not seen", result([scenario("a", { P: "incomplete" }, { stopped: "states" })]), { P: "holds" }, 1, 4],
	["found before a limit", result([scenario("a", { P: "violated" }, { stopped: "states" })]), { P: "violated" }, 0, 4],
	["not begun", result([scenario("a", { P: "holds" })], ["b"]), { P: "holds" }, 0, 4],
	[
		"one wrong, one not seen",
		result([scenario("a", { P: "violated" }), scenario("b", { P: "incomplete" }, { stopped: "time" })]),
		{ P: "holds" },
		2,
		1,
	],
	[
		"one wrong, one in error",
		result([scenario("a", { P: "violated" }), scenario("b", {}, { status: "error" })]),
		{ P: "holds" },
		1,
		3,
	],
])("gate: %s", (_, model, expected, differences, code) => {
	const gated = gate(model, expecting(expected), []);
	expect([gated.differences.length, gated.code]).toEqual([differences, code]);
});

test("gate: only the chosen properties are compared", () => {
	const model = result([scenario("a", { P: "violated", Q: "violated" })]);
	const chosen = (only: readonly string[]) => gate(model, expecting({}), only).differences.map((each) => each.property);
	expect([chosen([]), chosen(["P"]), chosen(["Q"])]).toEqual([["P", "Q"], ["P"], ["Q"]]);
});

test("without a spec nothing may be violated, never reached or not seen", () => {
	const verdicts = ["holds", "vacuous", "reached", "violated", "never reached", "incomplete"];
	const codes = verdicts.map((verdict) => unlessAllHolds(result([scenario("a", { P: verdict })])).code);
	expect(codes).toEqual([0, 0, 0, 1, 1, 4]);
});

test("a design needs a mutant where it holds, reaches what it should, and is of the usual size", () => {
	const two = model("two", {
		about: "",
		axes: { design: ["a", "b"] },
		sizes: { n: { default: 2, min: 1, max: 3 } },
		build: () => system({ state: {} }),
	});
	const lacking = (verdicts: { readonly a: string; readonly b: string }, n = 2) => {
		const designs = ["a", "b"] as const;
		const model = result(designs.map((design) => scenario(design, {}, { axes: { design }, sizes: { n } })));
		const expect: Expectations = ({ design }) => ({
			P: { verdict: verdicts[design as "a" | "b"], because } as Expected,
			Q: { verdict: "holds", because },
		});
		const { differences } = compareMutants(two, model, { expect, mutants: {} }, []);
		return differences.map((each) => each.scenario);
	};
	expect(lacking({ a: "holds", b: "violated" })).toEqual(["a"]);
	expect(lacking({ a: "never reached", b: "reached" })).toEqual(["b"]);
	expect(lacking({ a: "holds", b: "holds" }, 3)).toEqual([]);
});

test("sizes of memory, and half of what there is", () => {
	const bytes = ["2000000", "2k", "3M", "1.5G", "1T", "512MiB"].map((maxMemory) => limitsOf({ maxMemory }).memory);
	expect(bytes).toEqual([2_000_000, 2048, 3 * 2 ** 20, 1.5 * 2 ** 30, 2 ** 40, 2 ** 29]);
	for (const maxMemory of ["0", "-1", "1P", "much", "10"])
		expect(() => limitsOf({ maxMemory })).toThrow("--max-memory");
	expect(limitsOf({}).memory).toBeLessThanOrEqual(totalmem() / 2);
	expect(limitsOf({})).toMatchObject({ states: Infinity, time: Infinity, depth: Infinity, keep: "whole" });
	for (const wrong of [0, -1, Number.NaN]) {
		expect(() => limitsOf({ maxStates: wrong })).toThrow("--max-states");
		expect(() => limitsOf({ maxTime: wrong })).toThrow("--max-time");
		expect(() => limitsOf({ maxDepth: wrong })).toThrow("--max-depth");
	}
	expect(() => limitsOf({ compress: true, bitstate: true })).toThrow("exclude each other");
});

/** The verdicts of a search of these properties, with what was found. */
function verdicts(
	properties: readonly Partial<Property>[],
	about: {
		stopped?: "states";
		found?: readonly string[];
		exercised?: readonly number[];
		only?: readonly string[];
	} = {},
): string[] {
	const { stopped, found = [], exercised = properties.map(() => 1), only } = about;
	const machine = { properties: properties.map((each) => ({ on: {}, ...each })), exercised };
	const findings = new Map(found.map((property) => [property, { property, message: "it is" } as Finding]));
	const search = { machine, findings, stopped } as unknown as Exploration;
	return verdictsOf(search, only && new Set(only), () => 0).map(({ id, verdict }) => `${id} ${verdict}`);
}

test("what a property comes to: of what was found, of what was put to the test, and of a limit", () => {
	const always = { id: "A" };
	const met = { id: "S", sometimes: () => true };
	const both = [always, met];
	expect(verdicts(both)).toEqual(["A holds", "S never reached"]);
	expect(verdicts(both, { exercised: [0, 0] })).toEqual(["A vacuous", "S never reached"]);
	expect(verdicts(both, { stopped: "states" })).toEqual(["A incomplete", "S incomplete"]);
	expect(verdicts(both, { stopped: "states", exercised: [0, 0] })).toEqual(["A incomplete", "S incomplete"]);
	expect(verdicts(both, { stopped: "states", found: ["A", "S"] })).toEqual(["A violated", "S reached"]);
	// An error that only steps raise is put to the test by every step; one that listens, by what it hears.
	const raised = [
		{ id: "R", raised: true },
		{ id: "L", raised: true, on: { heard: () => true } },
	];
	expect(verdicts(raised, { exercised: [0, 0] })).toEqual(["R holds", "L vacuous"]);
	expect(verdicts([{ id: "C", class: "cost" }, always])).toEqual(["A holds"]);
	expect(verdicts([always], { found: ["P16"] })).toEqual(["A holds", "P16 violated"]);
	expect(verdicts([always], { found: ["P16"], only: ["A"] })).toEqual(["A holds"]);
	expect(verdicts([], { found: ["P16"], only: ["P16"] })).toEqual(["P16 violated"]);
});

test("of two costs each has its own figure, also where one is never heard of", async () => {
	const sys = system({ state: { n: range(0, 2) }, events: { paid: [], other: [] } });
	const pay = step<In<typeof sys>, string>("pay", ({ s, emit }) => {
		s.n++;
		emit.paid();
	});
	sys.process("p", sys.routine("p", {}, [pay, pay]));
	sys.cost("paid", { title: "", statement: "", on: { paid: () => 1 } });
	sys.cost("other", { title: "", statement: "", on: { other: () => 1 } });
	const limits = limitsOf({ maxStates: 100 });
	const search = new Search(compile(sys as unknown as BuiltSystem), limits);
	while (search.slice(1_000));
	const watcher = { interrupted: () => false, tick: () => {} };
	const figures = await figuresOf({ limits, figures: 100, only: undefined } as Task, search, watcher, "");
	expect(figures.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(["paid at most 2", "other at most 0"]);
	expect(search.machine.pricing).toBe(false);
	const small = { limits: { ...limits, memory: 1 }, figures: 100, only: undefined } as Task;
	const unknown = await figuresOf(small, search, watcher, "");
	expect(unknown.map((each) => [each.verdict, each.unknown])).toEqual([
		["incomplete", "memory"],
		["incomplete", "memory"],
	]);
});
