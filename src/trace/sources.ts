import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, relative, resolve, sep } from "node:path";
import type { Location, Origin } from "../lang/index.ts";

/** A line of TypeScript as it is shown: the file relative to the working directory, or `preempt/linux/…`. */
export interface SourceLine {
	readonly file: string;
	readonly line: number;
}

/** `models/bio-task.ts:17` */
export const lineText = ({ file, line }: SourceLine): string => `${file}:${line}`;

/** Folders of this package whose files are shown by the name under which a model imports them. */
const LIBRARIES: readonly (readonly [string, string])[] = [
	["/src/kernel/", "preempt/linux/"],
	["/src/lang/", "preempt/"],
	["/specs/", "preempt/specs/"],
];

/** Whether a line stands in the Linux library, by its name. */
export const isOfLinux = ({ file }: SourceLine): boolean => file.startsWith("preempt/linux/");

/** Turns positions in the code as it runs into lines of the author's TypeScript, by source maps. */
export class Sources {
	/** Read when they are first needed: it takes a while. */
	readonly #maps = new Map<string, SourceMap | undefined>();
	readonly #payloads = new Map<string, SourceMapPayload>();
	/** Files that hold a model's code, not the library's. */
	readonly #authored = new Set<string>();
	/** The author's files that the code was made of. */
	readonly files = new Set<string>();

	/** Lines of the files that were asked for, by the name that they are shown under. */
	readonly #texts = new Map<string, readonly string[]>();

	constructor(
		readonly cwd = process.cwd(),
		/** Model code besides that: its positions are the author's own already. */
		readonly plain: (file: string) => boolean = () => false,
	) {}

	/** Says that `file` is model code, and how its lines map back. */
	add(file: string, map: string): void {
		this.#authored.add(file);
		const payload = JSON.parse(map) as SourceMapPayload;
		this.#payloads.set(file, payload);
		this.#maps.delete(file);
		for (const source of payload.sources) this.files.add(resolve(dirname(file), source));
	}

	/** Where a step stands: in the library if its routine does, else where the author wrote it. */
	ofStep(step: Origin, routine: Origin): SourceLine | undefined {
		return this.line(this.placeOf(step, routine));
	}

	/** The same as a position in the code as it runs. */
	placeOf(step: Origin, routine: Origin): Location | undefined {
		const library = routine.library && !this.isAuthored(routine.library.file);
		return library ? step.library : step.author;
	}

	line(location: Location | undefined): SourceLine | undefined {
		if (!location) return undefined;
		const map = this.#map(location.file);
		const entry = map?.findEntry(location.line - 1, location.column - 1);
		if (!map || !entry || !("originalSource" in entry))
			return { file: this.#shown(location.file), line: location.line };
		const path = resolve(dirname(location.file), entry.originalSource);
		const file = this.isAuthored(location.file) ? this.#shown(path) : inLibrary(path);
		if (!this.#texts.has(file)) this.#texts.set(file, linesIn(map, entry.originalSource));
		return { file, line: entry.originalLine + 1 };
	}

	/**
	 * The statement that begins at a line that this has named: that line and those further in below it, at most `most`
	 * lines. Empty where the text is not known.
	 */
	excerpt({ file, line }: SourceLine, most: number): string[] {
		const lines = this.#texts.get(file)?.slice(line - 1, line - 1 + most) ?? [];
		const indent = (text: string) => text.length - text.trimStart().length;
		const margin = indent(lines[0] ?? "");
		const end = lines.findIndex((text, i) => i > 0 && text.trim() !== "" && indent(text) <= margin);
		const after = lines[end] ?? "";
		const closes = indent(after) === margin && /^\s*[\])}]/.test(after);
		const whole = end < 0 ? lines : lines.slice(0, end + (closes ? 1 : 0));
		return whole.map((text) => text.slice(Math.min(margin, indent(text))));
	}

	/** The line that threw `error`: the innermost frame in model code, else none. */
	thrower(error: unknown): SourceLine | undefined {
		const stack = error instanceof Error ? (error.stack ?? "") : "";
		for (const [, file = "", line, column] of stack.matchAll(/^\s+at (?:.*\()?(\/.*?):(\d+):(\d+)\)?$/gm))
			if (this.isAuthored(file)) return this.line({ file, line: Number(line), column: Number(column) });
		return undefined;
	}

	/** Whether a file is model code. */
	isAuthored(file: string): boolean {
		return this.#authored.has(file) || this.plain(file);
	}

	#map(file: string): SourceMap | undefined {
		if (!this.#maps.has(file)) {
			const payload = this.#payloads.get(file);
			this.#maps.set(file, payload ? new SourceMap(payload) : beside(file));
		}
		return this.#maps.get(file);
	}

	#shown(file: string): string {
		const path = relative(this.cwd, file);
		return path.startsWith(`..${sep}`) ? file : path;
	}
}

/** The text as it was when it was compiled, whatever has become of the file. */
function linesIn({ payload }: SourceMap, source: string): readonly string[] {
	const { sources, sourcesContent } = payload as SourceMapPayload & { readonly sourcesContent?: readonly string[] };
	return sourcesContent?.[sources.indexOf(source)]?.split("\n") ?? [];
}

function beside(file: string): SourceMap | undefined {
	try {
		return new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8")) as SourceMapPayload);
	} catch {
		return undefined;
	}
}

function inLibrary(file: string): string {
	for (const [folder, name] of LIBRARIES) {
		const at = file.lastIndexOf(folder);
		if (at >= 0) return name + file.slice(at + folder.length);
	}
	return file;
}
