// Verifies models, but for those whose verdicts are known from before and of which nothing has changed since.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { ModelSummary, Summary } from "./summary.ts";

/** The verdicts of every model in the folder `models`, and the exit code that the first that is not 0 ended with. */
export async function verified(root: string): Promise<{ summary: Summary; code: number }> {
	const cache = join(root, "node_modules", ".cache", "preempt-verdicts");
	mkdirSync(cache, { recursive: true });
	const files = readdirSync(join(root, "models")).filter((name) => name.endsWith(".ts"));
	const models: ModelSummary[] = [];
	let code = 0;
	for (const file of files.toSorted()) {
		const known = join(cache, `${file}.${await fingerprint(root, file)}.json`);
		if (!existsSync(known)) {
			process.stderr.write(`models/${file}\n`);
			const { stdout, status } = verify(root, file);
			if (status === 0) writeFileSync(known, stdout);
			else code ||= status ?? 1;
			models.push(...(JSON.parse(stdout) as Summary).models);
		} else models.push(...(JSON.parse(readFileSync(known, "utf8")) as Summary).models);
	}
	return { summary: { models }, code };
}

/** Equal as long as the model, its spec, what they use of the library, and the checker are the same. */
async function fingerprint(root: string, file: string): Promise<string> {
	const { outputFiles } = await build({
		stdin: {
			contents: `export * as model from "./models/${file}"; export * as spec from "./specs/${file}";`,
			resolveDir: root,
		},
		bundle: true,
		write: false,
		minifyWhitespace: true,
		format: "esm",
		alias: {
			preempt: join(root, "src/lang/index.ts"),
			"preempt/linux": join(root, "src/kernel/index.ts"),
			"preempt/specs": join(root, "specs/index.ts"),
		},
	});
	const hash = createHash("sha256").update(readFileSync(join(root, "dist", "cli.js")));
	for (const { contents } of outputFiles) hash.update(contents);
	return hash.digest("hex").slice(0, 16);
}

function verify(root: string, file: string): { stdout: string; status: number | null } {
	const args = [join(root, "dist", "cli.js"), "--gate", join("models", file), "--format", "summary"];
	return spawnSync(process.execPath, args, {
		cwd: root,
		encoding: "utf8",
		maxBuffer: 2 ** 28,
		stdio: ["ignore", "pipe", "inherit"],
	});
}
