// Builds dist/: one file for each entry point, and the declarations for consumers. The language is one file that all
// others share, so that a model's `import … from "preempt"` and the checker itself mean the same objects.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const entries = {
	lang: "src/lang/index.ts",
	linux: "src/kernel/index.ts",
	specs: "specs/index.ts",
	cli: "src/cli/main.ts",
	svg: "src/report/graph/svg.ts",
	vitest: "src/cli/vitest.ts",
	worker: "src/cli/verify/worker.ts",
	member: "src/cli/run/member.ts",
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
		// What a model may import is shown in reports, line by line.
		sourcesContent: name !== "cli",
		external,
		alias: { "string-width": `${root}scripts/width.js` },
		plugins: [shared(name)],
		logLevel: "warning",
	});

/** The page of the HTML report: its style and script, bundled, put into its frame. */
async function page() {
	const folder = `${root}src/report/html/page/`;
	const { outputFiles } = await build({
		entryPoints: [`${folder}main.tsx`, `${folder}style.css`],
		outdir: `${root}dist`,
		bundle: true,
		minify: true,
		write: false,
		format: "iife",
		target: ["chrome123", "firefox120", "safari17.5"],
		jsx: "automatic",
		jsxImportSource: "preact",
		logLevel: "warning",
	});
	const [script, style] = ["js", "css"].map((end) => outputFiles.find(({ path }) => path.endsWith(end)).text.trim());
	const frame = readFileSync(`${folder}frame.html`, "utf8");
	// What stands in a script element ends at the first end tag, whatever it means to the script.
	const safe = script.replaceAll("</script", "<\\/script");
	const whole = frame
		.replace('<link rel="stylesheet" href="style.css">', () => `<style>${style}</style>`)
		.replace('<script src="main.tsx"></script>', () => `<script>${safe}</script>`);
	writeFileSync(`${root}dist/report.html`, whole);
}

const declarations = () =>
	new Promise((done) => {
		const tsc = `${root}node_modules/typescript/bin/tsc`;
		spawn(process.execPath, [tsc, "--project", `${root}tsconfig.types.json`], { stdio: "inherit" }).on("close", done);
	});

// Files of an earlier build are removed last, not first: whoever runs dist/ meanwhile still finds it.
mkdirSync(`${root}dist`, { recursive: true });
const [code] = await Promise.all([declarations(), page(), ...Object.keys(entries).map(bundle)]);
chmodSync(`${root}dist/cli.js`, 0o755);
const built = new Set([
	"types",
	"report.html",
	...Object.keys(entries).flatMap((name) => [`${name}.js`, `${name}.js.map`]),
]);
for (const name of readdirSync(`${root}dist`)) if (!built.has(name)) rmSync(`${root}dist/${name}`, { recursive: true });
process.exitCode = code;
