import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder, and those above it, unless they are there. Not by Node's own `recursive`, which goes round for ever
 * where nobody can make folders, as in /proc.
 */
export function makeFolder(path: string): void {
	const above = dirname(path);
	if (above !== path && !existsSync(above)) makeFolder(above);
	try {
		mkdirSync(path);
	} catch (error) {
		if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
	}
}
