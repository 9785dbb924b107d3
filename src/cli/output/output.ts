import { writeFileSync } from "node:fs";
import { coloured, type Paint, plain, WIDTH } from "../../report/index.ts";
import { UsageError } from "../exit.ts";

/** A file or standard output, filled at once or in parts. A file that cannot be written is told before the work. */
export class Output {
	readonly #parts: string[] = [];

	constructor(
		/** Standard output where there is none. */
		readonly file: string | undefined,
		/** The option that names it, for the message. */
		readonly option: string,
	) {
		if (file !== undefined) this.#put(file, "");
	}

	write(text: string): void {
		if (this.file === undefined) process.stdout.write(text);
		else this.#parts.push(text);
	}

	end(): void {
		if (this.file !== undefined) this.#put(this.file, this.#parts.join(""));
	}

	#put(file: string, text: string): void {
		try {
			writeFileSync(file, text);
		} catch (error) {
			throw new UsageError(`${this.option}: cannot be written: ${(error as Error).message}`);
		}
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
