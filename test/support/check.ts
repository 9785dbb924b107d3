import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const models = "test/support/models";

export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a program to its end, with `input` to read; `begun` may act on it once it has written to its standard error. */
export function run(
	command: string,
	args: readonly string[],
	options: {
		cwd?: string;
		env?: Record<string, string>;
		input?: string;
		begun?: (interrupt: (signal?: NodeJS.Signals) => void) => void;
	} = {},
): Promise<Ended> {
	const child = spawn(command, args, {
		cwd: options.cwd ?? root,
		env: { ...process.env, ...options.env },
		stdio: "pipe",
	});
	// One that ends without reading it closes the pipe.
	child.stdin.on("error", () => {});
	child.stdin.end(options.input ?? "");
	const text = { stdout: "", stderr: "" };
	for (const name of ["stdout", "stderr"] as const)
		child[name].on("data", (chunk: Buffer) => {
			text[name] += chunk.toString();
		});
	child.stderr.once("data", () => options.begun?.((signal = "SIGINT") => child.kill(signal)));
	return new Promise((done, fail) => {
		child.on("error", fail);
		child.on("close", (code) => done({ code, ...text }));
	});
}

/** Runs the built command. */
export const check = (args: readonly string[], options?: Parameters<typeof run>[2]): Promise<Ended> =>
	run(process.execPath, [join(root, "dist", "cli.js"), ...args], options);

/** A folder with these files, for the duration of the test, or until `finished` calls back. */
export function folder(
	files: Readonly<Record<string, string>>,
	finished: (remove: () => void) => void = onTestFinished,
): string {
	const path = mkdtempSync(join(tmpdir(), "preempt-test-"));
	finished(() => rmSync(path, { recursive: true }));
	for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
	return path;
}
