import { Console } from "node:console";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { compileFunction } from "node:vm";
import type { Model } from "../../lang/index.ts";
import type { Bundle } from "./bundle.ts";
import { ownModules } from "./own.ts";

/** Runs a bundle and returns its exports. */
export async function instantiate({ file, code, own }: Bundle): Promise<Readonly<Record<string, unknown>>> {
	const modules = await ownModules(own);
	const native = createRequire(file);
	const require = (name: string): unknown => modules[name] ?? native(name);
	const module = { exports: {} as Record<string, unknown> };
	// Standard output is the report's.
	const console = new Console(process.stderr);
	const names = ["module", "exports", "require", "__filename", "__dirname", "console"];
	const run = compileFunction(code, names, { filename: file });
	run(module, module.exports, require, file, dirname(file), console);
	return module.exports;
}

/** The models that a file exports, under whatever name. */
export function modelsOf(exports: Readonly<Record<string, unknown>>): Model[] {
	return [...new Set(Object.values(exports))].filter(isModel);
}

const isModel = (value: unknown): value is Model =>
	typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "preempt-model";
