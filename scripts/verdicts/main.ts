// Writes docs/verdicts.md from the verdicts of all models. --from FILE takes them from a summary that
// `check --gate models --report summary=FILE` has written.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { page } from "./page.ts";
import type { Summary } from "./summary.ts";
import { verified } from "./verify.ts";

const { values } = parseArgs({ options: { from: { type: "string" } } });
const root = process.cwd();

const { summary, code } =
	values.from === undefined
		? await verified(root)
		: { summary: JSON.parse(readFileSync(values.from, "utf8")) as Summary, code: 0 };
writeFileSync(join(root, "docs", "verdicts.md"), page(summary));
for (const { name, gate } of summary.models)
	if (gate && gate.differences > 0)
		process.stderr.write(`${name} differs from its spec: npx check --gate models/${name}.ts\n`);
process.exitCode = code;
