// Builds dist/: one file for each entry point. The language is one file that all others share, so that a model's
// `import … from "preempt"` and the checker itself mean the same objects.
import { rmSync } from "node:fs";
import { build } from "esbuild";

const root = new URL("..", import.meta.url).pathname;
const entries = {
	lang: { file: "src/lang/index.ts", folder: "/src/lang/" },
	linux: { file: "src/kernel/index.ts", folder: "/src/kernel/" },
	specs: { file: "specs/index.ts", folder: "/specs/" },
	cli: { file: "src/cli/main.ts", folder: "/src/cli/" },
};

/** An import of another entry point's index stays an import of its built file. */
const shared = (self) => ({
	name: "shared",
	setup({ onResolve }) {
		onResolve({ filter: /^(\.|preempt)/ }, ({ path, resolveDir, kind }) => {
			if (kind === "entry-point") return undefined;
			const names = { preempt: "lang", "preempt/linux": "linux", "preempt/specs": "specs" };
			const found =
				names[path] ??
				Object.keys(entries).find(
					(name) => new URL(path, `file://${resolveDir}/`).pathname === `${root}${entries[name].file}`,
				);
			return found && found !== self ? { path: `./${found}.js`, external: true } : undefined;
		});
	},
});

rmSync(`${root}dist`, { recursive: true, force: true });
for (const [name, { file }] of Object.entries(entries)) {
	await build({
		entryPoints: [`${root}${file}`],
		outfile: `${root}dist/${name}.js`,
		bundle: true,
		platform: "node",
		format: "esm",
		target: "node20",
		sourcemap: true,
		packages: "external",
		plugins: [shared(name)],
		logLevel: "warning",
	});
}
