import { basename, resolve } from "node:path";
import type { Sources } from "../../trace/index.ts";
import { failureOf, LoadError } from "../failure.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { instantiate } from "./instantiate.ts";
import { OWN, ownModules } from "./own.ts";

export interface Loaded {
	readonly bundle: Bundle;
	readonly exports: Readonly<Record<string, unknown>>;
}

/** Runs a TypeScript file. Positions in it map back by `sources`. */
export async function load(path: string, sources: Sources): Promise<Loaded> {
	// What it is likely to import is loaded while it is compiled.
	const [bundled] = await Promise.all([bundle(resolve(path)), ownModules(OWN)]);
	sources.add(bundled.file, bundled.map);
	try {
		return { bundle: bundled, exports: await instantiate(bundled) };
	} catch (error) {
		throw new LoadError(path, failureOf(error, sources));
	}
}

/** `models/bio-task.ts` is `bio-task`. */
export const stem = (path: string): string => basename(path).replace(/\.[cm]?[jt]s$/, "");
