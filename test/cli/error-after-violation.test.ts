// A race often shows as a value outside its type, an error in the model: what the search had found by then is told.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder, models, root } from "../support/check.ts";

/** Two tasks end one object; there is room for one end. */
const over = `${models}/over.ts`;

test("an error in the model tells what was violated before it, and which limit ends the search there", async () => {
	const failed = await check([over]);
	expect(failed.code).toBe(3);
	expect(failed.stdout).toContain("out-of-range write: obj.ends");
	expect(failed.stdout).toMatch(/^Violated before: sure in 6 steps; with --max-depth 6 the search ends there$/m);

	const ended = await check([over, "--max-depth", "6"]);
	expect(ended.code).toBe(1);
	expect(ended.stdout).toContain("sure  one commits: violated in default");
});

test("so does the report as JSON", async () => {
	const { stdout } = await check([over, "--format", "json"]);
	expect(JSON.parse(stdout).scenarios[0].error.before).toEqual([{ property: "sure", steps: 6 }]);
});

test("where nothing was violated before, nothing is said of it", async () => {
	const text = readFileSync(join(root, over), "utf8");
	const cwd = folder({ "over.ts": text.replace("s.sure.n < 2", "s.sure.n < 3") });
	expect((await check(["over.ts"], { cwd })).stdout).not.toContain("Violated before");
});

test("the command for a counterexample that a limit on depth has let through has that limit", async () => {
	const { stdout } = await check([over, "--max-depth", "6"]);
	expect(stdout).toMatch(/^Again: npx check \S*over\.ts --scenario default --property sure --max-depth 6$/m);
});
