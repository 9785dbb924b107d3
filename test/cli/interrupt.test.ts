import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder } from "../support/check.ts";

test("Ctrl-C ends in an honest partial report, and a pipe sees no progress line", async () => {
	const args = ["bench/models/peterson.ts", "--set", "procs=5", "--set", "split=1"];
	const { code, stdout, stderr } = await check(args, { meanwhile: (kill) => setTimeout(kill, 2_500) });
	expect(stdout).toMatch(/^1 procs=5 +incomplete$/m);
	expect(stdout).toMatch(/Incomplete: 1 procs=5 ended by an interrupt from the keyboard at [\d,]+ states/);
	expect(stdout).not.toContain("holds");
	expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
});

test("of many small scenarios, those not begun are named", async () => {
	const numbers = Array.from({ length: 10_000 }, (_, i) => i).join();
	const path = folder({
		"many.ts": `import { model, range, step, system } from "preempt";
export default model("many", { about: "many scenarios", axes: { n: [${numbers}] }, build() {
	const sys = system({ state: { n: range(0, 1) } });
	sys.process("p", sys.routine("f", {}, [step("n = 1", ({ s }) => { s.n = 1; })]));
	return sys;
} });\n`,
	});
	const args = [join(path, "many.ts"), "--format", "json"];
	// Loading them takes one second, and verifying them eight: well between.
	const { code, stdout } = await check(args, { meanwhile: (kill) => setTimeout(kill, 3_000) });
	const { scenarios, notBegun } = JSON.parse(stdout);
	expect(scenarios.length + notBegun.length).toBe(10_000);
	expect(notBegun.at(-1)).toBe("9999");
	expect(code).toBe(4);
});

const LONG = ["bench/models/peterson.ts", "--set", "procs=5", "--set", "split=1"];

test("one Ctrl-C that arrives twice, from the terminal and from who started the command, is one", async () => {
	const twice = (kill: () => void) => setTimeout(() => [kill(), setTimeout(kill, 50)], 2_500);
	const { code, stdout } = await check(LONG, { meanwhile: twice });
	expect(stdout).toMatch(/ended by an interrupt/);
	expect(code).toBe(4);
});

test("what goes round for ever while a file is loaded is ended at once", async () => {
	const path = folder({ "round.ts": "for (;;);\n" });
	const { code, stdout } = await check([join(path, "round.ts")], { meanwhile: (kill) => setTimeout(kill, 1_500) });
	expect({ code, stdout }).toEqual({ code: null, stdout: "" });
});
