import { createRequire } from "node:module";
import type { BuildFailure } from "esbuild";
import { UsageError } from "./exit.ts";

/** Names under which a model imports this package: they mean the checker's own modules, not another copy. */
const OWN = {
	preempt: () => import("preempt"),
	"preempt/linux": () => import("preempt/linux"),
	"preempt/specs": () => import("preempt/specs"),
};

export interface Bundle {
	readonly code: string;
	readonly map: string;
	/** What the code may `require` of this package. */
	readonly own: Readonly<Record<string, object>>;
}

/** Compiles a TypeScript file and what it imports into one script. */
export async function bundle(path: string): Promise<Bundle> {
	// Required, not imported: that spares the search for the names it exports.
	const { build } = createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
	try {
		const { outputFiles, metafile } = await build({
			entryPoints: [path],
			bundle: true,
			format: "cjs",
			platform: "node",
			target: "node20",
			sourcemap: "external",
			outfile: `${path}.cjs`,
			write: false,
			metafile: true,
			logLevel: "silent",
			external: Object.keys(OWN),
		});
		const [map, code] = ["cjs.map", "cjs"].map(
			(end) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? "",
		);
		const imported = new Set(Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)));
		const own: Record<string, object> = {};
		// Copied, for a plain object's properties are faster to read than a module's.
		for (const [name, get] of Object.entries(OWN)) if (imported.has(name)) own[name] = { ...(await get()) };
		return { code: code as string, map: map as string, own };
	} catch (error) {
		throw new UsageError(messages(error as BuildFailure));
	}
}

function messages(failure: BuildFailure): string {
	if (!Array.isArray(failure.errors)) throw failure;
	return failure.errors
		.map(({ text, location }) => {
			if (!location) return text;
			const { file, line, column, lineText } = location;
			return `${file}:${line}:${column + 1}: ${text}\n    ${lineText.trim()}`;
		})
		.join("\n");
}
