import { fileURLToPath } from "node:url";
import type { Case } from "./cases.ts";
import { type Contender, type Outcome, timed } from "./contender.ts";
import { installed, inTemporary, macros, number, run } from "./programs.ts";

/** Spin's verifier `pan`, compiled with these options besides gcc -O2 -DSAFETY. */
export function spin(name: string, options: readonly string[], reduces = false): Contender {
	return {
		name,
		reduces,
		missing: () =>
			!installed("spin", "-V")
				? "spin is not installed"
				: !installed("gcc", "--version")
					? "gcc is not installed"
					: undefined,
		knows: () => true,
		run: (which) => inTemporary((directory) => verify(which, options, directory)),
	};
}

function verify(
	{ spin: { file, macros: values, run: flags, depth }, states }: Case,
	options: readonly string[],
	cwd: string,
): Outcome {
	const model = fileURLToPath(new URL(`../peers/${file}`, import.meta.url));
	// Two hash slots a state: the size at which it is fastest.
	const size = [`-w${Math.ceil(Math.log2(2 * states))}`, `-m${depth}`];
	const { seconds: command, result } = timed(() => {
		run("spin", ["-a", ...macros(values), model], cwd);
		run("gcc", ["-O2", "-DSAFETY", ...options, "-o", "pan", "pan.c"], cwd);
		return run("./pan", [...flags, ...size], cwd);
	});
	if (!/errors: 0\b/.test(result)) throw new Error(`spin: ${result}`);
	const megabytes = number(result, /^\s*([\d.]+)\s+total actual memory usage/m);
	return {
		states: number(result, /^\s*([\d.e+]+) states, stored/m),
		// The first state counts as one.
		transitions: number(result, /^\s*([\d.e+]+) transitions/m) - 1,
		seconds: number(result, /elapsed time ([\d.]+) seconds/),
		command,
		bytes: megabytes * 2 ** 20,
		resident: megabytes * 2 ** 20,
	};
}
