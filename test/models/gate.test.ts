import { expect, test } from "vitest";
import { check } from "../support/check.ts";

test("every scenario of bio-task has the verdicts that its spec demands", async () => {
	const { code, stdout, stderr } = await check(["--gate", "--all", "models/bio-task.ts"]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect(stdout).toMatch(/^bio-task: as expected: all [\d,]+ verdicts in 260 scenarios agree/);
}, 400_000);
