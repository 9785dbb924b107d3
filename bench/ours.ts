import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Search } from "../src/explore/search.ts";
import { compile } from "../src/machine/index.ts";
import { type Case, cases } from "./cases.ts";
import { type Contender, type Outcome, timed } from "./contender.ts";

/** This checker, each time in a process of its own: code that ran other models before runs slower. */
export const ours: Contender = {
	name: "preempt",
	missing: () => undefined,
	knows: () => true,
	run(which) {
		const args = [fileURLToPath(import.meta.url), "--one", which.name];
		const { seconds: command, result } = timed(() => execFileSync(process.execPath, args, { encoding: "utf8" }));
		return { ...(JSON.parse(result) as Outcome), command };
	},
};

/** What the process of its own does: prints the outcome of exploring the case of that name. */
export function exploreOne(name: string): void {
	const { model, scenario } = cases.find((which) => which.name === name) as Case;
	const search = new Search(compile(model.build(scenario)), {
		states: Number.POSITIVE_INFINITY,
		time: Number.POSITIVE_INFINITY,
		memory: 2 ** 33,
		depth: Number.POSITIVE_INFINITY,
	});
	while (search.slice(1_000));
	const { states, transitions, seconds, bytes } = search.progress;
	const resident = process.resourceUsage().maxRSS * 1024;
	process.stdout.write(JSON.stringify({ states, transitions, seconds, command: seconds, bytes, resident }));
}
