import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../exit.ts";

/** A file to load; one that a folder brought in may turn out to hold no model. */
export interface ModelFile {
	readonly path: string;
	readonly fromFolder: boolean;
}

const MODEL = /\.[cm]?[jt]s$/;
const SOURCE = /\.[cm]?[jt]sx?$/;
const NOT_A_MODEL = /\.d\.[cm]?ts$|\.(test|spec)\.[cm]?[jt]s$/;

/** Whether a folder's file of this name is taken to hold a model. */
export const isModelFile = (name: string): boolean => MODEL.test(name) && !NOT_A_MODEL.test(name);

/** The files that the command line names; a folder stands for those directly in it. */
export function filesOf(paths: readonly string[]): ModelFile[] {
	const found = paths.flatMap((path): ModelFile[] => {
		const stat = statSync(path, { throwIfNoEntry: false });
		const nor = /^[a-z]+$/.test(path) ? ", nor a command of that name (check --help shows what there is)" : "";
		if (!stat) throw new UsageError(`${path}: there is no such file or folder${nor}`);
		if (!stat.isDirectory() && !SOURCE.test(path))
			throw new UsageError(`${path}: a model is a TypeScript or JavaScript file`);
		if (!stat.isDirectory()) return [{ path, fromFolder: false }];
		const names = readdirSync(path).sort();
		const files = names.filter(isModelFile);
		if (files.length === 0) throw new UsageError(`${path}: there is no model file in this folder`);
		return files.map((name) => ({ path: join(path, name), fromFolder: true }));
	});
	return [...new Map(found.map((file) => [file.path, file])).values()];
}
