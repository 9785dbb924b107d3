import { expect, test } from "vitest";
import { check } from "../support/check.ts";

test("every scenario of bio-task has the verdicts that its spec demands, and every design a mutant that is caught", async () => {
	const { code, stdout, stderr } = await check(["--gate", "models/bio-task.ts"]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect(stdout).toMatch(/^bio-task: as expected: all [\d,]+ verdicts in 260 scenarios agree/);
	expect(stdout).toMatch(/^mutants: 13 caught$/m);
}, 400_000);
