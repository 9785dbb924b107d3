// Writes docs/verdicts.md from the verdicts of all models, or with --check demands that it is what would be written.
// --from FILE takes the verdicts from a summary that `check --gate models --report summary=FILE` has written.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { page } from "./page.ts";
import type { Summary } from "./summary.ts";

const { values } = parseArgs({ options: { check: { type: "boolean" }, from: { type: "string" } } });
const root = process.cwd();
const file = join(root, "docs", "verdicts.md");

const written = page(values.from === undefined ? verify() : (JSON.parse(readFileSync(values.from, "utf8")) as Summary));
if (!values.check) writeFileSync(file, written);
else if (readFileSync(file, "utf8") !== written) {
	process.stderr.write("docs/verdicts.md is not what the verdicts come to: npm run verdicts writes it anew\n");
	process.exitCode = 1;
}

/** Verifies everything; differences from the specs are shown, and their exit code passed on. */
function verify(): Summary {
	const args = [join(root, "dist", "cli.js"), "--gate", "models", "--format", "summary"];
	const { stdout, status } = spawnSync(process.execPath, args, {
		encoding: "utf8",
		maxBuffer: 2 ** 28,
		stdio: ["ignore", "pipe", "inherit"],
	});
	const summary = JSON.parse(stdout) as Summary;
	for (const { name, gate } of summary.models)
		if (gate && gate.differences > 0)
			process.stderr.write(`${name} differs from its spec: npx check --gate models/${name}.ts\n`);
	process.exitCode = status ?? 1;
	return summary;
}
