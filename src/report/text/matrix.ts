import type { Paint } from "../paint.ts";
import type { ModelResult, ScenarioResult } from "../result.ts";
import { wrap } from "./wrap.ts";

type Choices = Readonly<Record<string, string | number>>;
const choices = (scenario: ScenarioResult): Choices => ({ ...scenario.axes, ...scenario.sizes });

/** Wider cells are wrapped. */
const WIDEST = 24;
/** Axes with more values than this go down, not across. */
const ACROSS = 6;

/** One table of verdicts: the axes that vary go down and, the last of them, across. */
export function matrix({ scenarios }: ModelResult, width: number, paint: Paint): string[] {
	const varying = Object.keys(choices(scenarios[0] as ScenarioResult)).filter(
		(name) => valuesOf(scenarios, name).length > 1,
	);
	const across = varying.findLast((name) => varying.length > 1 && valuesOf(scenarios, name).length <= ACROSS);
	const down = varying.filter((name) => name !== across);
	const columns = across === undefined ? [undefined] : valuesOf(scenarios, across);
	const rows = [...new Set(scenarios.map((scenario) => keyOf(scenario, down)))];
	const cells = rows.map((row) =>
		columns.map((column) => {
			const found = scenarios.filter(
				(s) => keyOf(s, down) === row && (across === undefined || choices(s)[across] === column),
			);
			return found.flatMap((scenario) => cellOf(scenario));
		}),
	);
	const heads = columns.map((column) => (column === undefined ? "verdict" : `${across} ${column}`));
	const title = down.join("/") || "scenario";
	const labels = rows.map((row) => row || (scenarios[0]?.name ?? ""));
	const first = Math.max(title.length, ...labels.map((label) => label.length));
	const widths = heads.map((head, i) =>
		Math.max(head.length, ...cells.flatMap((row) => (row[i] ?? []).map((line) => line.length))),
	);
	if (first + widths.reduce((sum, w) => sum + w + 2, 0) > width) return list(scenarios, width, paint);
	const line = (texts: readonly string[]) =>
		texts
			.map((text, i) => text.padEnd(i === 0 ? first : (widths[i - 1] as number)))
			.join("  ")
			.trimEnd();
	return [
		paint.bold(line([title, ...heads])),
		paint.dim(line(["-".repeat(first), ...widths.map((w) => "-".repeat(w))])),
		...rows.flatMap((_, r) => {
			const row = cells[r] as string[][];
			const height = Math.max(1, ...row.map((cell) => cell.length));
			return Array.from({ length: height }, (_, h) =>
				[
					(h === 0 ? (labels[r] as string) : "").padEnd(first),
					...row.map((cell, i) => styled(cell[h] ?? (h === 0 ? "-" : ""), widths[i] as number, paint)),
				]
					.join("  ")
					.trimEnd(),
			);
		}),
	];
}

/** The same, a line for each scenario. */
function list(scenarios: readonly ScenarioResult[], width: number, paint: Paint): string[] {
	const first = Math.max(...scenarios.map(({ name }) => name.length));
	return scenarios.flatMap((scenario) => {
		const lines = wrap(cellOf(scenario, Number.POSITIVE_INFINITY).join(" "), Math.max(20, width - first - 2));
		return lines.map((line, i) => `${(i === 0 ? scenario.name : "").padEnd(first)}  ${styled(line, 0, paint)}`);
	});
}

/** What a cell says of a scenario. */
export function cellOf({ status, properties, stopped }: ScenarioResult, width = WIDEST): string[] {
	if (status === "error") return ["model error"];
	const violated = properties.filter(({ verdict }) => verdict === "violated");
	const ids = violated.map(({ id, class: kind }) => (kind === "warning" ? `(${id})` : id));
	if (ids.length === 0) return [status];
	return wrap([...ids, ...(stopped ? ["incomplete"] : [])].join(" "), width);
}

function styled(cell: string, width: number, paint: Paint): string {
	const style =
		cell === "holds" ? paint.good : cell === "incomplete" ? paint.unsure : cell === "-" ? paint.dim : paint.bad;
	return style(cell) + " ".repeat(Math.max(0, width - cell.length));
}

const keyOf = (scenario: ScenarioResult, names: readonly string[]): string =>
	names.map((name) => choices(scenario)[name]).join("/");

/** Distinct values of an axis or size, as they first occur. */
export const valuesOf = (scenarios: readonly ScenarioResult[], name: string): (string | number)[] => [
	...new Set(scenarios.flatMap((scenario) => choices(scenario)[name] ?? [])),
];
