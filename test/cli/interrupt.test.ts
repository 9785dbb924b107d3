import { expect, test } from "vitest";
import { check } from "../support/check.ts";

test("Ctrl-C ends in an honest partial report, and a pipe sees no progress line", async () => {
	const args = ["bench/models/peterson.ts", "--set", "procs=5", "--set", "split=1"];
	const { code, stdout, stderr } = await check(args, { meanwhile: (kill) => setTimeout(kill, 2_500) });
	expect(stdout).toMatch(/^1 procs=5 +incomplete$/m);
	expect(stdout).toMatch(/Incomplete: 1 procs=5 ended by an interrupt from the keyboard at [\d,]+ states/);
	expect(stdout).not.toContain("holds");
	expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
});
