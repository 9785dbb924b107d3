import type { Paint } from "../paint.ts";
import type { ModelResult, ScenarioResult, Shown } from "../result.ts";
import { counterexample } from "./counterexample.ts";
import { groupBy } from "./group.ts";
import { cellOf } from "./matrix.ts";
import { unfinished } from "./summary.ts";
import { tableLine, widthsOf } from "./table.ts";
import { count, grouped, wrap } from "./wrap.ts";

/** One scenario in two variants; none where the model refuses it, or it was not begun. */
export interface Pair {
	/** What both have in common, as the rest of their names. */
	readonly name: string;
	readonly both: readonly [ScenarioResult | undefined, ScenarioResult | undefined];
}

/** A counterexample of one variant that the other does not have, and what the other does instead. */
interface Separating {
	readonly shown: Shown;
	/** Says how far the other variant goes along. */
	readonly other: string;
}

/** Two variants of a model side by side. */
export interface Variants {
	readonly model: ModelResult;
	readonly axis: string;
	readonly values: readonly [string, string];
	readonly pairs: readonly Pair[];
	/** The most telling trace that only one of them has, if there is one. */
	readonly separating: Separating | undefined;
	/** The shortest for each other property whose verdicts differ. */
	readonly others: readonly Shown[];
}

/** Verdicts and sizes in a table, then what differs, then the traces that separate the variants. */
export function diffReport(comparison: Variants, width: number, paint: Paint): string {
	const { model, axis, values, pairs, separating, others } = comparison;
	const marks = pairs.map((pair) => differences(pair).length > 0);
	const table = [
		["", "scenario", ...values, "states", "transitions", "depth", "bits"],
		...pairs.map((pair, i) => [marks[i] ? "*" : "", ...cellsOf(pair)]),
	];
	const widths = widthsOf(table);
	const [title = "", ...rows] = table.map((cells) => tableLine(cells, widths));
	return [
		`${paint.bold(model.name)}  ${axis} ${values[0]} beside ${values[1]}; sizes as ${values[0]} / ${values[1]}\n\n`,
		`${paint.bold(title)}\n`,
		`${paint.dim("-".repeat(title.length))}\n`,
		...rows.map((row, i) => `${marks[i] ? paint.bold(row) : row}\n`),
		"\n",
		...[...told(comparison, width), ...unfinished(model, width)].map((line) => `${line}\n`),
		...(separating
			? [`\n${counterexample(model, separating.shown, width, paint, true).join("\n")}\n${separating.other}`]
			: []),
		...(others.length > 0 ? [`\n${more(others, width).join("\n")}\n`] : []),
	].join("");
}

interface Difference {
	readonly property: string;
	readonly verdicts: readonly [string, string];
}

/** The properties whose verdicts differ, where both variants were explored. */
export function differences({ both: [a, b] }: Pair): Difference[] {
	if (!a || !b) return [];
	const ids = [...new Set([a, b].flatMap(({ properties }) => properties.map(({ id }) => id)))];
	const verdict = ({ properties }: ScenarioResult, id: string) =>
		properties.find((property) => property.id === id)?.verdict ?? "no property";
	return ids
		.map((property): Difference => ({ property, verdicts: [verdict(a, property), verdict(b, property)] }))
		.filter(({ verdicts: [left, right] }) => left !== right);
}

/** `P1, P4: violated with v4, holds with stored-cpu in direct/full`. */
function told({ pairs, values }: Variants, width: number): string[] {
	const all = pairs.flatMap((pair) =>
		differences(pair).map(({ property, verdicts: [left, right] }) => ({
			name: pair.name,
			property,
			how: `${left} with ${values[0]}, ${right} with ${values[1]}`,
		})),
	);
	if (all.length === 0)
		return [pairs.some(({ both: [a, b] }) => a && b) ? "No verdict differs." : "No scenario was explored in both."];
	const each = [...groupBy(all, ({ property, how }) => `${property}: ${how}`).values()].map((same) => ({
		property: same[0]?.property,
		text: `${same[0]?.how} in ${same.map(({ name }) => name).join(", ")}`,
	}));
	return [...groupBy(each, ({ text }) => text)].flatMap(([text, same]) =>
		wrap(`${same.map(({ property }) => property).join(", ")}: ${text}`, width, 4),
	);
}

function more(others: readonly Shown[], width: number): string[] {
	const ids = others.map(({ property, counterexample }) => `${property.id} (${count(counterexample.length, "step")})`);
	return wrap(`Separated too by ${ids.join(", ")}: --property ID shows one.`, width);
}

function cellsOf({ name, both }: Pair): string[] {
	const size = (of: (result: ScenarioResult) => number) =>
		both.map((result) => (result ? grouped(of(result)) : "-")).join(" / ");
	return [
		name,
		...both.map((result) => (result ? cellOf(result, Number.POSITIVE_INFINITY).join(" ") : "-")),
		size(({ states }) => states),
		size(({ transitions }) => transitions),
		size(({ depth }) => depth),
		size(({ bits }) => bits),
	];
}
