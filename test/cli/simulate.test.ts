import { expect, test } from "vitest";
import { check, models } from "../support/check.ts";

const counter = `${models}/counter.ts`;

test("4: random walks that find nothing prove nothing, and no verdict says otherwise", async () => {
	const { code, stdout } = await check([counter, "--simulate", "100"]);
	expect(stdout).toMatch(
		/^Incomplete: held\/zero only walked at random, which proves nothing: 100 walks from seed 1;/m,
	);
	expect(stdout).toContain("Relies on: nothing that was proved, but random walks");
	expect(stdout).not.toMatch(/: holds|every interleaving|never put to the test/);
	expect(stdout).toMatch(/^held +incomplete +incomplete$|^zero +incomplete$/m);
	expect(code).toBe(4);
});

test("1: a violation is a violation, with a trace that the same command shows again", async () => {
	const args = ["--set", "lock=none", "--set", "tasks=3", "--simulate", "50", "--seed", "3"];
	const { code, stdout } = await check([counter, ...args]);
	expect(stdout).toMatch(/^ {2}sum .*: violated$/m);
	expect(stdout).toContain("Why: the counter is");
	expect(stdout).toMatch(/^Searched: of none\/zero \(tasks=3\) only random walks, which prove nothing/m);
	const [, again = ""] = /^Again: npx check (.*)$/m.exec(stdout) ?? [];
	expect(again).toContain("--property sum --simulate 50 --seed 3");
	const words = [...again.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
	const second = await check(words);
	const trace = (text: string) => text.slice(text.indexOf("violated in none"), text.indexOf("Searched:"));
	expect(trace(second.stdout)).toBe(trace(stdout));
	expect(code).toBe(1);
});

test("what is too large to search is walked through, and its shrunk trace is replayed", async () => {
	const large = ["models/bio-task.ts", "--scenario", "v4/direct/full cpus=3 bios=4", "--simulate", "60"];
	const { code, stdout } = await check([...large, "-p", "P5k", "--format", "json"]);
	const [scenario] = JSON.parse(stdout).scenarios;
	expect(scenario).toMatchObject({ status: "violated", stopped: "walks", simulation: { walks: 60, seed: 1 } });
	expect(scenario.properties[0].steps).toBeLessThan(20);
	expect(code).toBe(1);
});

test.each([
	[["--simulate", "0"], "--simulate takes a number of walks above 0"],
	[["--simulate", "x"], "--simulate takes a number of walks above 0"],
	[["--seed", "3"], "--seed goes with --simulate"],
	[["--simulate", "3", "--seed", "1.5"], "--seed takes a whole number"],
	[["--simulate", "3", "--gate"], "--simulate proves nothing"],
])("2: %j", async (args, message) => {
	const { code, stderr } = await check([counter, ...args]);
	expect(stderr).toContain(message);
	expect(code).toBe(2);
});
