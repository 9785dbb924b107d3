import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether `program` can be run here. */
export function installed(program: string, versionOption: string): boolean {
	try {
		execFileSync(program, [versionOption], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

/** Standard output of a program that must end well. */
export function run(program: string, args: readonly string[], cwd: string): string {
	return execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Calls `work` with an empty directory, which is removed afterwards. */
export function inTemporary<T>(work: (directory: string) => T): T {
	const directory = mkdtempSync(join(tmpdir(), "preempt-bench-"));
	try {
		return work(directory);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

export const macros = (values: Readonly<Record<string, number>>): string[] =>
	Object.entries(values).map(([name, value]) => `-D${name}=${value}`);

/** The number that `pattern` captures in `text`. */
export function number(text: string, pattern: RegExp): number {
	const found = pattern.exec(text)?.[1];
	if (found === undefined) throw new Error(`no ${pattern} in:\n${text}`);
	return Number(found);
}
