// Bundles FOLDER/main.ts into that folder's dist, which is not kept, and runs it: node scripts/run.js FOLDER OPTION...
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const [folder, ...options] = process.argv.slice(2);
const outfile = `${root}${folder}/dist/main.js`;
await build({
	entryPoints: [`${root}${folder}/main.ts`],
	outfile,
	bundle: true,
	platform: "node",
	format: "esm",
	target: "node20",
	external: ["immer", "esbuild"],
	alias: { preempt: `${root}src/lang/index.ts` },
	logLevel: "warning",
});
process.exitCode = spawnSync(process.execPath, [outfile, ...options], { stdio: "inherit" }).status ?? 1;
