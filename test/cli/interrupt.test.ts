// Ctrl-C. The models say on standard error how far the command is, so that no time has to be guessed.
import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder, root } from "../support/check.ts";

/** Takes minutes, and says when its search is about to begin, in each thread. */
const long = (): string => {
	const path = folder({
		"long.ts": `import peterson from "${root}bench/models/peterson.ts";
export default { ...peterson, build(scenario: never) {
	process.stderr.write("begun\\n");
	return peterson.build(scenario);
} };\n`,
	});
	return join(path, "long.ts");
};
const LONG = ["--set", "procs=5", "--set", "split=1"];
/** So many milliseconds later other threads take part in the search; did they not yet, it would end as well. */
const LATER = 1_500;

test("Ctrl-C ends in an honest partial report, and a pipe sees no progress line", async () => {
	const { code, stdout, stderr } = await check([long(), ...LONG], { begun: (press) => setTimeout(press, LATER) });
	expect(stdout).toMatch(/^1 procs=5 +incomplete$/m);
	expect(stdout).toMatch(/Incomplete: 1 procs=5 ended by an interrupt at [\d,]+ states/);
	expect(stdout).not.toContain("holds");
	expect(stderr).toMatch(/^(begun\n)+$/);
	expect(code).toBe(4);
});

test("SIGTERM, as timeout sends it, is as Ctrl-C", async () => {
	const { code, stdout } = await check([long(), ...LONG], {
		begun: (press) => setTimeout(press, LATER, "SIGTERM"),
	});
	expect(stdout).toMatch(/ended by an interrupt/);
	expect(code).toBe(4);
});

test("of many small scenarios, those not begun are named", async () => {
	const numbers = Array.from({ length: 10_000 }, (_, i) => i).join();
	const path = folder({
		"many.ts": `import { model, range, step, system } from "preempt";
export default model("many", { about: "many scenarios", axes: { n: [${numbers}] }, build({ n }) {
	if (n === 20) process.stderr.write("begun\\n");
	const sys = system({ state: { n: range(0, 1) } });
	sys.process("p", sys.routine("f", {}, [step("n = 1", ({ s }) => { s.n = 1; })]));
	return sys;
} });\n`,
	});
	const { code, stdout } = await check([join(path, "many.ts"), "--format", "json"], { begun: (press) => press() });
	const { scenarios, notBegun } = JSON.parse(stdout);
	expect(scenarios.length + notBegun.length).toBe(10_000);
	expect(scenarios.length).toBeGreaterThan(0);
	expect(notBegun.at(-1)).toBe("9999");
	expect(code).toBe(4);
});

test("one Ctrl-C that arrives twice, from the terminal and from who started the command, is one", async () => {
	const twice = (press: () => void) => [press(), setTimeout(press, 50)];
	const { code, stdout } = await check([long(), ...LONG], { begun: twice });
	expect(stdout).toMatch(/ended by an interrupt/);
	expect(code).toBe(4);
});

test("what goes round for ever while a file is loaded is ended at once", async () => {
	const path = folder({ "round.ts": 'process.stderr.write("begun\\n");\nfor (;;);\n' });
	const { code, stdout } = await check([join(path, "round.ts")], { begun: (press) => press() });
	expect({ code, stdout }).toEqual({ code: null, stdout: "" });
});
