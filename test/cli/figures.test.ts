// Costs as the command shows them: the most that any run comes to.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import Ajv from "ajv";
import { expect, test } from "vitest";
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
	expect((await bells()).stdout).not.toContain("Length: ");
	expect((await bells("--property", "rings", "--set", "kind=forever")).stdout).not.toContain("Length: ");
});

test("check diff puts two beside each other", async () => {
	const { stdout, code } = await check(["diff", "bells.ts", "--axis", "kind=once,twice"], { cwd: cwd() });
	expect(stdout).toContain("rings: at most 3 with once, at most 6 with twice in default");
	expect(code).toBe(1);
});

test("it can be gated", async () => {
	const spec = (verdict: string) =>
		`export default () => ({ rings: { verdict: "${verdict}", because: "by hand" } });\n`;
	const gate = (verdict: string) =>
		check(["bells.ts", "--gate", "--spec", "spec.ts", "--set", "kind=once"], {
			cwd: folder({ "bells.ts": MODEL, "spec.ts": spec(verdict) }),
		});
	expect((await gate("at most 3")).code).toBe(0);
	const { stdout, code } = await gate("at most 2");
	expect(stdout).toMatch(/^once +rings +at most 2 +at most 3$/m);
	expect(code).toBe(1);
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

test("a model that is another one when its states are looked at again is found out", async () => {
	const erratic = MODEL.replace("export default", "let rung = 0;\nexport default").replace(
		".once = true",
		".once = rung++ < 30",
	);
	const { stdout, code } = await check(["bells.ts", "--reductions", "none", "--set", "kind=once"], {
		cwd: folder({ "bells.ts": erratic }),
	});
	expect(stdout.replace(/\s+/g, " ")).toMatch(
		/bells.ts:\d+: nondeterministic model: it has 8 states and 12 transitions, and when cost rings is asked for \d+ states and \d+ /,
	);
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
	for (const args of [[], ["--max-states", "4"]]) {
		const report = JSON.parse((await bells("--format", "json", ...args)).stdout);
		expect(valid(report), JSON.stringify(valid.errors)).toBe(true);
	}
});
