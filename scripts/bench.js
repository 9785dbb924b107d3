// Builds bench/main.ts beside its sources, in a folder that is not kept, and runs it with the same options.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outfile = `${root}bench/dist/bench.js`;
await build({
	entryPoints: [`${root}bench/main.ts`],
	outfile,
	bundle: true,
	platform: "node",
	format: "esm",
	target: "node20",
	external: ["immer"],
	alias: { preempt: `${root}src/lang/index.ts` },
	logLevel: "warning",
});
process.exitCode = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1;
