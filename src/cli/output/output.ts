import { lstatSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { coloured, type Paint, plain, WIDTH } from "../../report/index.ts";
import { UsageError } from "../exit.ts";

/**
 * A file or standard output, filled at once or in parts. A file that cannot be written is told before the work. It is
 * there when it is whole: what ends the command before leaves neither an empty one nor that of an earlier run.
 */
export class Output {
	readonly #parts: string[] = [];
	/** Whether the file can be put in place whole; not what stands for something else, such as /dev/null. */
	readonly #whole: boolean = false;

	constructor(
		/** Standard output where there is none. */
		readonly file: string | undefined,
		/** The option that names it, for the message. */
		readonly option: string,
	) {
		if (file === undefined) return;
		this.#put(file, "");
		this.#whole = isTaken(file);
	}

	write(text: string): void {
		if (this.file === undefined) process.stdout.write(text);
		else this.#parts.push(text);
	}

	end(): void {
		if (this.file === undefined) return;
		const text = this.#parts.join("");
		const beside = this.#whole ? `${this.file}.part` : this.file;
		this.#put(beside, text);
		if (this.#whole) renameSync(beside, this.file);
	}

	#put(file: string, text: string): void {
		try {
			writeFileSync(file, text);
		} catch (error) {
			throw new UsageError(`${this.option}: cannot be written: ${(error as Error).message}`);
		}
	}
}

/** Takes a plain file away. Not a link or a device, nor in a folder where only the file itself may be written. */
function isTaken(file: string): boolean {
	try {
		if (!lstatSync(file).isFile()) return false;
		unlinkSync(file);
		return true;
	} catch {
		return false;
	}
}

/** Styles for the standard output: `color` as the command line says, else as the terminal can. */
export function paintOf(color: boolean | undefined): Paint {
	// Node's own rules for terminals without colours, NO_COLOR and the like.
	const able = process.stdout.isTTY && process.stdout.hasColors();
	return (color ?? able) ? coloured : plain;
}

/** Columns that fewer than are not tried: as the mails have. */
const NARROWEST = 72;

/** Columns of what goes to the standard output: those of the terminal, if it is one, within reason. */
export function widthOf(): number {
	const { isTTY, columns } = process.stdout;
	return isTTY ? Math.min(WIDTH, Math.max(NARROWEST, columns)) : WIDTH;
}
