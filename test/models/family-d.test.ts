// Running a function on another CPU: its gate, and both interpreters on some of its graphs.
import { expect, test } from "vitest";
import csdIrqWork from "../../models/csd-irq-work.ts";
import { agree } from "../support/agree.ts";
import { check } from "../support/check.ts";

test("every scenario of csd-irq-work has the verdicts that its spec demands, and every design a mutant that is caught", async () => {
	const { code, stdout, stderr } = await check(["--gate", "models/csd-irq-work.ts"]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect(stdout).toMatch(/^csd-irq-work: as expected: all [\d,]+ verdicts in 179 scenarios agree/);
	expect(stdout).toMatch(/^mutants: 6 caught$/m);
}, 400_000);

test.each([
	["csd", "two-raisers", "full", "none"],
	["csd", "sync", "full", "none"],
	["csd", "polling", "full", "none"],
	["csd", "migrating", "full", "none"],
	["irq-work", "own-cpu", "full", "none"],
	["irq-work", "request", "full", "none"],
	["irq-work", "per-cpu", "full", "late-pending"],
	["irq-work-soft", "two-objects", "rt", "none"],
	["remote", "two-raisers", "none", "none"],
	["static", "request", "full", "touched"],
	["once", "offline", "rt", "none"],
])(
	"%s/%s/%s/%s: both interpreters agree",
	(design, use, preempt, mutant) => {
		const { complete, errors } = agree(csdIrqWork.build({ design, use, preempt, mutant, cpus: 3 }));
		expect({ complete, errors }).toEqual({ complete: true, errors: [] });
	},
	600_000,
);
