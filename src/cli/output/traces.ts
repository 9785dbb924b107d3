import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { readSaved, type SavedTrace, saved, savedText, type Trace } from "../../trace/index.ts";
import { UsageError } from "../exit.ts";

/** What a trace is of. */
export interface Of {
	readonly model: { readonly name: string };
	/** The model's file, seen from the working directory. */
	readonly path: string;
	readonly scenario: string;
	readonly violates: readonly string[];
}

/** Saves a trace to `file`. */
export function saveTrace(file: string, trace: Trace, { model, path, scenario, violates }: Of): void {
	const from = relative(dirname(resolve(file)), resolve(path))
		.split(sep)
		.join("/");
	try {
		writeFileSync(file, savedText(saved(trace, { model: model.name, file: from, scenario, violates })));
	} catch (error) {
		throw new UsageError(`${file}: cannot be written: ${(error as Error).message}`);
	}
}

/** A saved trace, and the file of its model as seen from the working directory. */
export function loadTrace(file: string): { readonly trace: SavedTrace; readonly path: string } {
	if (!existsSync(file)) throw new UsageError(`${file}: there is no such file`);
	try {
		const trace = readSaved(readFileSync(file, "utf8"));
		return { trace, path: relative(process.cwd(), join(dirname(resolve(file)), trace.file)) };
	} catch (error) {
		throw new UsageError(`${file} ${(error as Error).message}`);
	}
}
