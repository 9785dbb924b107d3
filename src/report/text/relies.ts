import { isOfLinux, lineText } from "../../trace/index.ts";
import { gapsIn } from "../gaps.ts";
import { assurance, manner } from "../label.ts";
import { valuesOf } from "../matrix.ts";
import { namesOf } from "../names.ts";
import type { DeclaredRoutine, ModelResult, Outcome, ScenarioResult, StateComparison, Statement } from "../result.ts";
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
export function relies({ scenarios, uncalled }: ModelResult, width: number): string[] {
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
		...uncalledIn(uncalled, width),
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
	const taken = (gap: Statement) => `${gap.routine}(): ${gap.label}`;
	const came = (gap: Outcome) => `${gap.routine}(): ${gap.missed}`;
	const reached = share(statements, untaken, "statement");
	const decided = share(outcomes, missed, "outcome", " of conditions and choices");
	return [
		...named(`Reached: ${reached}`, "never taken", untaken, taken, width),
		...(outcomes.length === 0 ? [] : named(`Decided: ${decided}`, "missing", missed, came, width)),
	];
}

/** Routines that nobody calls: what they do was not looked at. */
function uncalledIn(uncalled: ModelResult["uncalled"] = [], width: number): string[] {
	const name = ({ routine }: DeclaredRoutine) => `${routine}()`;
	const sum = `Uncalled: ${count(uncalled.length, "routine")} of the model's file`;
	return uncalled.length === 0
		? []
		: named(sum, "no process of any scenario of this model calls", uncalled, name, width);
}

type Placed = Pick<Statement, "source">;

/** The library has much that a model does not use: what is the model's own is told apart. */
const isOwn = ({ source }: Placed): boolean => !source || !isOfLinux(source);

/** How many of all came, and of the model's own. */
function share(all: readonly Placed[], gaps: readonly Placed[], noun: string, of = ""): string {
	const part = (all: number, without: number, figure: string) =>
		without === 0 ? `all ${figure}` : `${grouped(all - without)} of ${figure}`;
	const sum = part(all.length, gaps.length, count(all.length, noun)) + of;
	const own = all.filter(isOwn).length;
	if (own === all.length) return sum;
	return `${sum}, ${part(own, gaps.filter(isOwn).length, grouped(own))} of the model's own`;
}

/** Names what did not come, one by one if it is the model's own. */
function named<T extends Placed>(
	sum: string,
	how: string,
	gaps: readonly T[],
	text: (gap: T) => string,
	width: number,
): string[] {
	const own = gaps.filter(isOwn);
	if (own.length === 0) return wrap(`${sum}.`, width, 2);
	const more = own.length > MOST ? [`  and ${own.length - MOST} more (--format json names them all)`] : [];
	return [
		...wrap(`${sum}; ${how}:`, width, 2),
		...own.slice(0, MOST).flatMap((gap) => {
			const place = gap.source ? `  (${lineText(gap.source)})` : "";
			return wrap(`  ${text(gap)}${place}`, width, 6);
		}),
		...more,
	];
}
