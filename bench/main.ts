// Explores the same systems with this checker and with its peers, in turn, and prints one table of medians.
// Options: --runs N (default 3), --medium or --large (default both), --only TEXT (tools whose name has it, and Spin).
import { cpus, totalmem } from "node:os";
import type { Keep } from "../src/explore/search.ts";
import { type Case, cases } from "./cases.ts";
import type { Contender, Outcome } from "./contender.ts";
import { command, exploreOne, ours, sideBySide } from "./ours.ts";
import { spin } from "./spin.ts";
import { median, type Row, table } from "./table.ts";
import { tlc } from "./tlc.ts";
import { yardstick } from "./yardstick.ts";

/** All others are compared with it. */
const baseline = spin("spin", ["-DNOREDUCE"]);
const contenders = [
	ours("preempt", "whole"),
	command(2),
	sideBySide,
	ours("preempt --compress", "compressed"),
	ours("preempt --hash-compact", "hashed"),
	ours("preempt --bitstate", "bits"),
	yardstick,
	baseline,
	spin("spin, partial order", [], true),
	spin("spin, breadth-first", ["-DNOREDUCE", "-DBFS"]),
	// It stops without a word where it has no room left; as much as that, and longer state vectors, it must be told.
	spin("spin, 2 cores", ["-DNOREDUCE", "-DNCORE=2", "-DMEMLIM=8000", "-DVMAX=96"]),
	tlc(1),
	tlc(2),
];

function main(args: readonly string[]): void {
	const value = (option: string) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined);
	const runs = Number(value("--runs") ?? 3);
	const only = value("--only") ?? "";
	const sizes = ["medium", "large"].filter((size) => args.includes(`--${size}`));
	const chosen = cases.filter(({ size }) => sizes.length === 0 || sizes.includes(size));
	const named = contenders.filter((contender) => contender === baseline || contender.name.includes(only));
	console.log(
		`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, medians of ${runs}`,
	);
	for (const contender of named)
		if (contender.missing()) console.log(`${contender.name} is left out: ${contender.missing()}`);
	const able = named.filter((contender) => contender.missing() === undefined);
	console.log(`\n${table(chosen.flatMap((which) => compare(which, able, runs)))}`);
}

/** Runs all contenders in turn, `runs` times over, so that whatever else the machine does hits all alike. */
function compare(which: Case, contenders: readonly Contender[], runs: number): Row[] {
	const able = contenders.filter((contender) => contender.knows(which));
	const outcomes = new Map<Contender, Outcome[]>(able.map((contender) => [contender, []]));
	for (let i = 0; i < runs; i++)
		for (const [contender, list] of outcomes) {
			if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${which.name}: ${contender.name}, run ${i + 1}`);
			const outcome = contender.run(which);
			if (contender.reduces || isSame(which, outcome)) list.push(outcome);
			else leaveOut(outcomes, which, contender, outcome);
		}
	if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
	const medians = new Map([...outcomes].map(([contender, list]) => [contender, median(list)]));
	return [...outcomes.keys()].map((contender) => ({
		which,
		contender: contender.name,
		reduced: contender.reduces === true,
		outcome: medians.get(contender) as Outcome,
		baseline: medians.get(baseline),
	}));
}

/** A peer that misses a part of the graph is told of, and has no row. This checker must not. */
function leaveOut(outcomes: Map<Contender, Outcome[]>, which: Case, contender: Contender, outcome: Outcome): void {
	const what = `${contender.name} on ${which.name}: ${outcome.states} states, ${outcome.transitions} transitions`;
	if (contender === baseline || contender.name.startsWith("preempt")) throw new Error(what);
	outcomes.delete(contender);
	console.log(`left out, for it did not see all: ${what}`);
}

/** Spin prints large numbers with seven digits. */
function isSame(which: Case, outcome: Outcome): boolean {
	const same = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * b;
	return same(outcome.states, which.states) && same(outcome.transitions, which.transitions);
}

const [option, name, keep] = process.argv.slice(2);
if (option === "--one" && name !== undefined) exploreOne(name, keep as Keep);
else main(process.argv.slice(2));
