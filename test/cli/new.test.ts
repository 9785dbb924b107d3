import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder } from "../support/check.ts";

test("what is written checks, type-checks and gates green, and nothing is overwritten", async () => {
	const cwd = folder({});
	const made = await check(["new", "my-put"], { cwd });
	expect(made).toEqual({
		code: 0,
		stderr: "",
		stdout:
			"wrote models/my-put.ts\nwrote specs/my-put.ts\nNext:\n  npx check models/my-put.ts\n  npx check --gate models/my-put.ts\n",
	});
	const { stdout, code, stderr } = await check(["models/my-put.ts", "--typecheck"], { cwd });
	expect(stdout).toMatch(/^my-put {2}tasks drop/);
	expect(stdout).toMatch(/^plain +freed +freed\natomic +holds +holds$/m);
	expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
	const gated = await check(["--gate", "models/my-put.ts", "--set", "tasks=1,2,3"], { cwd });
	expect(gated.stdout).toBe(
		"my-put: as expected: all 24 verdicts in 12 scenarios agree with specs/my-put.ts\nmutants: 1 caught\nnever violated: once\n",
	);
	expect(gated.code).toBe(0);
	expect(readFileSync(join(cwd, "specs", "my-put.ts"), "utf8")).toContain("../models/my-put.ts");

	const before = readFileSync(join(cwd, "models", "my-put.ts"), "utf8");
	const again = await check(["new", "my-put"], { cwd });
	expect(again).toEqual({ code: 2, stdout: "", stderr: "models/my-put.ts exists already: choose another name\n" });
	expect(readFileSync(join(cwd, "models", "my-put.ts"), "utf8")).toBe(before);
});

test("a spec of that name is not overwritten either, and then no model is written", async () => {
	const cwd = folder({});
	await check(["new", "one"], { cwd });
	rmSync(join(cwd, "models", "one.ts"));
	expect((await check(["new", "one"], { cwd })).stderr).toBe("specs/one.ts exists already: choose another name\n");
	expect(existsSync(join(cwd, "models", "one.ts"))).toBe(false);
});

test("2: a name that could be no file", async () => {
	const { code, stderr } = await check(["new", "../x"], { cwd: folder({}) });
	expect(stderr).toBe("../x: a model's name is letters, digits, - and _, and begins with a letter\n");
	expect(code).toBe(2);
});
