import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isModelFile } from "../load/files.ts";

/** An editor writes a file in several goes: nothing may happen for so many milliseconds. */
const QUIET = 50;

/** Hears of changes to files. Folders are what is watched, for editors replace files instead of writing to them. */
export class Changes {
	readonly #folders = new Map<string, FSWatcher>();
	readonly #files = new Set<string>();
	/** Folders of which every model file counts. */
	readonly #whole = new Set<string>();
	#changed = false;
	#ended = false;
	#timer: NodeJS.Timeout | undefined;
	#wake: (() => void) | undefined;

	/** Watches these files, and the model files in those that are folders. */
	constructor(paths: readonly string[]) {
		for (const path of paths.map((path) => resolve(path))) {
			if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
				this.#whole.add(path);
				this.#folder(path);
			} else this.watch([path]);
		}
	}

	/** Watches these files too. Returns how many it watches. */
	watch(files: Iterable<string>): number {
		for (const file of files) {
			this.#files.add(file);
			this.#folder(dirname(file));
		}
		return this.#files.size;
	}

	/** Resolves to true when something has changed since the last call, to false when it is ended. */
	async next(): Promise<boolean> {
		if (!this.#changed && !this.#ended)
			await new Promise<void>((wake) => {
				this.#wake = wake;
			});
		this.#changed = false;
		return !this.#ended;
	}

	end(): void {
		this.#ended = true;
		clearTimeout(this.#timer);
		for (const watcher of this.#folders.values()) watcher.close();
		this.#wake?.();
	}

	#folder(folder: string): void {
		if (this.#folders.has(folder) || this.#ended) return;
		const watcher = watch(folder, (_, name) => {
			if (name === null || this.#counts(folder, name)) this.#noted();
		});
		// A folder that goes away takes its files along, and the next run says so.
		watcher.on("error", () => this.#noted());
		this.#folders.set(folder, watcher);
	}

	#counts(folder: string, name: string): boolean {
		return this.#files.has(join(folder, name)) || (this.#whole.has(folder) && isModelFile(name));
	}

	#noted(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.#changed = true;
			this.#wake?.();
		}, QUIET);
	}
}
