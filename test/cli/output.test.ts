// The files that reports are written to.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Output } from "../../src/cli/output/output.ts";
import { check, folder } from "../support/check.ts";

test("a file is not there until it is whole, nor is that of an earlier run", () => {
	const path = folder({ "report.html": "of an earlier run" });
	const file = join(path, "report.html");
	const output = new Output(file, "--out");
	expect(readdirSync(path)).toEqual([]);
	output.write("whole");
	expect(readdirSync(path)).toEqual([]);
	output.end();
	expect(readdirSync(path)).toEqual(["report.html"]);
	expect(readFileSync(file, "utf8")).toBe("whole");
});

test("a link stays one, and a file that is none is told before the work", () => {
	const path = folder({ "there.txt": "" });
	symlinkSync(join(path, "there.txt"), join(path, "link.txt"));
	const output = new Output(join(path, "link.txt"), "--out");
	output.write("whole");
	output.end();
	expect(readFileSync(join(path, "there.txt"), "utf8")).toBe("whole");
	mkdirSync(join(path, "folder"));
	expect(() => new Output(join(path, "folder"), "--out folder")).toThrow(/^--out folder: cannot be written/);
});

test("Ctrl-C while a report is made leaves no file", async () => {
	const path = folder({
		"m.ts": `import { model, range, step, system } from "preempt";
export default model("m", { about: "takes for ever to explain", axes: { n: [1] }, build() {
	const sys = system({ state: { n: range(0, 1) } });
	sys.process("p", sys.routine("f", {}, [step("n = 1", ({ s }) => { s.n = 1; })]));
	sys.property("P", { title: "t", statement: "s", invariant: ({ s }) => s.n === 0,
		explain: () => { process.stderr.write("begun\\n"); for (;;); } });
	return sys;
} });\n`,
	});
	writeFileSync(join(path, "m.html"), "of an earlier run");
	const args = [join(path, "m.ts"), "--format", "html", "--out", join(path, "m.html")];
	const { code } = await check(args, { begun: (press) => press() });
	expect(code).not.toBe(0);
	expect(existsSync(join(path, "m.html"))).toBe(false);
}, 60_000);
