import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Keep, Search } from "../src/explore/search.ts";
import { compile } from "../src/machine/index.ts";
import { type Case, cases } from "./cases.ts";
import { type Contender, type Outcome, timed } from "./contender.ts";

/** This checker on one core, each time in a process of its own: code that ran other models before runs slower. */
export const ours = (name: string, keep: Keep): Contender => ({
	name,
	missing: () => undefined,
	knows: () => true,
	reduces: keep === "bits",
	run(which) {
		const args = [fileURLToPath(import.meta.url), "--one", which.name, keep];
		const { seconds: command, result } = timed(() => execFileSync(process.execPath, args, { encoding: "utf8" }));
		return { ...(JSON.parse(result) as Outcome), command };
	},
});

/**
 * Two such processes side by side, that have nothing to do with each other. Its seconds are half of what the slower one takes: two
 * threads of one search could hardly be faster, whatever they did.
 */
export const sideBySide: Contender = {
	name: "preempt, two searches",
	missing: () => undefined,
	knows: () => true,
	run(which) {
		const args = [process.execPath, fileURLToPath(import.meta.url), "--one", which.name, "whole"];
		const both = ["-c", '"$0" "$@" & "$0" "$@" & wait', ...args];
		const { seconds: command, result } = timed(() => execFileSync("sh", both, { encoding: "utf8" }));
		const outcomes = result.trim().split("\n");
		const [one, other] = outcomes.map((outcome) => JSON.parse(outcome)) as [Outcome, Outcome];
		return {
			...one,
			seconds: Math.max(one.seconds, other.seconds) / 2,
			command,
			resident: one.resident + other.resident,
		};
	},
};

/** What the process of its own does: prints the outcome of exploring the case of that name. */
export function exploreOne(name: string, keep: Keep): void {
	const { model, scenario } = cases.find((which) => which.name === name) as Case;
	const search = new Search(compile(model.build(scenario)), {
		states: Number.POSITIVE_INFINITY,
		time: Number.POSITIVE_INFINITY,
		memory: keep === "bits" ? 2 ** 29 : 2 ** 33,
		depth: Number.POSITIVE_INFINITY,
		keep,
	});
	while (search.slice(1_000));
	const { states, transitions, seconds, bytes } = search.progress;
	const resident = process.resourceUsage().maxRSS * 1024;
	process.stdout.write(`${JSON.stringify({ states, transitions, seconds, command: seconds, bytes, resident })}\n`);
}

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** The command `check` itself, on so many cores. */
export const command = (workers: number): Contender => ({
	name: `preempt, ${workers} workers`,
	missing: () => undefined,
	knows: () => true,
	run({ file, scenario }) {
		const values = Object.entries(scenario).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
		const model = fileURLToPath(new URL(`../models/${file}`, import.meta.url));
		const args = [CLI, model, ...values, "--reductions", "none", "--format", "json", "--workers", String(workers)];
		const { seconds, result } = timed(() => output(args));
		const [found] = JSON.parse(result).scenarios as [{ states: number; transitions: number; seconds: number }];
		return { ...found, command: seconds, bytes: Number.NaN, resident: Number.NaN };
	},
});

/** What it prints, also where it finds a property violated. */
function output(args: readonly string[]): string {
	try {
		return execFileSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
	} catch (error) {
		const { stdout, status } = error as { stdout: string; status: number };
		if (status === 1) return stdout;
		throw error;
	}
}
