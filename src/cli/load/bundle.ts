import { createRequire } from "node:module";
import type { BuildFailure } from "esbuild";
import { UsageError } from "../exit.ts";
import { OWN } from "./own.ts";

/** A file and what it imports as one script; plain data, so that other threads can run it too. */
export interface Bundle {
	/** Absolute path of the file. */
	readonly file: string;
	readonly code: string;
	readonly map: string;
	/** What the code requires of this package. */
	readonly own: readonly string[];
}

/** Compiles a TypeScript file and what it imports into one script. */
export async function bundle(file: string): Promise<Bundle> {
	// Required, not imported: that spares the search for the names it exports.
	const { build } = createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
	try {
		const { outputFiles, metafile } = await build({
			entryPoints: [file],
			bundle: true,
			format: "cjs",
			platform: "node",
			target: "node20",
			sourcemap: "external",
			outfile: `${file}.cjs`,
			write: false,
			metafile: true,
			logLevel: "silent",
			external: [...OWN],
			// As modules are: what is written to a field that was not declared is an error, and not ignored.
			banner: { js: '"use strict";' },
		});
		const [map, code] = ["cjs.map", "cjs"].map(
			(end) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? "",
		);
		const imported = new Set(Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)));
		return { file, code: code as string, map: map as string, own: OWN.filter((name) => imported.has(name)) };
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
