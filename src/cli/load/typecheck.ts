import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { root } from "./root.ts";
import { shorten } from "./type-errors.ts";

const types = (name: string) => [join(root, "dist", "types", name)];

/** How a model is checked where no tsconfig.json is in reach; one that is adds to it. */
const OPTIONS = {
	strict: true,
	module: "nodenext",
	target: "es2023",
	lib: ["es2023"],
	skipLibCheck: true,
	allowImportingTsExtensions: true,
	noEmit: true,
	// Every id of a set has its element.
	noUncheckedIndexedAccess: false,
	// What is unused or never reached is no error of types.
	noUnusedLocals: false,
	noUnusedParameters: false,
	allowUnusedLabels: true,
	allowUnreachableCode: true,
};

/** Type-checks the files with the TypeScript compiler; resolves to its messages, empty when there are none. */
export async function typecheck(files: readonly string[]): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), "preempt-"));
	const base = nearest("tsconfig.json", dirname(resolve(files[0] as string)));
	const config = {
		...(base ? { extends: base } : {}),
		compilerOptions: {
			...OPTIONS,
			...(base ? { typeRoots: [join(dirname(base), "node_modules", "@types")] } : { types: [] }),
			paths: {
				preempt: types("src/lang/index.d.ts"),
				"preempt/linux": types("src/kernel/index.d.ts"),
				"preempt/specs": types("specs/index.d.ts"),
			},
		},
		files: files.map((file) => resolve(file)),
		include: [],
	};
	const path = join(folder, "tsconfig.json");
	writeFileSync(path, JSON.stringify(config));
	try {
		return await compiler(["--project", path, "--pretty", "false"]);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function compiler(args: readonly string[]): Promise<string> {
	const main = createRequire(import.meta.url).resolve("typescript/package.json");
	const child = spawn(process.execPath, [join(dirname(main), "bin", "tsc"), ...args], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	const chunks: Buffer[] = [];
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
	return new Promise((done, fail) => {
		child.on("error", fail);
		child.on("close", (code) => {
			const text = Buffer.concat(chunks).toString();
			if (code === 0) done("");
			else done(text ? shorten(text, linesOf) : `the TypeScript compiler ended with code ${code}\n`);
		});
	});
}

function linesOf(file: string): readonly string[] {
	return existsSync(file) ? readFileSync(file, "utf8").split(/\r?\n/) : [];
}

function nearest(name: string, folder: string): string | undefined {
	const path = join(folder, name);
	if (existsSync(path)) return path;
	return dirname(folder) === folder ? undefined : nearest(name, dirname(folder));
}
