import { createRequire } from "node:module";
import { basename, dirname, resolve } from "node:path";
import { compileFunction } from "node:vm";
import type { Model } from "../lang/index.ts";
import type { Sources } from "../trace/index.ts";
import { bundle } from "./bundle.ts";
import { failureOf, LoadError } from "./failure.ts";

/** Runs a TypeScript file and returns its exports. Positions in it map back by `sources`. */
export async function load(path: string, sources: Sources): Promise<Readonly<Record<string, unknown>>> {
	const file = resolve(path);
	const { code, map, own } = await bundle(file);
	sources.add(file, map);
	const native = createRequire(file);
	const require = (name: string): unknown => own[name] ?? native(name);
	const module = { exports: {} as Record<string, unknown> };
	const names = ["module", "exports", "require", "__filename", "__dirname"];
	const run = compileFunction(code, names, { filename: file });
	try {
		run(module, module.exports, require, file, dirname(file));
	} catch (error) {
		throw new LoadError(path, failureOf(error, sources));
	}
	return module.exports;
}

/** The models that a file exports, under whatever name. */
export function modelsOf(exports: Readonly<Record<string, unknown>>): Model[] {
	return [...new Set(Object.values(exports))].filter(isModel);
}

const isModel = (value: unknown): value is Model =>
	typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "preempt-model";

/** `models/bio-task.ts` is `bio-task`. */
export const stem = (path: string): string => basename(path).replace(/\.[cm]?[jt]s$/, "");
