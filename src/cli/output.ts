import { writeFileSync } from "node:fs";
import { coloured, type Paint, plain } from "../report/index.ts";
import { UsageError } from "./exit.ts";
import type { Options } from "./options.ts";

/** Puts the report where the command line says, at once or in parts. */
export class Output {
	readonly paint: Paint;
	#parts: string[] = [];

	constructor(readonly options: Pick<Options, "out" | "color" | "format">) {
		const { out, color, format } = options;
		this.paint = format === "text" ? paintOf(color ?? (out === undefined ? undefined : false)) : plain;
		// Fail before the work, not after it.
		if (out !== undefined) this.#file("");
	}

	write(text: string): void {
		if (this.options.out === undefined) process.stdout.write(text);
		else this.#parts.push(text);
	}

	end(): void {
		if (this.options.out !== undefined) this.#file(this.#parts.join(""));
	}

	#file(text: string): void {
		try {
			writeFileSync(this.options.out as string, text);
		} catch (error) {
			throw new UsageError(`--out ${this.options.out}: cannot be written: ${(error as Error).message}`);
		}
	}
}

/** Styles for the standard output: `color` as the command line says, else as the terminal can. */
export function paintOf(color: boolean | undefined): Paint {
	// Node's own rules for terminals without colours, NO_COLOR and the like.
	const able = process.stdout.isTTY && process.stdout.hasColors();
	return (color ?? able) ? coloured : plain;
}
