import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { check, folder, models, root } from "../support/check.ts";

/** A `check --watch` that is running. */
class Watched {
	readonly #child;
	#text = "";
	#wake = () => {};

	constructor(
		readonly cwd: string,
		...args: string[]
	) {
		this.#child = spawn(process.execPath, [join(root, "dist", "cli.js"), "--watch", ...args], { cwd });
		onTestFinished(() => void this.#child.kill("SIGKILL"));
		for (const stream of [this.#child.stdout, this.#child.stderr])
			stream.on("data", (chunk: Buffer) => {
				this.#text += chunk.toString();
				this.#wake();
			});
	}

	/** What it prints up to the time it waits again. */
	async run(): Promise<string> {
		for (;;) {
			const end = this.#text.search(/Watching \d+ files?; Ctrl-C ends\.\n/);
			if (end >= 0) {
				const text = this.#text.slice(0, this.#text.indexOf("\n", end));
				this.#text = this.#text.slice(text.length + 1);
				return text;
			}
			await new Promise<void>((wake) => {
				this.#wake = wake;
			});
		}
	}

	write(name: string, text: string): void {
		writeFileSync(join(this.cwd, name), text);
	}

	end(): Promise<number | null> {
		this.#child.kill("SIGINT");
		return new Promise((done) => this.#child.on("close", done));
	}
}

const helper = "export const most = 1;\n";
const model = `import { model, range, step, system } from "preempt";
import { most } from "./lib/helper.ts";
export default model("m", { about: "a step", build() {
	const sys = system({ state: { n: range(0, 3) } });
	sys.process("p", sys.routine("f", {}, [step("n = 1", ({ s }) => { s.n = 1; })]));
	sys.property("small", { title: "n is small", statement: "n is at most what it may be.", invariant: ({ s }) => s.n <= most });
	return sys;
} });
`;
const place = (): string => {
	const path = folder({ "m.ts": model });
	mkdirSync(join(path, "lib"));
	writeFileSync(join(path, "lib", "helper.ts"), helper);
	return path;
};

test("verifies again when the model is saved, or what it imports, and goes on after mistakes", async () => {
	const watched = new Watched(place(), "m.ts");
	expect(await watched.run()).toMatch(/small {2}n is small: holds\n(.|\n)*Watching 2 files/);
	watched.write("m.ts", model.replace("s.n = 1", "s.n = 2"));
	expect(await watched.run()).toMatch(/small {2}n is small: violated/);
	watched.write("lib/helper.ts", helper.replace("1", "2"));
	expect(await watched.run()).toMatch(/small {2}n is small: holds/);
	watched.write("m.ts", `${model}}`);
	expect(await watched.run()).toMatch(/m\.ts:9:1: Unexpected "}"/);
	watched.write("m.ts", model.replace("s.n = 1", "s.n = 9"));
	expect(await watched.run()).toMatch(/model error {2}m\.ts:5/);
	watched.write("m.ts", model);
	expect(await watched.run()).toMatch(/small {2}n is small: holds/);
	expect(await watched.end()).toBe(0);
});

test("a file that an editor replaces counts as saved; a file beside it does not", async () => {
	const watched = new Watched(place(), "m.ts");
	await watched.run();
	watched.write("other.ts", "no model");
	watched.write("m.ts.new", model.replace("s.n = 1", "s.n = 3"));
	renameSync(join(watched.cwd, "m.ts.new"), join(watched.cwd, "m.ts"));
	expect(await watched.run()).toMatch(/small {2}n is small: violated/);
	expect(await watched.end()).toBe(1);
});

test("a spec counts too, and a folder's new files", async () => {
	const source = readFileSync(join(root, models, "counter.ts"), "utf8");
	/** What is expected of the scenarios with a lock; those without are as they are. */
	const expected = (verdict: string) => `const all = (sum, bound, owner) => {
		const because = "";
		return { sum: { verdict: sum, because }, bound: { verdict: bound, because }, owner: { verdict: owner, because } };
	};
	export default ({ lock }) =>
		lock === "none" ? all("violated", "holds", "vacuous") : all("${verdict}", "${verdict}", "${verdict}");\n`;
	const path = folder({});
	for (const name of ["models", "specs"]) mkdirSync(join(path, name));
	writeFileSync(join(path, "models", "counter.ts"), source);
	writeFileSync(join(path, "specs", "counter.ts"), expected("violated"));
	const watched = new Watched(path, "models", "--gate");
	expect(await watched.run()).toContain("6 differences");
	watched.write("specs/counter.ts", expected("holds"));
	expect(await watched.run()).toContain("as expected");
	watched.write("specs/second.ts", expected("holds"));
	watched.write("models/second.ts", source.replace('model("counter"', 'model("second"'));
	expect(await watched.run()).toMatch(/counter: as expected(.|\n)*second: as expected/);
	expect(await watched.end()).toBe(0);
});

test("2: there is nothing to watch for a list, nor where there is no file", async () => {
	expect(await check(["no/such.ts", "--watch"])).toMatchObject({ code: 2 });
	expect(await check(["m.ts", "--watch", "--list"])).toMatchObject({ code: 2 });
});
