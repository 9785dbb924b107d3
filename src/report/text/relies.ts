import { isOfLinux, lineText, type SourceLine } from "../../trace/index.ts";
import { gapsIn } from "../gaps.ts";
import { assurance, manner } from "../label.ts";
import { valuesOf } from "../matrix.ts";
import { namesOf } from "../names.ts";
import type { ModelResult, ScenarioResult, StateComparison } from "../result.ts";
import { groupBy } from "./group.ts";
import { beside, count, grouped, wrap } from "./wrap.ts";

/** Statements never taken, and outcomes that never came, that are named one by one. */
const MOST = 8;

const COMPARISON: Readonly<Record<StateComparison, string>> = {
	exact: "distinct states are told apart by their whole contents",
	"hash-compact": "distinct states are told apart by hashes of 52 bits, so that some may have been omitted",
	bitstate: "distinct states are told apart by some bits each, so that some may have been omitted",
};

/** How much was explored, and what every verdict relies on. */
export function relies({ scenarios }: ModelResult, width: number): string[] {
	const sum = (of: (s: ScenarioResult) => number) => scenarios.reduce((total, s) => total + of(s), 0);
	const sizes = Object.keys(scenarios[0]?.sizes ?? {}).map((name) => `${name}=${valuesOf(scenarios, name).join(",")}`);
	const totals = [
		count(scenarios.length, "scenario"),
		count(
			sum((s) => s.states),
			"state",
		),
		count(
			sum((s) => s.transitions),
			"transition",
		),
		`depth ${grouped(Math.max(0, ...scenarios.map((s) => s.depth)))}`,
		duration(sum((s) => s.seconds)),
	];
	const all = scenarios.every(({ stopped }) => stopped === undefined);
	const simulated = scenarios.some(({ simulation }) => simulation);
	const seen = simulated
		? "nothing that was proved, but random walks"
		: all
			? "every interleaving"
			: "the interleavings that were explored";
	const text = [
		`${seen}${sizes.length > 0 ? ` at ${sizes.join(" ")}` : ""}, ${manner(scenarios)};`,
		simulated ? "states are counted at each visit;" : `${COMPARISON[scenarios[0]?.comparison ?? "exact"]};`,
		`${assurance(scenarios)}.`,
	];
	return [
		...beside("Explored: ", `${totals.join(", ")}.`, width),
		...beside("Relies on: ", text.join(" "), width),
		...apart(scenarios, width),
		...untaken(scenarios, width),
	];
}

/** Reductions that were not possible, each with where. */
function apart(scenarios: readonly ScenarioResult[], width: number): string[] {
	const found = scenarios.flatMap(({ name, unreduced }) => unreduced.map((text) => ({ name, text })));
	return [...groupBy(found, ({ text }) => text)].flatMap(([text, each]) => {
		const names = each.map(({ name }) => name);
		return beside("Apart: ", `${text}, in ${namesOf(names, scenarios)}.`, width);
	});
}

const duration = (s: number): string => `${s < 10 ? s.toFixed(2) : s < 100 ? s.toFixed(1) : grouped(Math.round(s))} s`;

/** What no run of any scenario did: statements, then outcomes of conditions and choices. */
function untaken(scenarios: readonly ScenarioResult[], width: number): string[] {
	const { statements, untaken, outcomes, missed } = gapsIn(scenarios);
	const taken = untaken.map(({ routine, label, source }) => ({ text: `${routine}(): ${label}`, source }));
	const came = missed.map(({ routine, missed, source }) => ({ text: `${routine}(): ${missed}`, source }));
	return [
		...some(`Reached: ${of(statements, taken.length, "statement")} of the model`, "never taken", taken, width),
		...(outcomes === 0
			? []
			: some(`Decided: ${of(outcomes, came.length, "outcome")} of conditions and choices`, "missing", came, width)),
	];
}

const of = (all: number, without: number, noun: string): string =>
	without === 0 ? `all ${count(all, noun)}` : `${grouped(all - without)} of ${count(all, noun)}`;

interface Gap {
	readonly text: string;
	readonly source: SourceLine | undefined;
}

function some(what: string, how: string, gaps: readonly Gap[], width: number): string[] {
	if (gaps.length === 0) return [`${what}.`];
	// The library has much that a model does not use: what is the model's own comes first.
	const isOwn = ({ source }: Gap) => !source || !isOfLinux(source);
	const own = gaps.filter(isOwn);
	const rest = gaps.length - MOST;
	const whose = own.length > MOST ? "" : " of the library";
	return [
		`${what}; ${how}:`,
		...[...own, ...gaps.filter((gap) => !isOwn(gap))].slice(0, MOST).flatMap(({ text, source }) => {
			const place = source ? `  (${lineText(source)})` : "";
			return wrap(`  ${text}${place}`, width, 6);
		}),
		...(rest > 0 ? [`  and ${rest} more${whose} (--format json names them all)`] : []),
	];
}
