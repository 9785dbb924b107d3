import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Case } from "./cases.ts";
import { type Contender, type Outcome, timed } from "./contender.ts";
import { installed, inTemporary, run } from "./programs.ts";

/** Names the jar, tla2tools.jar. */
const VARIABLE = "TLA2TOOLS";

/** TLC with so many workers. */
export const tlc = (workers: number): Contender => ({
	name: workers === 1 ? "tlc" : `tlc, ${workers} workers`,
	missing: () =>
		process.env[VARIABLE] === undefined
			? `${VARIABLE} does not name tla2tools.jar`
			: installed("java", "-version")
				? undefined
				: "java is not installed",
	knows: () => true,
	run: (which) => inTemporary((directory) => check(which, workers, directory)),
});

function check({ tlc: { module, constants } }: Case, workers: number, cwd: string): Outcome {
	const spec = fileURLToPath(new URL(`../peers/${module}.tla`, import.meta.url));
	const config = join(cwd, "run.cfg");
	const values = Object.entries(constants).map(([name, value]) => `${name} = ${value}`);
	writeFileSync(config, ["INIT Init", "NEXT Next", "CHECK_DEADLOCK FALSE", "CONSTANTS", ...values, ""].join("\n"));
	const { seconds: command, result } = timed(() =>
		run(
			"java",
			[
				...["-XX:+UseParallelGC", "-cp", process.env[VARIABLE] ?? "", "tlc2.TLC"],
				...["-workers", String(workers), "-metadir", join(cwd, "states"), "-config", config, spec],
			],
			dirname(spec),
		),
	);
	const count = (what: string) => Number(countIn(result, what).replaceAll(",", ""));
	return {
		states: count("distinct states found"),
		// The first state counts as one.
		transitions: count("states generated") - 1,
		// It says no less than a second.
		seconds: command,
		command,
		bytes: Number.NaN,
		resident: Number.NaN,
	};
}

/** Of the last report in `text`, for it reports as it goes. */
function countIn(text: string, what: string): string {
	const found = [...text.matchAll(new RegExp(`([\\d,]+) ${what}`, "g"))].at(-1)?.[1];
	if (found === undefined) throw new Error(`no number of ${what} in:\n${text}`);
	return found;
}
