import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type Belongs, readSaved, type SavedTrace, saved, savedText, type Trace } from "../../trace/index.ts";
import { UsageError } from "../exit.ts";

/** Saves a trace to `file`. The model's own is given as seen from the working directory. */
export function saveTrace(file: string, trace: Trace, belongs: Belongs): void {
	const model = relative(dirname(resolve(file)), resolve(belongs.file))
		.split(sep)
		.join("/");
	try {
		writeFileSync(file, savedText(saved(trace, { ...belongs, file: model })));
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
