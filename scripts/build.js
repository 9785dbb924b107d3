// Builds dist/: one file for each entry point, and the declarations for consumers. The language is one file that all
// others share, so that a model's `import … from "preempt"` and the checker itself mean the same objects.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const entries = {
	lang: "src/lang/index.ts",
	linux: "src/kernel/index.ts",
	specs: "specs/index.ts",
	cli: "src/cli/main.ts",
	vitest: "src/cli/vitest.ts",
};
const names = { preempt: "lang", "preempt/linux": "linux", "preempt/specs": "specs" };
/** Loaded from node_modules when needed; all else is bundled, for that halves the time to start. */
const external = ["esbuild", "immer", "typescript", "vitest"];

/** An import of another entry point's index stays an import of its built file. */
const shared = (self) => ({
	name: "shared",
	setup({ onResolve }) {
		onResolve({ filter: /^(\.|preempt)/ }, ({ path, resolveDir, kind }) => {
			if (kind === "entry-point") return undefined;
			const file = fileURLToPath(new URL(path, `file://${resolveDir}/`));
			const found = names[path] ?? Object.keys(entries).find((name) => file === `${root}${entries[name]}`);
			return found && found !== self ? { path: `./${found}.js`, external: true } : undefined;
		});
	},
});

const bundle = (name) =>
	build({
		entryPoints: [`${root}${entries[name]}`],
		outfile: `${root}dist/${name}.js`,
		bundle: true,
		platform: "node",
		format: "esm",
		target: "node20",
		sourcemap: true,
		sourcesContent: false,
		external,
		plugins: [shared(name)],
		logLevel: "warning",
	});

const declarations = () =>
	new Promise((done) => {
		const tsc = `${root}node_modules/typescript/bin/tsc`;
		spawn(process.execPath, [tsc, "--project", `${root}tsconfig.types.json`], { stdio: "inherit" }).on("close", done);
	});

// Files of an earlier build are removed last, not first: whoever runs dist/ meanwhile still finds it.
mkdirSync(`${root}dist`, { recursive: true });
const [code] = await Promise.all([declarations(), ...Object.keys(entries).map(bundle)]);
chmodSync(`${root}dist/cli.js`, 0o755);
const built = new Set(["types", ...Object.keys(entries).flatMap((name) => [`${name}.js`, `${name}.js.map`])]);
for (const name of readdirSync(`${root}dist`)) if (!built.has(name)) rmSync(`${root}dist/${name}`, { recursive: true });
process.exitCode = code;
