// Costs as the command shows them: the most that any run comes to.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import Ajv from "ajv";
import type { Log, Result } from "sarif";
import { expect, test } from "vitest";
import type { PageData, PageModel } from "../../src/report/html/data.ts";
import { check, folder, root } from "../support/check.ts";

const MODEL = `
import { bool, ids, loop, model, perId, range, record, step, system, waitUntil } from "preempt";
export default model("bells", {
	about: "who rings how often",
	axes: { kind: ["once", "twice", "forever"] },
	sizes: { ringers: { default: 3, min: 1, max: 9 } },
	build({ kind, ringers }) {
		const Ringer = ids("ringer", ringers);
		const sys = system({ state: { rang: perId(Ringer, record({ once: bool })) }, events: { ring: [Ringer] } });
		const ring = step("ring", ({ s, f, emit }) => {
			emit.ring(f.id);
			s.rang[f.id].once = true;
		});
		const body = kind === "forever" ? [loop([ring])] : kind === "twice" ? [ring, ring] : [ring];
		const routine = sys.routine("ringer", { args: { id: Ringer } }, body);
		for (const id of Ringer.all) sys.process("ringer" + id, routine, { args: { id } });
		sys.cost("rings", {
			title: "how often it rings",
			statement: "Rings of all.",
			on: { ring: () => 1 },
			per: { count: ringers, what: "ringer" },
		});
		return sys;
	},
});
`;
const cwd = () => folder({ "bells.ts": MODEL });
const results = (log: string): Result[] => (JSON.parse(log) as Log).runs[0]?.results ?? [];
const bells = (...args: string[]) => check(["bells.ts", ...args], { cwd: cwd() });

test("the text report tells each with the scenarios it is of", async () => {
	const { stdout, code } = await bells();
	expect(stdout).toMatch(
		/^ {2}rings {2}how often it rings: at most 3, 1 for each ringer; at most 6, 2 for each ringer; unbounded$/m,
	);
	expect(stdout).toContain(
		"Figure: rings at most 3, 1 for each ringer, in once.\nFigure: rings at most 6, 2 for each ringer, in twice.\nFigure: rings unbounded, in forever.\n",
	);
	expect(stdout).toMatch(/^once +holds$/m);
	expect(code).toBe(0);
});

test("reductions or none make no difference, and neither do threads", async () => {
	for (const args of [
		["--reductions", "none"],
		["--workers", "2"],
	])
		expect((await bells(...args)).stdout).toContain("Figure: rings at most 6, 2 for each ringer, in twice.\n");
});

test("the form for programs, JUnit and the page have it", async () => {
	const json = JSON.parse((await bells("--set", "kind=twice", "--format", "json")).stdout);
	expect(json.scenarios[0].properties).toEqual([
		{
			id: "rings",
			title: "how often it rings",
			class: "cost",
			verdict: "at most 6",
			per: { count: 3, what: "ringer" },
		},
	]);
	const junit = (await bells("--set", "kind=twice", "--format", "junit")).stdout;
	expect(junit).toContain('<property name="rings" value="at most 6, 2 for each ringer"');
	expect(junit).toContain('name="rings how often it rings"');
	const [, data = ""] = /id="data">([^<]*)</.exec((await bells("--format", "html")).stdout) ?? [];
	expect(gunzipSync(Buffer.from(data, "base64")).toString()).toContain(
		"how often it rings: at most 6, 2 for each ringer",
	);
	expect((await bells("--list")).stdout).toContain("rings: how often it rings");
});

test("asked for by name, a run that comes to the most is shown, of the dearest scenario", async () => {
	const { stdout } = await bells("--property", "rings", "--set", "kind=once,twice");
	expect(stdout.match(/^ *\d+ +ring$/gm)).toHaveLength(6);
	expect(stdout).toMatch(/^rings {2}how often it rings: at most 6 in twice \(ringers=3\)$/m);
	expect(stdout).toContain("Length: 6 steps;");
	expect(stdout).toContain("Why: steps 1, 2, 3, 4, 5, 6 cost 1 each");
	expect((await bells()).stdout).not.toContain("Length: ");
	expect((await bells("--property", "rings", "--set", "kind=forever")).stdout).not.toContain("Length: ");
});

test("every form that has traces has that run, and none that was not asked for", async () => {
	const asked = async (form: string) =>
		(await bells("--property", "rings", "--set", "kind=once,twice", "--format", form)).stdout;
	const unasked = async (form: string) => (await bells("--set", "kind=once,twice", "--format", form)).stdout;
	const pageOf = (html: string): PageData => {
		const [, data = ""] = /id="data">([^<]*)</.exec(html) ?? [];
		return JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString());
	};

	// Of each scenario its own.
	const runs = (json: string) =>
		JSON.parse(json).scenarios.map(({ properties: [rings] }: { properties: { run?: object }[] }) => rings?.run);
	const six = { steps: 6, kernelSwitches: null, explanation: ["steps 1, 2, 3, 4, 5, 6 cost 1 each"] };
	const [once, twice] = runs(await asked("json"));
	expect(once).toMatchObject({ steps: 3, explanation: ["steps 1, 2, 3 cost 1 each"] });
	expect(twice).toMatchObject({ ...six, trace: Array(6).fill({ routine: "ringer", label: "ring" }) });
	expect(runs(await unasked("json"))).toEqual([undefined, undefined]);

	const { scenarios, properties } = pageOf(await asked("html")).models[0] as PageModel;
	expect(scenarios.map(({ verdicts: [rings] }) => rings?.race?.steps.length)).toEqual([3, 6]);
	expect(properties[0]).toMatchObject({ class: "cost", best: "twice" });
	const plain = pageOf(await unasked("html")).models[0] as PageModel;
	expect(plain.scenarios.map(({ verdicts: [rings] }) => rings?.race)).toEqual([undefined, undefined]);

	const outputs = (xml: string) => xml.match(/<system-out>[^<]*<\/system-out>/g) ?? [];
	expect(outputs(await asked("junit")).map((text) => text.match(/^ *\d+ +ring$/gm)?.length)).toEqual([3, 6]);
	expect(await asked("junit")).toMatch(/ failures="0" errors="0"/);
	expect(outputs(await unasked("junit"))).toEqual([]);

	// The dearest of all scenarios.
	const [result, ...others] = results(await asked("sarif"));
	expect(others).toEqual([]);
	expect(result).toMatchObject({ ruleId: "rings", ruleIndex: 0, kind: "informational", level: "none" });
	expect(result?.codeFlows?.[0]?.threadFlows[0]?.locations).toHaveLength(6);
	expect(results(await unasked("sarif"))).toEqual([]);

	expect(await asked("github")).toMatch(
		/^::notice file=bells.ts,line=\d+,title=rings%3A how often it rings::.*at most 6, 2 for each ringer; .*in twice/,
	);
	expect(await unasked("github")).not.toContain("title=rings");
	for (const form of ["lkml", "mermaid"]) {
		expect((await asked(form)).match(/\bring$/gm), form).toHaveLength(6);
		expect((await asked(form)).replace(/\s+/g, " "), form).toContain("at most 6, 2 for each ringer");
		expect(await unasked(form), form).toContain("no counterexample");
	}
});

test("what its steps cost is told, the dearest first", async () => {
	const cwd = folder({ "bells.ts": MODEL.replace("() => 1", "({ s }, id) => (s.rang[id].once ? 1 : 3)") });
	const { stdout } = await check(["bells.ts", "--property", "rings", "--set", "kind=twice", "--set", "ringers=1"], {
		cwd,
	});
	expect(stdout).toContain("at most 4");
	expect(stdout).toContain("Why: step 1 costs 3\n     step 2 costs 1\n");
});

test("check diff puts two beside each other", async () => {
	const { stdout, code } = await check(["diff", "bells.ts", "--axis", "kind=once,twice"], { cwd: cwd() });
	expect(stdout).toContain("rings: at most 3 with once, at most 6 with twice in default");
	expect(code).toBe(1);
});

test("it can be gated", async () => {
	const spec = (verdict: string) =>
		`export default () => ({ rings: { verdict: "${verdict}", because: "by hand" } });\n`;
	const gate = (verdict: string, ...args: readonly string[]) =>
		check(["bells.ts", "--gate", "--spec", "spec.ts", "--set", "kind=once", ...args], {
			cwd: folder({ "bells.ts": MODEL, "spec.ts": spec(verdict) }),
		});
	expect((await gate("at most 3")).code).toBe(0);
	const { stdout, code } = await gate("at most 2");
	expect(stdout).toMatch(/^once +rings +at most 2 +at most 3$/m);
	expect(stdout).not.toContain("Length: ");
	expect(code).toBe(1);
	// Asked for by name, a figure that is not the expected one is shown with its run.
	expect((await gate("at most 2", "--property", "rings")).stdout).toContain("Length: 3 steps;");
	expect((await gate("at most 3", "--property", "rings")).stdout).not.toContain("Length: ");
	const [difference] = results((await gate("at most 2", "--property", "rings", "--format", "sarif")).stdout);
	expect(difference).toMatchObject({ ruleId: "rings", level: "error" });
	expect(difference?.codeFlows).toHaveLength(1);
});

test("where not everything was seen it is not computed, and a gate says incomplete", async () => {
	const { stdout, code } = await bells("--set", "kind=twice", "--max-states", "4");
	expect(stdout).toContain("Figure: rings not computed, for not everything was seen, in twice.\n");
	expect(code).toBe(4);
	const json = JSON.parse((await bells("--set", "kind=twice", "--max-states", "4", "--format", "json")).stdout);
	expect(json.scenarios[0].properties[0]).toMatchObject({ verdict: "incomplete", unknown: "search" });
	expect((await bells("--simulate", "3")).stdout).toContain("not computed");
});

test("of a large scenario it is computed only when asked for", async () => {
	const large = MODEL.replace("state: {", "state: { idle: range(0, 25_000),").replace(
		"sys.cost(",
		'sys.process("idle", sys.routine("idle", {}, [loop([waitUntil("idle++", ({ s }) => s.idle < 25_000, ({ s }) => { s.idle++; })])]));\n\t\tsys.cost(',
	);
	const bells = async (...args: readonly string[]) =>
		(await check(["bells.ts", "--set", "kind=once", ...args], { cwd: folder({ "bells.ts": large }) })).stdout;
	expect(await bells()).toContain("Figure: rings not computed for so many states: --figures does, in once.");
	expect(await bells("--figures")).toContain("rings at most 3");
	expect(await bells("--property", "rings")).toContain("rings at most 3");
});

test("where nobody was ever heard it is 0, in a large scenario, too", async () => {
	const silent = MODEL.replace("[ring]", 'step("keep silent", () => {})').replace(
		"state: {",
		"state: { idle: range(0, 25_000),",
	);
	const idle =
		'sys.process("idle", sys.routine("idle", {}, [loop([waitUntil("idle++", ({ s }) => s.idle < 25_000, ({ s }) => { s.idle++; })])]));\n\t\tsys.cost(';
	const cwd = folder({
		"bells.ts": silent.replace(": [ring];", ': [step("keep silent", () => {})];').replace("sys.cost(", idle),
	});
	const { stdout } = await check(["bells.ts", "--set", "kind=once"], { cwd });
	expect(stdout).toContain("Figure: rings at most 0, 0 for each ringer, in once.");
});

test("a cost that changes the state is an error of the model, with its line", async () => {
	const cwd = folder({ "bells.ts": MODEL.replace("() => 1 }", "({ s }) => { s.rang[0].once = false; return 1; } }") });
	const { stdout, code } = await check(["bells.ts", "--reductions", "none"], { cwd });
	expect(stdout).toContain("property rings changes the state");
	expect(stdout).toContain("bells.ts:");
	expect(code).toBe(3);
});

test.each([
	["at the end of the search", 30, "when all had been explored, this step led to a state that is none of them;"],
	[
		"for a figure",
		53,
		"it has 8 states and 12 transitions, and when cost rings is asked for \\d+ states and \\d+ transitions;",
	],
])("a model that is another one when its states are looked at again, %s, is found out", async (_, times, what) => {
	const erratic = MODEL.replace("export default", "let rung = 0;\nexport default").replace(
		".once = true",
		`.once = rung++ < ${times}`,
	);
	const { stdout, code } = await check(["bells.ts", "--reductions", "none", "--set", "kind=once"], {
		cwd: folder({ "bells.ts": erratic }),
	});
	expect(stdout.replace(/\s+/g, " ")).toMatch(new RegExp(`bells.ts:\\d+: nondeterministic model: ${what}`));
	expect(code).toBe(3);
});

test("a price that is none is an error of the model, with its line", async () => {
	const cwd = folder({ "bells.ts": MODEL.replace("() => 1 }", "() => -1 }") });
	const { stdout, code } = await check(["bells.ts"], { cwd });
	expect(stdout).toContain("cost rings: an event costs a whole number from 0 to 255, not -1");
	expect(stdout).toContain("bells.ts:");
	expect(code).toBe(3);
});

test("every report of figures follows its schema", async () => {
	const schema = JSON.parse(readFileSync(join(root, "docs/report.schema.json"), "utf8")) as object;
	const valid = new Ajv.default({ allowUnionTypes: true }).compile(schema);
	for (const args of [[], ["--max-states", "4"], ["--property", "rings"]]) {
		const report = JSON.parse((await bells("--format", "json", ...args)).stdout);
		expect(valid(report), JSON.stringify(valid.errors)).toBe(true);
	}
});
