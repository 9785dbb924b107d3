import { fileURLToPath } from "node:url";
import { type Contender, timed } from "./contender.ts";
import { installed, inTemporary, macros, number, run } from "./programs.ts";

/** The same algorithm by hand in C, for the one system that it knows. */
export const yardstick: Contender = {
	name: "C by hand",
	missing: () => (installed("gcc", "--version") ? undefined : "gcc is not installed"),
	knows: (which) => which.yardstick !== undefined,
	run: (which) =>
		inTemporary((cwd) => {
			const source = fileURLToPath(new URL("../yardstick.c", import.meta.url));
			const { seconds: command, result } = timed(() => {
				run("gcc", ["-O2", ...macros(which.yardstick ?? {}), "-o", "yardstick", source], cwd);
				return run("./yardstick", [], cwd);
			});
			return {
				states: number(result, /(\d+) states/),
				transitions: number(result, /(\d+) transitions/),
				seconds: number(result, /([\d.]+) seconds/),
				command,
				bytes: number(result, /(\d+) bytes/),
				resident: number(result, /(\d+) resident/),
			};
		}),
};
