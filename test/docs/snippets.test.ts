// The TypeScript on the pages of documentation type-checks, and the commands on them print what the pages show.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check, folder, root, run } from "../support/check.ts";
import { blocks, files, page } from "./pages.ts";

const README = files("README.md", "rest.ts");
const LANGUAGE = files("docs/language.md", "language.ts");
const LINUX = files("docs/linux.md", "rest.ts");

test("all TypeScript type-checks", async () => {
	const config = {
		extends: join(root, "tsconfig.json"),
		compilerOptions: {
			noUnusedLocals: false,
			noUnusedParameters: false,
			typeRoots: [join(root, "node_modules", "@types")],
		},
		include: ["."],
	};
	const pages = folder({
		...README,
		...LANGUAGE,
		...LINUX,
		"package.json": '{ "type": "module" }',
		"tsconfig.json": JSON.stringify(config),
	});
	const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
	const { stdout, code } = await run(process.execPath, [tsc, "--project", pages, "--pretty", "false"]);
	expect(stdout).toBe("");
	expect(code).toBe(0);
});

test("the model of docs/language.md has the verdicts that the page tells", async () => {
	const { stdout, code } = await check(["language.ts"], { cwd: folder(LANGUAGE) });
	expect(code, stdout).toBe(1);
	for (const id of ["once", "all-end", "locked"]) expect(stdout).toMatch(new RegExp(`^  ${id} .*: holds$`, "m"));
	expect(stdout).toMatch(/^ {2}fifo .*: violated$/m);
	expect(stdout).toMatch(/never taken:\n {2}drop\(\)/);
});

/** Layout and source lines move with every change of a file, and times with every run. */
const steady = (text: string): string =>
	text
		.replace(/\.ts:\d+/g, ".ts:N")
		.replace(/ \d+\.\d+ s\./g, " N s.")
		.replace(/\s+/g, " ");

const shown = ["README.md", "docs/linux.md", "docs/reports.md"].flatMap((name) =>
	blocks(name, "console").map(({ text }) => [name, text.split("\n")[0] as string, text] as const),
);

test.each(shown)("%s: %s", async (_, command, text) => {
	const args = command.slice("$ npx check ".length).split(" ");
	const cwd = args[0]?.startsWith("models/") ? root : folder({ ...README, ...LINUX });
	const output = steady((await check(args, { cwd })).stdout);
	// The page shows pieces of the output, with `...` for what it leaves out.
	let from = 0;
	for (const piece of text.slice(command.length + 1).split(/^\.\.\.\n/m)) {
		const wanted = steady(piece).trim();
		expect(output.slice(from)).toContain(wanted);
		from = output.indexOf(wanted, from) + wanted.length;
	}
});

test("of the files of README.md, vitest takes the test for one and nothing else", () => {
	expect(Object.keys(README).filter((name) => /\.(test|spec)\.ts$/.test(name))).toEqual(["hits.test.ts"]);
});

test("README.md names every option, and no other", async () => {
	const { stdout } = await check(["--help"]);
	const all = (text: string) => new Set(text.match(/--[a-z][a-z-]+/g));
	const section = page("README.md")
		.split("\n## ")
		.find((part) => part.startsWith("Options\n"));
	const shown = [...all(section ?? "")].filter((option) => option !== "--no-color");
	expect(shown.sort()).toEqual([...all(stdout)].sort());
});

test("the command of the workflow in README.md gates a fresh model green, and writes what is uploaded", async () => {
	const [{ text } = { text: "" }] = blocks("README.md", "yaml");
	const [, command = ""] = /- run: npx check (.*)/.exec(text) ?? [];
	const cwd = folder({});
	await check(["new", "fresh"], { cwd });
	const { code, stdout } = await check(command.split(" "), { cwd });
	expect(code, stdout).toBe(0);
	const [, uploaded = ""] = /sarif_file: (.*)/.exec(text) ?? [];
	expect(existsSync(join(cwd, uploaded))).toBe(true);
});

test("links between pages lead somewhere", () => {
	const pages = [
		"README.md",
		"docs/language.md",
		"docs/linux.md",
		"docs/by-hand.md",
		"docs/engine.md",
		"docs/limits.md",
		"docs/reports.md",
	];
	const broken = pages.flatMap((name) =>
		[...page(name).matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)]
			.map(([, path]) => join(root, name, "..", path as string))
			.filter((path) => !existsSync(path)),
	);
	expect(broken).toEqual([]);
});
